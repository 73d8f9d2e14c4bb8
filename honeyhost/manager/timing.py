"""
Timing: a limit of seconds for a coroutine that costs nothing until the coroutine waits for something.

A coroutine that never suspends cannot be interrupted by any limit of an event loop, so none is set for it: only its first
suspension arms one. All limits of a loop share a single timer.
"""

import asyncio
import threading
import types
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

Result = TypeVar("Result")


class ExpiredError(TimeoutError):
    """
    The coroutine did not end within its seconds. What it raised when it was interrupted is the cause, where that says more
    than that it was.
    """


class Limit:
    """
    The end of one coroutine's time. ``task`` is interrupted when it comes.
    """

    __slots__ = ("cancelling", "expired", "task")

    task: asyncio.Task[Any]
    expired: bool
    cancelling: int
    """How many cancellations of the task were under way before: those are somebody else's."""

    def expire(self) -> None:
        """
        Interrupt what the task waits for.
        """
        self.expired = True
        self.task.cancel()


class Sweeper:
    """
    The limits of one event loop that are armed, with one timer for all of them.

    Limits of the same length end in the order in which they were armed, so that only the first of each length is looked at;
    the timer is set for the first of all, and a limit that is disarmed leaves it as it is.
    """

    __slots__ = ("_at", "_queues", "_timer", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._queues: dict[float, dict[Limit, float]] = {}
        self._at = float("inf")
        self._timer: asyncio.TimerHandle | None = None

    def arm(self, limit: Limit, seconds: float) -> None:
        """
        Let the limit expire after so many seconds, unless it is disarmed before.
        """
        at = self.loop.time() + seconds
        queue = self._queues.get(seconds)
        if queue is None:
            queue = self._queues[seconds] = {}
        queue[limit] = at
        if at < self._at:
            self._set(at)

    def disarm(self, limit: Limit, seconds: float) -> None:
        """
        Forget the limit, if it has not expired.
        """
        queue = self._queues.get(seconds)
        if queue is not None:
            queue.pop(limit, None)

    @property
    def armed(self) -> int:
        """
        How many limits wait for their end.
        """
        return sum(map(len, self._queues.values()))

    def _sweep(self) -> None:
        now = self.loop.time()
        for seconds, queue in list(self._queues.items()):
            for limit in _due(queue, now):
                limit.expire()
            if not queue:
                del self._queues[seconds]
        self._at = float("inf")
        if self._queues:
            self._set(min(next(iter(queue.values())) for queue in self._queues.values()))

    def _set(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._at = at
        self._timer = self.loop.call_at(at, self._sweep)


def _due(queue: dict[Limit, float], now: float) -> list[Limit]:
    """
    Take the limits out of a queue whose end has come.
    """
    due: list[Limit] = []
    for limit, at in queue.items():
        if at > now:
            break
        due.append(limit)
    for limit in due:
        del queue[limit]
    return due


class _Here(threading.local):
    sweeper: Sweeper | None = None


_here = _Here()


def sweeper() -> Sweeper:
    """
    The sweeper of the running event loop.
    """
    loop = asyncio.get_running_loop()
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
    try:
        awaited = coroutine.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    return (yield from resumed(coroutine, awaited, seconds))


@types.coroutine
def resumed(coroutine: Coroutine[Any, Any, Result], awaited: Any, seconds: float) -> Generator[Any, Any, Result]:
    """
    The same for a coroutine that was begun by ``send(None)``, which gave ``awaited``: what it waits for first.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - only a task awaits
    limit = Limit()
    limit.task = task
    limit.expired = False
    limit.cancelling = task.cancelling()
    armed = sweeper()
    armed.arm(limit, seconds)
    try:
        result = yield from _rest(coroutine, awaited)
    except GeneratorExit:
        raise
    except BaseException as error:
        if limit.expired:
            _translate(limit, error, seconds)
        raise
    else:
        if limit.expired:
            _translate(limit, None, seconds)
        return result
    finally:
        armed.disarm(limit, seconds)


@types.coroutine
def _rest(coroutine: Coroutine[Any, Any, Result], awaited: Any) -> Generator[Any, Any, Result]:
    while True:
        try:
            yield awaited
        except GeneratorExit:
            coroutine.close()
            raise
        except BaseException as error:  # noqa: BLE001 - it is the coroutine's to hear
            try:
                awaited = coroutine.throw(error)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]
        else:
            return (yield from coroutine)  # type: ignore[no-any-return]


def _translate(limit: Limit, error: BaseException | None, seconds: float) -> None:
    """
    Say that the time is over, unless the task was cancelled by somebody else besides.
    """
    others = limit.task.uncancel() > limit.cancelling
    cancelled = isinstance(error, asyncio.CancelledError)
    if others and cancelled:
        return
    raise ExpiredError(f"did not end within {seconds:g} s") from (None if cancelled else error)
