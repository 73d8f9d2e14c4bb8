"""
Limits of calls: in time, in depth, and of what one plugin's functions may take from the others.
"""

import asyncio
import threading
from contextlib import suppress

import pytest

from honeyhost.errors import CallDepthExceededError, CallFailedError, CallTimeoutError
from honeyhost.manager.threads import MOST

SHORT = 0.01


async def hang():
    await asyncio.Event().wait()


def refused(host, error, slug, function, args=None, **options):
    async def main():
        with pytest.raises(error) as caught:
            await host.call(slug, function, args, **options)
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        return caught.value

    return asyncio.run(main())


def test_a_function_that_does_not_answer_in_time_is_interrupted(host_of):
    ended = []

    async def slow():
        try:
            await hang()
        finally:
            ended.append("ended")

    host = host_of(timeout=SHORT)
    host.add("clinic", slow=slow)
    error = refused(host, CallTimeoutError, "clinic", "slow")
    assert error.message == "the host called 'clinic' for 'slow', which did not answer within 0.01 s"
    assert error.params == {"plugin": "clinic", "function": "slow", "caller": None, "seconds": SHORT}
    assert ended == ["ended"]


def test_a_call_may_have_a_time_of_its_own(host):
    host.add("clinic", slow=hang)
    assert refused(host, CallTimeoutError, "clinic", "slow", timeout=SHORT).params["seconds"] == SHORT


def test_a_timeout_that_the_function_raises_itself_is_its_failure(host):
    async def slow():
        async with asyncio.timeout(0):
            await hang()

    host.add("clinic", slow=slow)
    assert isinstance(refused(host, CallFailedError, "clinic", "slow").__cause__, TimeoutError)


def test_what_a_function_raises_when_it_is_interrupted_is_the_cause(host):
    async def slow():
        try:
            await hang()
        except asyncio.CancelledError:
            raise ValueError("interrupted") from None

    host.add("clinic", slow=slow)
    error = refused(host, CallTimeoutError, "clinic", "slow", timeout=SHORT)
    assert isinstance(error.__cause__, ValueError)


def test_an_answer_after_the_time_comes_too_late(host):
    async def stubborn():
        with suppress(asyncio.CancelledError):
            await hang()
        return "late"

    host.add("clinic", stubborn=stubborn)
    refused(host, CallTimeoutError, "clinic", "stubborn", timeout=SHORT)


def test_a_caller_that_is_cancelled_hears_of_its_cancellation_and_nothing_else(host):
    async def main():
        host.add("clinic", slow=hang)
        call = asyncio.create_task(host.call("clinic", "slow"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.wait({call})
        return call.cancelled()

    assert asyncio.run(main())


def test_loading_takes_nothing_of_the_time_of_a_call(host):
    async def now():
        return "now"

    async def main():
        generation = host.add("clinic", now=now)
        generation.may_load = asyncio.Event()
        call = asyncio.create_task(host.call("clinic", "now", timeout=0.0))
        await asyncio.sleep(SHORT)
        generation.may_load.set()
        return await call

    assert asyncio.run(main()) == "now"


def test_an_inner_call_that_takes_too_long_is_the_outer_ones_to_deal_with(host):
    async def outer():
        try:
            await host.call("billing", "slow", timeout=SHORT)
        except CallTimeoutError as error:
            return error.params["plugin"]

    async def main():
        host.add("clinic", outer=outer)
        host.add("billing", slow=hang)
        answer = await host.call("clinic", "outer")
        await asyncio.sleep(0)  # nothing of the inner interruption is left for whoever waits next
        return answer

    assert asyncio.run(main()) == "billing"


def test_an_outer_call_that_takes_too_long_names_itself(host):
    async def outer():
        await host.call("billing", "slow", timeout=30)

    host.add("clinic", outer=outer)
    host.add("billing", slow=hang)
    error = refused(host, CallTimeoutError, "clinic", "outer", timeout=SHORT)
    assert error.params["plugin"] == "clinic"
    assert host.figures()["billing"].errors == 0


def test_one_of_two_calls_with_the_same_time_ends_and_the_others_answer(host):
    async def quick(value):
        await asyncio.sleep(0)
        return value

    async def main():
        host.add("clinic", slow=hang, quick=quick)
        calls = [host.call("clinic", "slow", timeout=SHORT), *(host.call("clinic", "quick", {"value": n}) for n in range(5))]
        return await asyncio.gather(*calls, return_exceptions=True)

    late, *others = asyncio.run(main())
    assert isinstance(late, CallTimeoutError)
    assert others == list(range(5))


def circle(host, calls):
    async def around(left):
        return "end" if left == 0 else await host.call(*calls[left % len(calls)], {"left": left - 1})

    for slug, function in calls:
        host.add(slug, **{function: around})
    return around


def test_ten_calls_inside_each_other_are_answered(host):
    circle(host, [("a", "one"), ("b", "two")])
    assert asyncio.run(host.call("a", "one", {"left": 9})) == "end"


def test_the_eleventh_is_refused_with_the_names_of_all(host):
    circle(host, [("a", "one"), ("b", "two")])
    error = refused(host, CallDepthExceededError, "a", "one", {"left": 10})
    names = error.params["chain"]
    assert names == ["a.one", *("a.one", "b.two") * 5]
    assert error.params["depth"] == 10
    assert error.message.endswith(f"more than 10 calls deep: {' -> '.join(names)}")
    assert error.hint == "break the circle"


def test_the_chain_is_as_the_calls_were_made(host_of):
    host = host_of(depth=2)

    async def first():
        return await host.call("b", "second")

    async def second():
        return await host.call("c", "third")

    host.add("a", first=first)
    host.add("b", second=second)
    error = refused(host, CallDepthExceededError, "a", "first")
    assert error.message == "plugin 'b' called 'c' for 'third', more than 2 calls deep: a.first -> b.second -> c.third"


def test_calls_beside_each_other_are_not_inside_each_other(host_of):
    host = host_of(depth=2)

    async def inner():
        await asyncio.sleep(0)

    async def outer():
        await asyncio.gather(*(host.call("b", "inner") for _ in range(5)))
        for _ in range(5):
            await host.call("b", "inner")
        return "end"

    host.add("a", outer=outer)
    host.add("b", inner=inner)
    assert asyncio.run(host.call("a", "outer")) == "end"


def test_a_refused_depth_leaves_the_next_call_as_deep_as_it_was(host_of):
    host = host_of(depth=1)

    async def outer():
        with pytest.raises(CallDepthExceededError):
            await host.call("a", "outer")

    async def main():
        host.add("a", outer=outer)
        await host.call("a", "outer")
        await host.call("a", "outer")

    asyncio.run(main())


def test_a_plain_function_runs_in_a_thread_of_its_plugin_and_keeps_the_loop_free(host):
    async def main():
        reached, may_end = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def plain():
            loop.call_soon_threadsafe(reached.set)
            may_end.wait()
            return threading.current_thread().name

        host.add("clinic", plain=plain)
        call = asyncio.create_task(host.call("clinic", "plain"))
        await reached.wait()
        may_end.set()
        return await call

    assert asyncio.run(main()) == "honeyhost call clinic"


def test_a_plain_function_that_hangs_is_given_up_and_counted_as_long_as_it_runs(host):
    async def main():
        may_end = threading.Event()
        generation = host.add("clinic", plain=may_end.wait)
        with pytest.raises(CallTimeoutError):
            await host.call("clinic", "plain", timeout=SHORT)
        running = generation.flights.calls
        may_end.set()
        assert await generation.flights.drained(30)
        return running, generation.flights.calls

    assert asyncio.run(main()) == (1, 0)


def test_hanging_functions_of_one_plugin_take_no_thread_from_another(host):
    async def main():
        may_end = threading.Event()
        generation = host.add("clinic", plain=may_end.wait)
        host.add("billing", plain=lambda: "answer")
        hanging = [asyncio.create_task(host.call("clinic", "plain")) for _ in range(MOST + 4)]
        answer = await host.call("billing", "plain")
        may_end.set()
        await asyncio.gather(*hanging)
        assert await generation.flights.drained(30)
        return answer

    assert asyncio.run(main()) == "answer"


def test_a_plain_function_that_waits_for_its_turn_is_never_run_once_it_is_given_up(host):
    ran = []

    async def main():
        may_end = threading.Event()
        generation = host.add("clinic", plain=may_end.wait, late=lambda: ran.append("late"))
        hanging = [asyncio.create_task(host.call("clinic", "plain")) for _ in range(MOST)]
        await generation.flights.under_way(2 * MOST)  # each, and the thread that it has
        with pytest.raises(CallTimeoutError):
            await host.call("clinic", "late", timeout=SHORT)
        may_end.set()
        await asyncio.gather(*hanging)
        assert await generation.flights.drained(30)

    asyncio.run(main())
    assert ran == []


def test_a_plain_function_may_raise_whatever_it_likes(host):
    def stop():
        raise StopIteration

    def leave():
        raise SystemExit(2)

    host.add("clinic", stop=stop, leave=leave)
    assert refused(host, CallFailedError, "clinic", "stop").params["error"] == "RuntimeError"
    assert refused(host, CallFailedError, "clinic", "leave").params["error"] == "SystemExit"


def test_the_search_for_a_reference_has_an_end(host):
    may_end = threading.Event()

    class Hanging(dict):
        def __missing__(self, name):
            may_end.wait()
            raise KeyError(name)

    host.add("clinic").own = Hanging(known=hang)
    refused(host, CallTimeoutError, "clinic", ".slow:it", timeout=SHORT)
    may_end.set()
