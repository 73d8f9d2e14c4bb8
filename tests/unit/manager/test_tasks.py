"""
Background work of a plugin, and work that has an end.
"""

import asyncio
import logging
from contextvars import ContextVar

import pytest

from honeyhost.errors import UsageError
from honeyhost.manager.tasks import Tasks, ended
from honeyhost.sdk import current_caller, current_plugin

SOMETHING = ContextVar("something", default="nothing")


async def hang():
    await asyncio.Event().wait()


async def stubborn(*, until):
    while not until.is_set():
        try:
            await until.wait()
        except asyncio.CancelledError:
            continue


def test_work_knows_its_plugin_and_nothing_of_whoever_began_it():
    async def look():
        return current_plugin(), current_caller(), SOMETHING.get()

    async def main():
        SOMETHING.set("of the request")
        return await Tasks("clinic").create(look())

    assert asyncio.run(main()) == ("clinic", None, "nothing")


def test_work_has_a_name_that_says_whose_it_is():
    async def main():
        tasks = Tasks("clinic")
        named, other = tasks.create(hang(), name="poll"), tasks.create(hang())
        await tasks.cancel(1)
        return named.get_name(), other.get_name()

    assert asyncio.run(main()) == ("poll", "honeyhost task clinic")


def test_what_work_raises_is_logged_with_its_plugin(caplog):
    async def breaks():
        raise ValueError("broken")

    async def main():
        await asyncio.wait({Tasks("clinic").create(breaks(), name="poll")})

    with caplog.at_level(logging.ERROR):
        asyncio.run(main())
    [record] = caplog.records
    assert record.getMessage() == "plugin 'clinic': its task 'poll' raised ValueError: broken"
    assert (record.plugin, record.phase) == ("clinic", "task")
    assert record.exc_info is not None


def test_work_that_is_cancelled_is_not_logged(caplog):
    async def main():
        tasks = Tasks("clinic")
        work = tasks.create(hang())
        await asyncio.sleep(0)
        late = await tasks.cancel(1)
        return late, work.cancelled()

    assert asyncio.run(main()) == (0, True)
    assert caplog.records == []


def test_work_that_does_not_end_is_counted():
    async def main():
        until = asyncio.Event()
        tasks = Tasks("clinic")
        work = tasks.create(stubborn(until=until))
        tasks.create(hang())
        await asyncio.sleep(0)
        late = await tasks.cancel(0.01)
        until.set()
        await work
        return late, await tasks.cancel(0.01)

    assert asyncio.run(main()) == (1, 0)


def test_work_that_has_ended_is_forgotten():
    async def main():
        tasks = Tasks("clinic")
        await tasks.create(asyncio.sleep(0))
        await asyncio.sleep(0)
        return tasks._running

    assert asyncio.run(main()) == set()


def test_work_that_ends_in_time_says_what_it_raised():
    async def breaks():
        raise ValueError("broken")

    async def gives_up():
        raise asyncio.CancelledError

    async def main():
        return [await ended(work, 30, patience=1) for work in (asyncio.sleep(0), breaks(), gives_up())]

    nothing, broken, gave_up = asyncio.run(main())
    assert nothing is None
    assert isinstance(broken, ValueError)
    assert isinstance(gave_up, asyncio.CancelledError)


@pytest.mark.parametrize("patience", [0.01, 30])
def test_work_that_takes_too_long_is_cancelled(patience):
    async def main():
        return await ended(hang(), 0.01, patience=patience)

    error = asyncio.run(main())
    assert isinstance(error, TimeoutError)
    assert str(error) == ""


def test_work_that_cannot_be_cancelled_is_left_behind():
    async def main():
        until = asyncio.Event()
        error = await ended(stubborn(until=until), 0.0, patience=0.01)
        until.set()
        return error

    assert isinstance(asyncio.run(main()), TimeoutError)


def test_whoever_waits_can_be_cancelled_and_takes_the_work_along():
    interrupted = []

    async def work():
        try:
            await hang()
        except asyncio.CancelledError:
            interrupted.append("work")
            raise

    async def main():
        waiting = asyncio.create_task(ended(work(), 30, patience=1))
        for _ in range(3):
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        await asyncio.sleep(0)
        return waiting.cancelled(), list(interrupted)

    assert asyncio.run(main()) == (True, ["work"])


def test_what_has_ended_begins_no_more_work():
    async def work():
        raise AssertionError

    async def main():
        tasks = Tasks("clinic")
        tasks.ended = True
        begun = work()
        with pytest.raises(UsageError, match="plugin 'clinic' has ended"):
            tasks.create(begun)
        return begun.cr_frame

    assert asyncio.run(main()) is None
