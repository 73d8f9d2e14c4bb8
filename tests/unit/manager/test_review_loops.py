"""
One application that is started again on another event loop, as test clients and reloading servers do.
"""

import asyncio
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from types import ModuleType

import pytest
from versions import FolderPlugin, managed, plugin_root

from honeyhost.manager.building import BuiltPlugin
from honeyhost.manager.generation import Generation
from honeyhost.manager.health import Watch

SLOW = """
import witness
from fastapi import APIRouter

witness.loading.set()
witness.go.wait(10)
router = APIRouter()

@router.get("/version")
async def version():
    return "here"
"""


def test_the_watch_goes_on_in_the_next_event_loop() -> None:
    watch = Watch(managed().manager, interval=60.0, give_up=lambda *_: None)

    async def watched() -> None:
        task = asyncio.create_task(watch.run())
        for _ in range(10):
            await asyncio.sleep(0)
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(watched())
    asyncio.run(watched())


@pytest.fixture
def generation(tmp_path: Path) -> Iterator[Generation]:
    """
    A plugin that says ``witness.loading`` and waits for ``witness.go`` while it is imported.
    """
    with plugin_root(tmp_path / "plugins") as root:
        plugin = FolderPlugin(root)
        plugin.write({"backend/api.py": SLOW})
        sys.modules["witness"] = witness = ModuleType("witness")
        witness.loading, witness.go = threading.Event(), threading.Event()
        yield managed(plugin.attached("1")).manager.generations["clinic"]
        del sys.modules["witness"]


def test_two_event_loops_wait_for_the_same_plugin(generation: Generation) -> None:
    witness = sys.modules["witness"]
    first: Future[BuiltPlugin] = Future()
    thread = threading.Thread(target=lambda: first.set_result(asyncio.run(generation.ready())))
    thread.start()
    assert witness.loading.wait(10)

    async def second() -> BuiltPlugin:
        waiting = asyncio.create_task(generation.ready())
        for _ in range(10):
            await asyncio.sleep(0)
        witness.go.set()
        return await waiting

    assert asyncio.run(second()) is first.result(10)
    thread.join(10)


def test_a_plugin_that_an_event_loop_left_half_loaded_is_loaded_by_the_next(generation: Generation) -> None:
    witness = sys.modules["witness"]
    loop = asyncio.new_event_loop()
    asking = loop.create_task(generation.ready())
    assert loop.run_until_complete(loop.run_in_executor(None, witness.loading.wait, 10))

    async def second() -> BuiltPlugin:
        witness.go.set()
        return await generation.ready()

    assert asyncio.run(second()) is generation.loader.built
    left = {asking, *asyncio.all_tasks(loop)}
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
