"""
Targets: what a generation remembers of the functions that were called, and when it forgets them.
"""

import asyncio
from pathlib import Path

import pytest
from versions import FolderPlugin, managed, plugin_root

from honeyhost.errors import LoadError, PluginDisabledError
from honeyhost.manager.calls import Calls

API = """
from fastapi import APIRouter

router = APIRouter()

async def answer():
    return "answer"
"""


@pytest.mark.parametrize("end", ["fail", "close"])
def test_a_generation_forgets_what_was_called_of_it_when_it_ends(tmp_path: Path, end: str) -> None:
    async def run(plugin: FolderPlugin) -> None:
        manager = managed(plugin.attached("1")).manager
        calls = Calls(lambda: manager.generations, manager.state, timeout=30)
        await manager.start()
        assert await calls.call("clinic", ".backend.api:answer") == "answer"
        generation = manager.generations["clinic"]
        assert list(generation.targets) == [".backend.api:answer"]
        if end == "fail":
            generation.fail(LoadError("it broke"))
            assert generation.targets == {}
            with pytest.raises(PluginDisabledError):
                await calls.call("clinic", ".backend.api:answer")
        await manager.stop()
        manager.close()  # lets go of its code
        assert generation.targets == {}

    with plugin_root(tmp_path / "plugins") as root:
        made = FolderPlugin(root)
        made.write({"backend/api.py": API})
        asyncio.run(run(made))
