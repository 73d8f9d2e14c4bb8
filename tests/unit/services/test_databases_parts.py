"""
The small parts of the database service: the pool, the wish to stop, the limits, the threads.
"""

import asyncio
import threading

import pytest

from honeyhost.services.databases.limits import Deadline, Limits, collected
from honeyhost.services.databases.outcomes import Failed, Overdue, Refused
from honeyhost.services.databases.pool import Pool
from honeyhost.services.databases.stopping import Stop
from honeyhost.services.databases.threads import Threads


@pytest.fixture
def anyio_backend():
    return "asyncio"


def test_a_pool_gives_what_waits_for_the_same_key_and_the_last_one_first():
    pool = Pool(4, lambda _: None)
    pool.give("a", 1)
    pool.give("b", 2)
    pool.give("a", 3)
    assert [pool.take(key) for key in ("a", "a", "a", "b", "c")] == [3, 1, None, 2, None]


def test_a_pool_closes_what_has_waited_longest_and_all_of_it_at_the_end():
    closed = []
    pool = Pool(2, closed.append)
    for number in range(4):
        pool.give("a", number)
    assert closed == [0, 1]
    pool.close()
    assert closed == [0, 1, 2, 3]
    pool.give("a", 4)
    assert closed == [0, 1, 2, 3, 4]
    assert pool.take("a") is None


def test_a_wish_to_stop_ends_the_work_that_is_under_way_and_nothing_after_it():
    ended = []
    stop = Stop()
    with stop.ends_by(lambda: ended.append("work")):
        assert not stop.asked
        stop()
        assert stop.asked
    stop()
    assert ended == ["work"]


def test_a_deadline_is_over_when_its_time_is_up_or_nobody_waits():
    stop = Stop()
    Deadline(60, stop).check()
    with pytest.raises(Overdue):
        Deadline(-1, stop).check()
    stop()
    assert Deadline(60, stop).over()


def test_rows_are_bounded_by_number_and_size():
    limits = Limits(seconds=1, rows=2, size=10)
    assert collected(["a", "b"], [(1, "x"), (2, None)], limits) == [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    with pytest.raises(Failed, match="more than 2 rows") as caught:
        collected(["a"], iter([(1,)] * 3), limits)
    assert caught.value.reason == "limit"
    with pytest.raises(Failed, match="more than 10 bytes"):
        collected(["a"], [("x" * 6,), (b"x" * 5,)], limits)
    with pytest.raises(Refused, match="called 'a'"):
        collected(["a", "b", "a"], [], limits)


@pytest.mark.anyio
async def test_work_that_does_not_listen_is_left_alone_and_keeps_its_place():
    threads, go = Threads(), threading.Event()
    with pytest.raises(Overdue):
        await threads.run("acme", lambda _: go.wait(60), seconds=0)
    assert len(threads._running) == 1
    go.set()
    await asyncio.wait({*threads._running})
    assert await threads.run("acme", lambda _: 7, seconds=5) == 7
    await threads.close()


@pytest.mark.anyio
async def test_one_plugins_slow_work_leaves_places_for_others():
    threads, go = Threads(), threading.Event()
    slow = [asyncio.create_task(threads.run("acme", lambda _: go.wait(60), seconds=60)) for _ in range(20)]
    assert await threads.run("rival", lambda _: 7, seconds=5) == 7
    assert len(threads._running) == 4
    waiting = slow.pop()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go.set()
    assert await asyncio.gather(*slow) == [True] * 19
    await threads.close()


@pytest.mark.anyio
async def test_who_gives_up_while_all_places_are_taken_gives_back_its_own():
    threads, go = Threads(), threading.Event()
    slow = [asyncio.create_task(threads.run(f"p{n}", lambda _: go.wait(60), seconds=60)) for n in range(16)]
    while len(threads._running) < 16:  # noqa: ASYNC110 - there is nothing to be told by
        await asyncio.sleep(0)
    more = [asyncio.create_task(threads.run("acme", lambda _: 7, seconds=60)) for _ in range(4)]
    await asyncio.sleep(0)
    for task in more:
        task.cancel()
    assert {type(error) for error in await asyncio.gather(*more, return_exceptions=True)} == {asyncio.CancelledError}
    go.set()
    await asyncio.gather(*slow)
    assert await asyncio.gather(*(threads.run("acme", lambda _: 7, seconds=60) for _ in range(8))) == [7] * 8
    await threads.close()


@pytest.mark.anyio
async def test_what_work_raises_is_raised_and_closing_without_work_is_nothing():
    threads = Threads()
    await threads.close()

    def fail(stop):
        raise Failed("no")

    with pytest.raises(Failed, match="no"):
        await threads.run("acme", fail, seconds=5)
    await threads.close()
