"""
Limits of seconds that cost nothing until a coroutine waits.
"""

import asyncio
from contextlib import suppress
from time import perf_counter_ns

import pytest

from honeyhost.manager.timing import ExpiredError, limited, resumed, sweeper


def armed():
    return sweeper(asyncio.get_running_loop()).armed


async def hang():
    await asyncio.Event().wait()


async def after(steps, value):
    for _ in range(steps):
        await asyncio.sleep(0)
    return value


def test_a_coroutine_that_never_waits_arms_no_limit():
    async def main():
        async def look():
            return armed()

        return await limited(look(), 0.0)

    assert asyncio.run(main()) == 0


def test_limits_are_disarmed_when_their_coroutines_end():
    async def main():
        async def breaks():
            await asyncio.sleep(0)
            raise ValueError

        await limited(after(2, "x"), 30)
        with pytest.raises(ValueError, match=r"^$"):
            await limited(breaks(), 30)
        cancelled = asyncio.create_task(limited_task(30))
        await asyncio.sleep(0)
        assert armed() == 1
        cancelled.cancel()
        await asyncio.wait({cancelled})
        return armed()

    async def limited_task(seconds):
        await limited(hang(), seconds)

    assert asyncio.run(main()) == 0


def test_the_result_and_what_is_raised_come_through():
    async def breaks():
        await asyncio.sleep(0)
        raise KeyError("x")

    assert asyncio.run(main_of(lambda: limited(after(3, "answer"), 30))) == "answer"
    with pytest.raises(KeyError, match="x"):
        asyncio.run(main_of(lambda: limited(breaks(), 30)))


async def main_of(make):
    return await make()


def test_limits_end_in_the_order_of_their_lengths_and_not_of_their_beginning():
    async def main():
        order = []

        async def one(name, seconds):
            with suppress(ExpiredError):
                await limited(hang(), seconds)
            order.append(name)

        lengths = {"long": 0.03, "short": 0.01, "middle": 0.02, "short too": 0.01}
        await asyncio.gather(*(one(name, seconds) for name, seconds in lengths.items()))
        return order

    assert asyncio.run(main()) == ["short", "short too", "middle", "long"]


def test_the_time_counts_from_the_beginning_of_the_coroutine_and_not_from_its_first_wait():
    async def main():
        coroutine = hang()
        async with asyncio.timeout(10):
            with pytest.raises(ExpiredError):
                await resumed(coroutine, coroutine.send(None), perf_counter_ns() - 3600 * 10**9, 3600)

    asyncio.run(main())


def test_an_expired_limit_leaves_no_cancellation_behind():
    async def main():
        with pytest.raises(ExpiredError):
            await limited(hang(), 0.01)
        task = asyncio.current_task()
        assert task is not None
        await asyncio.sleep(0)
        return task.cancelling()

    assert asyncio.run(main()) == 0


def test_a_limit_works_inside_and_outside_of_the_limits_of_asyncio():
    async def main():
        async with asyncio.timeout(30):
            with pytest.raises(ExpiredError):
                await limited(hang(), 0.01)
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(0.01):
                await limited(hang(), 30)
        assert not isinstance(caught.value, ExpiredError)

        async def inner():
            async with asyncio.timeout(0.01):
                await hang()

        with pytest.raises(TimeoutError) as caught:
            await limited(inner(), 30)
        assert not isinstance(caught.value, ExpiredError)

    asyncio.run(main())


def test_a_cancellation_from_outside_wins_over_the_end_of_the_time():
    async def main():
        async def work():
            await limited(hang(), 0.0)

        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0.01)
        await asyncio.wait({task})
        return task.cancelled()

    assert asyncio.run(main())


def test_a_cancellation_that_the_coroutine_is_interrupted_by_twice_is_not_swallowed():
    async def main():
        interrupted = asyncio.Event()

        async def stubborn():
            try:
                await hang()
            finally:
                interrupted.set()
                await hang()

        async def work():
            await limited(stubborn(), 0.0)

        task = asyncio.create_task(work())
        await interrupted.wait()
        task.cancel()  # on top of the end of its time
        await asyncio.wait({task})
        return task.cancelled()

    assert asyncio.run(main())


def test_every_loop_has_limits_of_its_own():
    async def mine():
        return sweeper(asyncio.get_running_loop())

    first, second = asyncio.run(mine()), asyncio.run(mine())
    assert first is not second


def test_a_coroutine_that_is_closed_is_closed_inside():
    closed = []

    async def waiting():
        try:
            await hang()
        finally:
            closed.append("closed")

    async def main():
        inner = waiting()
        outer = main_of(lambda: limited(inner, 30))
        outer.send(None)
        outer.close()
        return armed(), list(closed)

    assert asyncio.run(main()) == (0, ["closed"])


def test_whatever_is_thrown_into_a_coroutine_is_its_to_hear_and_it_may_go_on():
    async def patient():
        heard = []
        for _ in range(2):
            try:
                await hang()
            except asyncio.CancelledError:
                heard.append("cancelled")
        return heard, await after(2, "answer")

    async def main():
        task = asyncio.create_task(main_of(lambda: limited(patient(), 30)))
        for _ in range(2):
            await asyncio.sleep(0)
            task.cancel()
        return await task

    assert asyncio.run(main()) == (["cancelled", "cancelled"], "answer")
