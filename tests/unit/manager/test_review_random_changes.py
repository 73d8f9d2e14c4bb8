"""
Random changes of one plugin, several at a time: whatever was asked for in whatever order, it ends as the records want it.
"""

import asyncio
import random
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from versions import FolderPlugin, Running, managed, plugin_root

from honeyhost.errors import AttachError, UnknownPluginError
from honeyhost.store.records import PluginRecord

SEEDS = range(8)
CHANGES = 14
KINDS = ("enabled", "enabled", "quarantine", "upgrade", "reload", "restart", "taken", "taken", "passing")
API = """
import witness
from contextlib import asynccontextmanager
from fastapi import APIRouter

@asynccontextmanager
async def lifespan(app):
    life = await witness.begin()
    try:
        yield {}
    finally:
        await witness.end(life)

router = APIRouter(lifespan=lifespan)

@router.get("/version")
async def version():
    return "here"
"""


class Witness(ModuleType):
    """
    What the plugin's lifespan tells of its lives; each begins and ends after a random number of turns of the event loop.
    """

    def __init__(self, seed: int) -> None:
        super().__init__("witness")
        self.random = random.Random(seed)  # noqa: S311 - to be the same every time
        self.alive: list[object] = []
        self.failing = 0.0

    async def turns(self) -> None:
        for _ in range(self.random.randrange(6)):
            await asyncio.sleep(0)

    async def begin(self) -> object:
        life = object()
        self.alive.append(life)
        begun = False
        try:
            await self.turns()
            begun = self.random.random() >= self.failing
        finally:
            if not begun:
                self.alive.remove(life)
        if not begun:
            raise ValueError("this one does not begin")
        return life

    async def end(self, life: object) -> None:
        await self.turns()
        self.alive.remove(life)


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[FolderPlugin]:
    """
    A plugin with a lifespan.
    """
    with plugin_root(tmp_path / "plugins") as root:
        made = FolderPlugin(root, lifespan=True)
        made.write({"backend/api.py": API})
        yield made
    sys.modules.pop("witness", None)


class Changing:
    """
    One run: changes begun at random moments, each as soon as it likes.
    """

    def __init__(self, plugin: FolderPlugin, seed: int) -> None:
        sys.modules["witness"] = self.witness = Witness(seed)
        self.plugin = plugin
        self.random = random.Random(seed)  # noqa: S311 - to be the same every time
        self.running: Running = managed(plugin.attached("1"))
        self.manager = self.running.manager
        self.record = PluginRecord(slug="clinic")
        self.said: list[str] = []
        self.attached = True
        self.tasks: list[asyncio.Task[Any]] = []

    async def change(self) -> None:
        kind = self.random.choice(KINDS)
        self.said.append(kind)
        if kind == "enabled":
            self.take_up(enabled=not self.record.enabled)
        elif kind == "quarantine":
            self.take_up(quarantine=None if self.record.quarantine is not None else {"phase": "start"})
        elif kind == "upgrade":
            self.begin(self.manager.upgrade(self.plugin.attached(f"{len(self.said)}.0.0")))
        elif kind == "reload":
            self.begin(self.manager.reload("clinic"))
        elif kind == "taken":
            self.attached = not self.attached
            wanted = [self.plugin.attached(f"{len(self.said)}.0.0")] if self.attached else []
            self.begin(self.manager.take_up_plugins(wanted, {}))
        elif kind == "restart":
            self.begin(self.manager.restart("clinic"))
        else:
            await self.manager.settled()
        for _ in range(self.random.choice((0, 1, 3, 9, 27))):
            await asyncio.sleep(0.0005)

    def take_up(self, **what: Any) -> None:
        self.record = replace(self.record, **what)
        self.manager.take_up_records({"clinic": self.record})

    def begin(self, work: Any) -> None:
        async def begun() -> None:
            with suppress(AttachError, UnknownPluginError):
                await work

        self.tasks.append(asyncio.create_task(begun()))

    async def ended(self) -> None:
        await asyncio.gather(*self.tasks)
        await self.manager.settled()

    async def answer(self) -> int:
        transport = httpx.ASGITransport(self.running.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://host") as client:
            return (await client.get("/api/plugins/clinic/version")).status_code

    def wanted(self) -> tuple[set[str | None], int]:
        if not self.attached:
            return {None}, 404
        if not self.record.enabled:
            return {"disabled"}, 404
        if self.record.quarantine is not None:
            return {"quarantined"}, 404
        return ({"failed"}, 503) if self.manager.failure("clinic") is not None else ({"running"}, 200)


async def as_the_records_want(plugin: FolderPlugin, seed: int, failing: float) -> None:
    run = Changing(plugin, seed)
    await run.manager.start()
    run.witness.failing = failing
    for _ in range(CHANGES):
        await run.change()
    await run.ended()
    states, status = run.wanted()
    assert run.manager.state("clinic") in states, (seed, run.said)
    assert await run.answer() == status, (seed, run.said)
    assert len(run.witness.alive) == (1 if states == {"running"} else 0), (seed, run.said)
    run.witness.failing = 0.0
    run.take_up(enabled=True, quarantine=None)
    await run.manager.take_up_plugins([plugin.attached("2.0.0")], {})
    await run.ended()
    await run.manager.restart("clinic")
    assert (run.manager.state("clinic"), len(run.witness.alive), await run.answer()) == ("running", 1, 200), (seed, run.said)
    await run.manager.stop()
    assert run.witness.alive == [], (seed, run.said)
    run.manager.close()
    assert [name for name in sys.modules if name.startswith(("_hh_clinic", "plugins.clinic"))] == [], (seed, run.said)


@pytest.mark.parametrize("failing", [0.0, 0.4])
def test_it_ends_as_the_records_want_it_with_one_life_at_most(plugin: FolderPlugin, failing: float) -> None:
    for seed in SEEDS:
        asyncio.run(as_the_records_want(plugin, seed, failing))


async def ended_in_the_middle(plugin: FolderPlugin, seed: int) -> None:
    run = Changing(plugin, seed)
    await run.manager.start()
    for _ in range(run.random.randrange(1, CHANGES)):
        await run.change()
    await run.manager.stop()
    await run.ended()
    assert run.witness.alive == [], (seed, run.said)
    run.take_up(enabled=True, quarantine=None)
    await run.manager.take_up_plugins([plugin.attached("2.0.0")], {})
    await run.manager.start()
    assert (run.manager.state("clinic"), len(run.witness.alive), await run.answer()) == ("running", 1, 200), (seed, run.said)
    await run.manager.stop()
    run.manager.close()
    assert run.witness.alive == [], (seed, run.said)


def test_a_stop_in_the_middle_leaves_nothing_alive_and_it_starts_again(plugin: FolderPlugin) -> None:
    for seed in SEEDS:
        asyncio.run(ended_in_the_middle(plugin, seed))
