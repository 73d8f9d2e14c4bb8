"""
Calls: functions of plugins by name, whose code is loaded for the first of them, and what a caller hears of those that fail.
"""

import asyncio
import functools
import threading

import pytest

from honeyhost.errors import (
    CallFailedError,
    FunctionNotFoundError,
    LoadError,
    PluginDisabledError,
    PluginNotFoundError,
)
from honeyhost.sdk import Caller, current_caller, current_plugin
from honeyhost.sdk.requires import passage


async def add(a, b):
    return a + b


def fails(host, slug, function, args=None, *, error=CallFailedError, caller=None):
    async def main():
        with pytest.raises(error) as caught:
            await (host.call(slug, function, args) if caller is None else host.call_from(caller, slug, function, args))
        return caught.value

    return asyncio.run(main())


def test_a_call_answers_what_the_function_does(host):
    host.add("clinic", add=add)
    assert asyncio.run(host.call("clinic", "add", {"a": 1, "b": 2})) == 3


def test_arguments_and_answers_are_passed_as_they_are(host):
    given = {"deep": [1]}

    async def echo(value):
        return value

    host.add("clinic", echo=echo)
    assert asyncio.run(host.call("clinic", "echo", {"value": given})) is given


def test_a_function_without_arguments_needs_none(host):
    async def now():
        return "now"

    host.add("clinic", now=now)
    assert asyncio.run(host.call("clinic", "now")) == asyncio.run(host.call("clinic", "now", {})) == "now"


def test_functions_that_wait_answer_too(host):
    async def later(value):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return value

    host.add("clinic", later=later)
    assert asyncio.run(host.call("clinic", "later", {"value": 4})) == 4


class Callable:
    async def __call__(self, a):
        return a

    async def method(self, a):
        return a

    @functools.lru_cache  # noqa: B019 - as an author may write it
    def cached(self, a):
        return a


def wrapped(function):
    @functools.wraps(function)
    def around(**args):
        return function(**args)

    return around


@pytest.mark.parametrize(
    "target",
    [
        Callable(),
        Callable().method,
        Callable().cached,
        functools.partial(add, b=0),
        wrapped(functools.partial(add, b=0)),
        lambda a: a,
        int,
    ],
    ids=["object", "method", "cached", "partial", "wrapped", "plain", "class"],
)
def test_whatever_can_be_called_is_awaited_where_it_has_to_be(host, target):
    host.add("clinic", it=target)
    assert asyncio.run(host.call("clinic", "it", {} if target is int else {"a": 5})) == (0 if target is int else 5)


def test_an_unknown_plugin_is_an_error_that_says_which_was_meant(host):
    host.add("clinic")
    error = fails(host, "clinc", "add", error=PluginNotFoundError)
    assert (error.message, error.hint) == (
        "the host called 'clinc', and no plugin of that name is attached",
        "did you mean 'clinic'?",
    )
    assert error.params == {"plugin": "clinc", "function": "add", "caller": None}
    assert fails(host, "zoo", "add", error=PluginNotFoundError).hint == "honeyhost list"


def test_an_unknown_plugins_name_is_shown_without_its_control_characters(host):
    assert "\x1b" not in fails(host, "a\x1b[31m", "add", error=PluginNotFoundError).message


def test_an_unknown_function_is_an_error_that_says_which_was_meant(host):
    host.add("clinic", summary=add, other=add)
    error = fails(host, "clinic", "sumary", error=FunctionNotFoundError)
    assert error.message == "the host called 'clinic' for 'sumary', and it has no such function"
    assert error.hint == "did you mean 'summary'?"
    assert fails(host, "clinic", "zzz", error=FunctionNotFoundError).hint == "it has other, summary"


def test_a_plugin_without_functions_says_so(host):
    host.add("clinic")
    assert fails(host, "clinic", "x", error=FunctionNotFoundError).hint == "it has none"


@pytest.mark.parametrize(
    ("state", "hint"),
    [
        ("disabled", "honeyhost enable clinic"),
        ("quarantined", "honeyhost release clinic"),
        ("failed", "honeyhost reload clinic"),
        ("stopped", "honeyhost list"),
    ],
)
def test_a_plugin_that_does_not_answer_says_why(host, state, hint):
    host.off["clinic"] = state
    error = fails(host, "clinic", "add", error=PluginDisabledError, caller="billing")
    assert error.message == f"plugin 'billing' called 'clinic', which is {state}"
    assert (error.hint, error.params["state"]) == (hint, state)


def test_a_plugin_that_cannot_be_loaded_says_why(host):
    host.add("clinic").failure = LoadError("its code is broken", hint="mend it")
    error = fails(host, "clinic", "add", error=PluginDisabledError)
    assert (error.message, error.hint) == ("the host called 'clinic', which failed: its code is broken", "mend it")
    assert error.params["state"] == "failed"
    assert isinstance(error.__cause__, LoadError)


def test_disabling_and_enabling_again_brings_the_functions_back(host):
    generation = host.add("clinic", add=add)
    host.switch_off("clinic")
    fails(host, "clinic", "add", error=PluginDisabledError)
    host.answering["clinic"] = generation
    assert asyncio.run(host.call("clinic", "add", {"a": 1, "b": 1})) == 2


def test_a_generation_that_takes_the_place_of_another_answers_with_its_own_functions(host):
    async def new():
        return "new"

    async def main():
        host.add("clinic", version=add)
        old = await host.call("clinic", "version", {"a": 1, "b": 1})
        generation = host.add("clinic", version=new)
        return old, await host.call("clinic", "version"), await host.call("clinic", "version"), generation.loads

    assert asyncio.run(main()) == (2, "new", "new", 1)


def test_only_functions_that_exist_are_remembered_of_a_generation(host):
    generation = host.add("clinic", add=add)
    asyncio.run(host.call("clinic", "add", {"a": 1, "b": 1}))
    fails(host, "clinic", "sumary", error=FunctionNotFoundError)
    assert list(generation.targets) == ["add"]


def test_what_a_function_raises_is_the_cause(host):
    raised = ValueError("no such patient")

    async def broken():
        raise raised

    host.add("clinic", broken=broken)
    error = fails(host, "clinic", "broken", caller="billing")
    assert error.__cause__ is raised
    assert error.message == "plugin 'billing' called 'clinic' for 'broken', which raised ValueError: no such patient"
    assert error.params == {
        "plugin": "clinic",
        "function": "broken",
        "caller": "billing",
        "error": "ValueError",
        "arguments": False,
    }


@pytest.mark.parametrize("raised", [SystemExit(3), TimeoutError("its own"), asyncio.CancelledError(), LoadError("its own")])
def test_nothing_that_a_function_raises_comes_through_as_it_is(host, raised):
    async def broken():
        await asyncio.sleep(0)
        raise raised

    host.add("clinic", broken=broken)
    assert fails(host, "clinic", "broken").__cause__ is raised


def test_a_keyboard_interrupt_is_nobodys_failure(host):
    async def broken():
        raise KeyboardInterrupt

    host.add("clinic", broken=broken)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(host.call("clinic", "broken"))


@pytest.mark.parametrize("target", [add, lambda a, b: a + b], ids=["async", "sync"])
def test_wrong_arguments_are_told_from_a_mistake_in_the_function(host, target):
    async def mistaken():
        return "a" + 1

    host.add("clinic", add=target, mistaken=mistaken)
    error = fails(host, "clinic", "add", {"a": 1, "c": 2})
    assert error.params["arguments"]
    assert "which does not take these arguments: " in error.message
    assert not fails(host, "clinic", "mistaken").params["arguments"]


def test_the_caller_is_the_plugin_whose_code_is_running(host):
    async def ask():
        return await host.call("billing", "broken")

    async def broken():
        raise ValueError

    host.add("clinic", ask=ask)
    host.add("billing", broken=broken)
    error = fails(host, "clinic", "ask")
    assert error.params["caller"] is None
    assert error.__cause__.message == "plugin 'clinic' called 'billing' for 'broken', which raised ValueError: "
    assert error.__cause__.params["caller"] == "clinic"


def test_the_caller_of_a_request_to_a_plugin_is_that_plugin(host):
    async def main():
        passage.set(("clinic", None, frozenset(), None, None))
        with pytest.raises(PluginNotFoundError, match=r"^plugin 'clinic' called 'absent'"):
            await host.call("absent", "x")

    asyncio.run(main())


def test_a_function_knows_its_own_plugin_and_who_asked_first_but_no_permission_that_was_checked(host):
    somebody = Caller(id="somebody")
    found = []

    async def look():
        found.append((current_plugin(), current_caller(), passage.get()[2]))

    async def main():
        passage.set(("clinic", somebody, frozenset({"clinic.read"}), None, None))
        await host.call("billing", "look")
        found.append((current_plugin(), current_caller(), passage.get()[2]))

    host.add("billing", look=look)
    asyncio.run(main())
    assert found == [("billing", somebody, frozenset()), ("clinic", somebody, frozenset({"clinic.read"}))]


def test_many_first_calls_load_the_plugin_once(host):
    generation = host.add("clinic", add=add)

    async def main():
        generation.may_load = asyncio.Event()
        calls = [asyncio.create_task(host.call("clinic", "add", {"a": number, "b": 0})) for number in range(20)]
        await asyncio.sleep(0)
        generation.may_load.set()
        return await asyncio.gather(*calls)

    assert asyncio.run(main()) == list(range(20))
    assert generation.loads == 1


def test_a_first_call_that_is_given_up_leaves_the_loading_to_the_others(host):
    generation = host.add("clinic", add=add)

    async def main():
        generation.may_load = asyncio.Event()
        first, second = [asyncio.create_task(host.call("clinic", "add", {"a": 1, "b": 0})) for _ in range(2)]
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait({first})
        generation.may_load.set()
        return first.cancelled(), await second

    assert asyncio.run(main()) == (True, 1)


def test_a_generation_knows_how_many_calls_are_under_way_in_it(host):
    async def main():
        event = asyncio.Event()
        generation = host.add("clinic", wait=event.wait)
        calls = [asyncio.create_task(host.call("clinic", "wait")) for _ in range(3)]
        await generation.flights.under_way(3)
        event.set()
        await asyncio.gather(*calls)
        return generation.flights.calls

    assert asyncio.run(main()) == 0


@pytest.mark.parametrize("target", [int, lambda: 1 / 0], ids=["answers", "raises"])
def test_a_call_that_has_ended_is_not_under_way_any_more(host, target):
    async def main():
        generation = host.add("clinic", it=target)
        await asyncio.gather(host.call("clinic", "it"), return_exceptions=True)
        assert await generation.flights.drained(30)
        assert generation.flights.most > 0

    asyncio.run(main())


def test_a_plugin_that_is_disabled_while_it_is_loaded_for_a_call_is_disabled(host):
    async def main():
        generation = host.add("clinic", add=add)
        generation.may_load = asyncio.Event()
        call = asyncio.create_task(host.call("clinic", "add", {"a": 1, "b": 1}))
        await asyncio.sleep(0)
        host.switch_off("clinic")
        generation.may_load.set()
        with pytest.raises(PluginDisabledError):
            await call
        return generation.flights.calls

    assert asyncio.run(main()) == 0


@pytest.mark.parametrize("failure", [None, LoadError("was dropped")])
def test_a_call_that_waits_for_a_generation_goes_to_the_one_that_takes_its_place(host, failure):
    async def new():
        return "new"

    async def main():
        old = host.add("clinic", version=add)
        old.may_load, old.failure = asyncio.Event(), failure
        call = asyncio.create_task(host.call("clinic", "version"))
        await asyncio.sleep(0)
        host.add("clinic", version=new)
        old.may_load.set()
        return await call

    assert asyncio.run(main()) == "new"


def test_a_call_into_a_plugin_that_waits_for_it_to_end_is_refused_and_nobody_waits_for_ever(host):
    async def main():
        disabled = asyncio.Event()

        async def outer():
            disabled.set()
            return await host.call("billing", "back")

        async def back():
            return await host.call("clinic", "outer")

        generation = host.add("clinic", outer=outer)
        host.add("billing", back=back)

        async def disable():
            await disabled.wait()
            host.switch_off("clinic")
            assert await generation.flights.drained(30)

        call, _ = await asyncio.gather(host.call("clinic", "outer"), disable(), return_exceptions=True)
        return call

    error = asyncio.run(main())
    inner = error.__cause__.__cause__
    assert isinstance(inner, PluginDisabledError)
    assert inner.message == "plugin 'billing' called 'clinic', which is disabled"


class Slow(dict):
    """
    Functions of which one can be had by reference only.
    """

    def __init__(self, found):
        super().__init__(known=add)
        self.found = found
        self.searches = 0

    def __missing__(self, name):
        self.searches += 1
        if isinstance(self.found, BaseException):
            raise self.found
        self[name] = self.found
        return self.found


def referring(host, found):
    generation = host.add("clinic")
    generation.own = Slow(found)
    return generation.own


def test_a_reference_is_looked_for_once(host):
    functions = referring(host, add)
    for _ in range(3):
        assert asyncio.run(host.call("clinic", ".notes:add", {"a": 1, "b": 1})) == 2
    assert functions.searches == 1


def test_a_name_that_is_no_reference_is_not_looked_for(host):
    functions = referring(host, add)
    fails(host, "clinic", "adds", error=FunctionNotFoundError)
    assert functions.searches == 0


def test_a_reference_to_nothing_is_no_function(host):
    referring(host, KeyError(".notes:add"))
    error = fails(host, "clinic", ".notes:add", error=FunctionNotFoundError)
    assert error.message == "the host called 'clinic' for '.notes:add', and it has no such function"


def test_what_the_module_of_a_reference_raises_is_the_cause(host):
    found = LoadError("plugins.clinic.notes could not be imported")
    found.__cause__ = ValueError("broken")
    referring(host, found)
    error = fails(host, "clinic", ".notes:add")
    assert error.message == "the host called 'clinic' for '.notes:add', which raised ValueError: broken"
    assert error.__cause__ is found.__cause__


def test_a_reference_that_is_found_too_late_is_looked_for_in_the_generation_of_now(host):
    async def main():
        loop, reached, may_end = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

        class Hanging(dict):
            def __missing__(self, name):
                loop.call_soon_threadsafe(reached.set)
                may_end.wait()
                return str

        host.add("clinic").own = Hanging(known=add)
        call = asyncio.create_task(host.call("clinic", ".notes:it"))
        await reached.wait()
        host.add("clinic").own = Slow(int)
        may_end.set()
        return await call

    assert asyncio.run(main()) == 0


def test_a_plain_function_knows_its_plugin_too(host):
    host.add("clinic", look=lambda: current_plugin())  # noqa: PLW0108 - a plain function of the plugin
    assert asyncio.run(host.call("clinic", "look")) == "clinic"
