"""
Endings and beginnings of one plugin that meet each other, each at the moment that hurts most.
"""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from versions import FolderPlugin, Running, managed, plugin_root

from honeyhost.errors import AttachError
from honeyhost.store.records import PluginRecord

API = """
import witness
from contextlib import asynccontextmanager
from fastapi import APIRouter

@asynccontextmanager
async def lifespan(app):
    await witness.enter()
    yield {}
    witness.said.append("ended")

router = APIRouter(lifespan=lifespan)

@router.get("/version")
async def version():
    await witness.asked()
"""
OFF = PluginRecord(slug="clinic", enabled=False)


class Gate:
    """
    What a start waits for; it goes on, or fails, when the gate is opened.
    """

    def __init__(self, *, fails: bool = False) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()
        self.fails = fails

    async def passed(self) -> None:
        self.reached.set()
        await self.open.wait()
        if self.fails:
            raise ValueError("this life does not begin")


class Witness(ModuleType):
    """
    What the plugin does, and what it waits for: ``gates`` are waited for at the start of one life after the other.
    """

    def __init__(self) -> None:
        super().__init__("witness")
        self.said: list[str] = []
        self.gates: list[Gate] = []
        self.arrived = asyncio.Event()
        self.answer = asyncio.Event()

    async def enter(self) -> None:
        self.said.append("begun")
        if self.gates:
            await self.gates.pop(0).passed()

    async def asked(self) -> None:
        self.arrived.set()
        await self.answer.wait()


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


def hosted(plugin: FolderPlugin, **options: float) -> tuple[Running, Witness]:
    witness = Witness()
    sys.modules["witness"] = witness
    return managed(plugin.attached("1"), **options), witness


async def ask(running: Running) -> int:
    transport = httpx.ASGITransport(running.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://host") as client:
        return (await client.get("/api/plugins/clinic/version")).status_code


def test_an_upgrade_that_is_ready_after_the_stop_leaves_nothing_alive(plugin: FolderPlugin) -> None:
    async def run() -> None:
        running, witness = hosted(plugin)
        await running.manager.start()
        gate = Gate()
        witness.gates = [gate]
        upgrading = asyncio.create_task(running.manager.upgrade(plugin.attached("2")))
        await gate.reached.wait()
        await running.manager.stop()
        gate.open.set()
        await upgrading
        await running.manager.settled()
        assert running.manager.state("clinic") == "attached"
        assert running.manager.plugins[0].version == "2"
        assert witness.said == ["begun", "begun", "ended", "ended"]

    asyncio.run(run())


def test_a_new_plugin_that_has_started_when_the_host_stops_is_not_called_running(plugin: FolderPlugin) -> None:
    async def run() -> None:
        running, witness = hosted(plugin)
        await running.manager.take_up_plugins([], {})
        await running.manager.start()
        gate = Gate()
        witness.gates = [gate]
        taking = asyncio.create_task(running.manager.take_up_plugins([plugin.attached("2")], {}))
        await gate.reached.wait()
        stopping = asyncio.create_task(running.manager.stop())
        await asyncio.sleep(0)
        gate.open.set()
        await asyncio.gather(taking, stopping)
        assert running.manager.state("clinic") == "stopped"
        assert witness.said == ["begun", "ended"]
        witness.answer.set()
        await running.manager.start()
        assert (running.manager.state("clinic"), await ask(running)) == ("running", 200)
        await running.manager.stop()

    asyncio.run(run())


def test_a_start_that_fails_after_it_was_replaced_does_not_let_the_next_one_answer_early(plugin: FolderPlugin) -> None:
    async def run() -> None:
        running, witness = hosted(plugin)
        running.manager.take_up_records({"clinic": OFF})
        await running.manager.start()
        first, second = Gate(fails=True), Gate()
        witness.gates = [first, second]
        running.manager.take_up_records({})
        await first.reached.wait()
        running.manager.take_up_records({"clinic": OFF})
        running.manager.take_up_records({})
        first.open.set()
        await second.reached.wait()
        for _ in range(10):
            await asyncio.sleep(0)
        assert "clinic" not in running.manager.live.fronts
        second.open.set()
        await running.manager.settled()
        assert running.manager.state("clinic") == "running"
        await running.manager.stop()

    asyncio.run(run())


def test_what_was_switched_off_during_a_restart_is_not_brought_up_again(plugin: FolderPlugin) -> None:
    async def run() -> None:
        running, witness = hosted(plugin)
        await running.manager.start()
        restarting = asyncio.create_task(running.manager.restart("clinic"))
        await asyncio.sleep(0)
        running.manager.take_up_records({"clinic": OFF})
        await restarting
        await running.manager.settled()
        assert running.manager.state("clinic") == "disabled"
        assert witness.said == ["begun", "ended"]

    asyncio.run(run())


def test_a_plugin_that_is_detached_while_its_upgrade_fails_keeps_no_code(plugin: FolderPlugin) -> None:
    async def run() -> None:
        running, witness = hosted(plugin)
        first = Gate(fails=True)
        first.open.set()
        witness.gates = [first]
        await running.manager.start()
        gate = Gate(fails=True)
        witness.gates = [gate]
        upgrading = asyncio.create_task(running.manager.upgrade(plugin.attached("2")))
        await gate.reached.wait()
        await running.manager.take_up_plugins([], {})
        gate.open.set()
        with pytest.raises(AttachError):
            await upgrading
        await running.manager.settled()
        running.manager.close()

    asyncio.run(run())
    assert [name for name in sys.modules if name.startswith(("_hh_clinic", "plugins.clinic"))] == []


def test_an_old_generation_with_a_request_under_way_is_ended_when_the_host_stops(plugin: FolderPlugin) -> None:
    async def run() -> None:
        running, witness = hosted(plugin, drain_seconds=60.0, stop_seconds=0.2)
        await running.manager.start()
        asking = asyncio.create_task(ask(running))
        await witness.arrived.wait()
        await running.manager.upgrade(plugin.attached("2"))
        await running.manager.stop()
        assert await asking == 503
        assert witness.said == ["begun", "begun", "ended", "ended"]

    asyncio.run(run())
