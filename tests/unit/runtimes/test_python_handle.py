"""
The Python handle: a plugin's object begun, asked and ended, whatever its methods are.
"""

import asyncio
import functools
import threading

import pytest

from honeyhost.runtimes import PythonHandle
from honeyhost.sdk import Plugin

HOST = object()


class Waiting(Plugin):
    async def init(self, host):
        self.given = host
        self.thread = threading.get_ident()

    async def shutdown(self):
        self.ended = True

    async def health(self):
        return {"fine": True}


class Plain(Plugin):
    def init(self, host):
        self.given = host
        self.thread = threading.get_ident()

    def shutdown(self):
        self.ended = True

    def health(self):
        return {"fine": True}


@pytest.mark.parametrize("kind", [Waiting, Plain])
def test_an_object_is_begun_asked_and_ended(kind):
    plugin = kind()
    handle = PythonHandle({}, plugin)

    async def main():
        await handle.init(HOST)
        health = await handle.health()
        await handle.shutdown()
        return health

    assert (handle.object, handle.initialises) == (True, True)
    assert asyncio.run(main()) == {"fine": True}
    assert plugin.host is plugin.given is HOST
    assert plugin.ended
    assert (plugin.thread == threading.get_ident()) is (kind is Waiting)


def test_an_object_that_does_nothing_at_its_beginning_has_its_host_all_the_same():
    plugin = Plugin()
    handle = PythonHandle({}, plugin)
    asyncio.run(handle.init(HOST))
    asyncio.run(handle.shutdown())
    assert (handle.object, handle.initialises) == (True, False)
    assert plugin.host is HOST
    assert asyncio.run(handle.health()) is None


def test_an_init_of_the_instance_counts():
    plugin = Plugin()
    plugin.init = print
    assert PythonHandle({}, plugin).initialises


def test_a_plugin_without_an_object_has_nothing_to_begin_and_to_end():
    handle = PythonHandle({})
    for work in (handle.init(HOST), handle.shutdown(), handle.health()):
        assert asyncio.run(work) is None
    assert (handle.object, handle.initialises, handle.capabilities, handle.jobs) == (False, False, {}, {})


async def add(a, b):
    return a + b


def hidden(a, b):
    return add(a, b)


@pytest.mark.parametrize(
    "target",
    [add, lambda a, b: a + b, hidden, functools.partial(add)],
    ids=["async", "plain", "hidden", "partial"],
)
def test_functions_answer_whatever_they_are(target):
    assert asyncio.run(PythonHandle({"add": target}).call("add", {"a": 1, "b": 2})) == 3


def test_a_function_that_is_not_there_is_a_key_error():
    with pytest.raises(KeyError, match="absent"):
        asyncio.run(PythonHandle({}).call("absent"))


@pytest.mark.parametrize("kind", ["async", "plain"])
def test_a_plugin_cannot_end_the_process(kind):
    def leave():
        raise SystemExit(3)

    async def leave_later():
        leave()

    target = leave if kind == "plain" else leave_later
    with pytest.raises(RuntimeError, match=r"^SystemExit: 3$") as caught:
        asyncio.run(PythonHandle({"leave": target}).call("leave"))
    assert isinstance(caught.value.__cause__, SystemExit)


def test_a_plain_function_that_raises_stop_iteration_ends():
    def stop():
        raise StopIteration

    with pytest.raises(RuntimeError):
        asyncio.run(PythonHandle({"stop": stop}).call("stop"))
