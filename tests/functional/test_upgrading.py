"""
Upgrades of a folder plugin in a running process, asked by real clients over loopback.
"""

import gc
import itertools
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from versions import FolderPlugin, Running, plugin_root, serving_plugins

SWAPS = 100
OBJECTS_A_SWAP = 100
"""Objects that may be more after a swap, far less than any generation has."""


def version(number: str, *, more: str = "") -> dict[str, str]:
    """
    The files of a version, in which every module says which one it is of; half of them are imported in handlers.
    """
    said = f"VERSION = {number!r}\n"
    api = f"""
    import asyncio
    from pydantic import BaseModel
    from fastapi import APIRouter
    from plugins.clinic.backend import early
    from .near import VERSION as NEAR

    {more}
    VERSION = {number!r}
    router = APIRouter()

    class Answer(BaseModel):
        versions: list[str]

    @router.get("/fast")
    async def fast() -> Answer:
        return Answer(versions=[VERSION, early.VERSION, NEAR])

    @router.get("/slow")
    async def slow() -> Answer:
        await asyncio.sleep(0.01)
        from plugins.clinic.backend import late
        import plugins.clinic.backend.later
        import plugins.clinic.backend.other as other
        await asyncio.sleep(0.01)
        from .deep.deepest import VERSION as DEEPEST
        from plugins import clinic
        found = [late.VERSION, plugins.clinic.backend.later.VERSION, other.VERSION, DEEPEST, clinic.backend.late.VERSION]
        return Answer(versions=[VERSION, *found])
    """
    modules = ("early", "near", "late", "later", "other", "deep/deepest")
    return {"backend/api.py": api, **{f"backend/{name}.py": said for name in modules}}


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[FolderPlugin]:
    """
    A plugin in its first version.
    """
    with plugin_root(tmp_path / "plugins") as root:
        made = FolderPlugin(root)
        made.write(version("1"))
        yield made


class Load:
    """
    Clients that ask until they are told to stop, each on its own connection.
    """

    def __init__(self, running: Running, *paths: str) -> None:
        self.answers: list[tuple[int, tuple[str, ...]]] = []
        self.errors: list[Exception] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(running.url(path),)) for path in paths]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(20)

    def _ask(self, url: str) -> None:
        with httpx.Client(trust_env=False, timeout=20) as client:
            while not self._stop.is_set():
                try:
                    answer = client.get(url)
                    self.answers.append((answer.status_code, tuple(answer.json()["versions"])))
                except Exception as error:  # noqa: BLE001 - every one counts
                    self.errors.append(error)


def test_a_hundred_upgrades_under_load_fail_no_request_and_mix_no_versions(plugin: FolderPlugin) -> None:
    generations: list[weakref.ref[Any]] = []
    objects: list[int] = []
    gc.collect()
    gc.freeze()  # what earlier tests have left is looked at no more
    with serving_plugins(plugin.attached("1")) as running:
        httpx.get(running.url("/clinic/fast"), trust_env=False).raise_for_status()
        with Load(running, "/clinic/fast", "/clinic/slow", "/clinic/slow", "/clinic/slow") as load:
            for swap, number in zip(range(SWAPS), itertools.cycle("21"), strict=False):
                generations.append(weakref.ref(running.manager.generations["clinic"]))
                plugin.write(version(number))
                running.do(running.manager.upgrade(plugin.attached(number)))
                assert httpx.get(running.url("/clinic/fast"), trust_env=False).json() == {"versions": [number] * 3}
                if swap in (SWAPS // 2, SWAPS - 1):
                    running.do(running.manager.settled())
                    gc.collect()
                    objects.append(len(gc.get_objects()))
        running.do(running.manager.settled())
        gc.collect()
        alive = [reference for reference in generations if reference() is not None]
        names = {name.partition(".")[0] for name in sys.modules if name.startswith("_hh_clinic")}
        real = [name for name in sys.modules if name.startswith("plugins.clinic")]
        state = running.manager.state("clinic")
    assert load.errors == []
    assert {status for status, _ in load.answers} == {200}
    assert {answer for _, answer in load.answers if len(set(answer)) != 1} == set()
    assert {answer[0] for _, answer in load.answers} == {"1", "2"}
    assert (len(alive), len(names), real, state) == (0, 1, [], "loaded")
    half, whole = objects
    assert (whole - half) / (SWAPS / 2) < OBJECTS_A_SWAP
