"""
The buffer: the last records of one process, for everyone who looks and everyone who listens.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import RLock
from typing import Any

from honeyhost.services.logs.listener import Listener
from honeyhost.services.logs.records import HOST, Level, LogRecord, Wanted, known_level

DEFAULT_SIZE = 1000


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LogBuffer:
    """
    The last records, each of which may be written and read from any thread. Writing takes the same time however many there
    are, and waits for nobody who listens.

    Args:
        size: how many are kept; 1000 where it is none.
        now: the clock.
    """

    def __init__(self, size: int = DEFAULT_SIZE, *, now: Callable[[], datetime] = _utc_now) -> None:
        self.size = size if size > 0 else DEFAULT_SIZE
        self._now = now
        self._records: deque[LogRecord] = deque(maxlen=self.size)
        self._newest = 0
        self._seen: Counter[tuple[str, Level]] = Counter()
        self._listeners: set[Listener] = set()
        self._lock = RLock()  # a finaliser or a signal may log while a record is being written by the same thread

    def add(self, level: str, message: str, *, plugin: str | None = None, fields: Mapping[str, Any] | None = None) -> LogRecord:
        """
        Keep a record, without looking into it: who writes has masked and bounded it.

        Raises:
            UnknownLevelError: if there is no such level.
        """
        known, at = known_level(level), self._now()
        with self._lock:
            self._newest += 1
            record = LogRecord(sequence=self._newest, at=at, level=known, message=message, plugin=plugin, fields=fields or {})
            self._records.append(record)
            self._seen[plugin or HOST, known] += 1
            for listener in tuple(self._listeners):
                listener.offer(record)
        return record

    def query(
        self,
        *,
        plugin: str | None = None,
        level: str | None = None,
        text: str | None = None,
        limit: int | None = None,
        before: int | None = None,
    ) -> tuple[LogRecord, ...]:
        """
        The records for which all of this holds, newest first.

        Args:
            plugin: whose they are; ``host`` for those of no plugin.
            level: at or above it.
            text: somewhere in them, in capitals or not.
            limit: at most so many; all where left out.
            before: only those with a smaller number: the next page after that record.

        Raises:
            UnknownLevelError: if there is no such level.
        """
        wanted = Wanted.of(plugin, level, text)
        with self._lock:
            kept = tuple(self._records)
        found: list[LogRecord] = []
        for record in reversed(kept):
            if limit is not None and len(found) >= limit:
                break
            if (before is None or record.sequence < before) and wanted.admits(record):
                found.append(record)
        return tuple(found)

    def recent(self, number: int) -> tuple[LogRecord, ...]:
        """
        The last so many, newest first.
        """
        return self.query(limit=number)

    def clear(self, plugin: str | None = None) -> int:
        """
        Forget the records, of one plugin or all; how many those were. What was counted stays counted, and numbers go on.
        """
        wanted = Wanted.of(plugin)
        with self._lock:
            before = len(self._records)
            self._records = deque((record for record in self._records if not wanted.admits(record)), maxlen=self.size)
            return before - len(self._records)

    @property
    def count(self) -> int:
        """
        How many records are kept.
        """
        return len(self._records)

    @property
    def total(self) -> int:
        """
        How many records there ever were in this process: the number of the newest.
        """
        return self._newest

    def seen(self) -> Mapping[str, Mapping[Level, int]]:
        """
        How many records there ever were, by plugin (``host`` for those of no plugin) and level.
        """
        with self._lock:
            counts = dict(self._seen)
        found: dict[str, dict[Level, int]] = {}
        for (plugin, level), number in sorted(counts.items()):
            found.setdefault(plugin, {})[level] = number
        return found

    def subscribe(  # noqa: PLR0913 - each is a wish of its own
        self,
        *,
        plugin: str | None = None,
        level: str | None = None,
        text: str | None = None,
        after: int | None = None,
        last: int = 0,
        size: int | None = None,
    ) -> Listener:
        """
        Hear of each record from now on; to be called on an event loop, and closed.

        ::

            with host.logs.subscribe(plugin="clinic", level="warning") as listener:
                while True:
                    missed, records = await listener.next()

        Args:
            plugin: as in :meth:`query`, like ``level`` and ``text``.
            level: at or above it.
            text: somewhere in them.
            after: also those after the record of this number that are still kept; the others count as missed.
            last: where ``after`` is left out, also so many of those before.
            size: how many may wait to be heard; where left out twice as many as are kept: all those, and as many again.

        Raises:
            UnknownLevelError: if there is no such level.
        """
        wanted = Wanted.of(plugin, level, text)
        room = size if size is not None else 2 * self.size
        listener = Listener(wanted, room, lock=self._lock, leave=self._listeners.discard)
        with self._lock:
            if after is None:
                self._go_back(listener, wanted, last)
            elif after > self._newest:  # a number of another process
                self._go_back(listener, wanted, self.size)
            else:
                self._go_on(listener, after)
            self._listeners.add(listener)
        return listener

    def _go_back(self, listener: Listener, wanted: Wanted, last: int) -> None:
        """
        Begin with so many records of before.
        """
        found = [record for record in self._records if wanted.admits(record)]
        found = found[max(0, len(found) - last) :]
        listener.begin = found[0].sequence - 1 if found else self._newest
        for record in found:
            listener.offer(record)

    def _go_on(self, listener: Listener, after: int) -> None:
        """
        Begin with what followed a record, and count what of it is gone.
        """
        listener.begin = after
        oldest = self._records[0].sequence if self._records else self._newest + 1
        listener.miss(oldest - after - 1)
        for record in self._records:
            if record.sequence > after:
                listener.offer(record)
