"""
The listener: somebody on an event loop who hears of records that any thread writes.

Whoever writes waits for nobody: what a slow listener has not taken in time is lost to it, oldest first, and it is told how
much that was.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import RLock
from types import TracebackType
from typing import NamedTuple, Self

from honeyhost.services.logs.records import LogRecord, Wanted


class News(NamedTuple):
    """
    What a listener takes at once: how many records it has missed, then those that it has not, oldest first.
    """

    missed: int
    records: tuple[LogRecord, ...]


class Listener:
    """
    One listener of a buffer. A context manager that leaves at its end.

    Args:
        wanted: which records it hears of.
        size: how many may wait for it.
        lock: the buffer's.
        leave: takes it out of the buffer.
    """

    def __init__(self, wanted: Wanted, size: int, *, lock: RLock, leave: Callable[["Listener"], None]) -> None:
        self.begin = 0
        """The number of the record after which it hears of them; set by the buffer."""
        self._wanted = wanted
        self._size = size
        self._lock = lock
        self._leave = leave
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[LogRecord] = deque()
        self._missed = 0
        self._told = False
        self._something = asyncio.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """
        Hear of nothing any more.
        """
        with self._lock:
            self._leave(self)

    async def next(self) -> News:
        """
        What has come since the last time; waits where that is nothing. Nothing is lost where the wait is cancelled.
        """
        while True:
            await self._something.wait()
            news = self._take()
            if news.missed or news.records:
                return news

    def offer(self, record: LogRecord) -> None:
        """
        Take note of a record; called by the buffer under its lock, in any thread.
        """
        if not self._wanted.admits(record):
            return
        if len(self._waiting) >= self._size:
            self._waiting.popleft()
            self._missed += 1
        self._waiting.append(record)
        self._tell()

    def miss(self, number: int) -> None:
        """
        Take note that so many records are gone; called by the buffer under its lock.
        """
        if number > 0:
            self._missed += number
            self._tell()

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            with suppress(RuntimeError):  # its loop has ended: it will hear of nothing, and whoever made it takes it out
                self._loop.call_soon_threadsafe(self._something.set)

    def _take(self) -> News:
        with self._lock:
            news = News(self._missed, tuple(self._waiting))
            self._waiting.clear()
            self._missed = 0
            self._told = False
            self._something.clear()
        return news
