"""
Timing: a limit of seconds for a coroutine that costs nothing until the coroutine waits for something.

A coroutine that never suspends cannot be interrupted by any limit of an event loop, so none is set for it: only its first
suspension arms one. All limits of a loop share a single timer.
"""

import asyncio
import threading
import types
from collections.abc import Coroutine, Generator
from time import perf_counter_ns
from typing import Any, TypeVar

Result = TypeVar("Result")
Queue = dict[Coroutine[Any, Any, Any], tuple[float, asyncio.Task[Any]]]
"""Coroutines whose limits are of one length: when each one's time ends, in nanoseconds of the clock, and the task that is
interrupted then. They are in the order of their ends."""
_NANOSECONDS = 1e9


class ExpiredError(TimeoutError):
    """
    The coroutine did not end within its seconds. What it raised when it was interrupted is the cause, where that says more
    than that it was.
    """


class Sweeper:
    """
    The limits of one event loop that are armed, with one timer for all of them.

    Limits of the same length end in the order in which they were armed, so that only the first of each length is looked at;
    the timer is set for the first of all, and a limit that is disarmed leaves it as it is.
    """

    __slots__ = ("_at", "_queues", "_timer", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._queues: dict[float, Queue] = {}
        self._at = float("inf")
        self._timer: asyncio.TimerHandle | None = None

    def arm(self, coroutine: Coroutine[Any, Any, Any], task: asyncio.Task[Any], began: int, seconds: float) -> Queue:
        """
        Interrupt the task so many seconds after the coroutine began, unless it is taken out of the queue before; whatever is
        not in it any more has expired.
        """
        at = began + seconds * _NANOSECONDS
        queue = self._queues.get(seconds)
        if queue is None:
            queue = self._queues[seconds] = {}
        queue[coroutine] = at, task
        if at < self._at:
            self._set(at)
        return queue

    @property
    def armed(self) -> int:
        """
        How many limits wait for their end.
        """
        return sum(map(len, self._queues.values()))

    def _sweep(self) -> None:
        now = perf_counter_ns()
        for seconds, queue in list(self._queues.items()):
            for task in _due(queue, now):
                task.cancel()
            if not queue:
                del self._queues[seconds]
        self._at = float("inf")
        if self._queues:
            self._set(min(next(iter(queue.values()))[0] for queue in self._queues.values()))

    def _set(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._at = at
        self._timer = self.loop.call_later((at - perf_counter_ns()) / _NANOSECONDS, self._sweep)


def _due(queue: Queue, now: float) -> list[asyncio.Task[Any]]:
    """
    Take the coroutines out of a queue whose end has come; the tasks that wait for them.
    """
    due: dict[Coroutine[Any, Any, Any], asyncio.Task[Any]] = {}
    for coroutine, (at, task) in queue.items():
        if at > now:
            break
        due[coroutine] = task
    for coroutine in due:
        del queue[coroutine]
    return list(due.values())


class _Here(threading.local):
    sweeper: Sweeper | None = None


_here = _Here()


def sweeper(loop: asyncio.AbstractEventLoop) -> Sweeper:
    """
    The sweeper of the event loop that runs in this thread.
    """
    found = _here.sweeper
    if found is None or found.loop is not loop:
        found = _here.sweeper = Sweeper(loop)
    return found


@types.coroutine
def limited(coroutine: Coroutine[Any, Any, Result], seconds: float) -> Generator[Any, Any, Result]:
    """
    What the coroutine returns, within so many seconds.

    Raises:
        ExpiredError: if it takes longer. Whatever a coroutine returns or raises after it was interrupted comes too late.
    """
    began = perf_counter_ns()
    try:
        awaited = coroutine.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    return (yield from resumed(coroutine, awaited, began, seconds))


@types.coroutine
def resumed(coroutine: Coroutine[Any, Any, Result], awaited: Any, began: int, seconds: float) -> Generator[Any, Any, Result]:
    """
    The same for a coroutine that was begun by ``send(None)``, which gave ``awaited``: what it waits for first. ``began`` is
    when that was, by ``perf_counter_ns``.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - only a task awaits
    cancelling = task.cancelling()  # those that are under way are somebody else's
    queue = sweeper(task.get_loop()).arm(coroutine, task, began, seconds)
    try:
        try:
            yield awaited
        except BaseException as error:  # noqa: BLE001 - it is the coroutine's to hear
            result = yield from _thrown(coroutine, error)
        else:
            result = yield from coroutine
    except BaseException as error:
        if queue.pop(coroutine, None) is None and not isinstance(error, GeneratorExit):
            _translate(task, cancelling, error, seconds)
        raise
    if queue.pop(coroutine, None) is None:
        _translate(task, cancelling, None, seconds)
    return result


@types.coroutine
def _thrown(coroutine: Coroutine[Any, Any, Result], error: BaseException) -> Generator[Any, Any, Result]:
    """
    What a coroutine returns that waits for its first thing, after an error was thrown in there.
    """
    while True:
        if isinstance(error, GeneratorExit):
            coroutine.close()
            raise error
        try:
            awaited = coroutine.throw(error)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]
        try:
            yield awaited
        except BaseException as another:  # noqa: BLE001 - as above
            error = another
        else:
            return (yield from coroutine)  # type: ignore[no-any-return]


def _translate(task: asyncio.Task[Any], cancelling: int, error: BaseException | None, seconds: float) -> None:
    """
    Say that the time is over, unless the task was cancelled by somebody else besides.
    """
    others = task.uncancel() > cancelling
    cancelled = isinstance(error, asyncio.CancelledError)
    if others and cancelled:
        return
    raise ExpiredError(f"did not end within {seconds:g} s") from (None if cancelled else error)
