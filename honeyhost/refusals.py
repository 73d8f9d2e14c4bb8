"""
Refusals: operations that plugins were not allowed, and capabilities that callers were not, written into the audit.

Writing happens in a thread of its own, so that nobody waits for the database to say no.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from honeyhost.errors import StoreError
from honeyhost.names import visible
from honeyhost.services.refusal import Refusal
from honeyhost.work.refusal import RunRefusal

logger = logging.getLogger("honeyhost")
_MINUTE = 60.0
"""Seconds for which refusals of one kind are held together."""
_SINGLE = 5
"""Refusals of one kind that are told one by one in a minute; what differs from them is only counted."""

AnyRefusal = Refusal | RunRefusal
Kind = tuple[str, ...]


class Minute:
    """
    The refusals of one kind since the first of a minute: how often each of the first came since it was written, and how many
    others there were.
    """

    __slots__ = ("ends", "others", "times")

    def __init__(self, ends: float) -> None:
        self.ends = ends
        self.times: dict[AnyRefusal, int] = {}
        self.others = 0

    def entries(self) -> list[tuple[AnyRefusal, int, int]]:
        """
        What is left to be written: a refusal, how often it came, and how many others.
        """
        rows = [(refusal, times, 0) for refusal, times in self.times.items() if times]
        if self.others:
            rows.append((next(iter(self.times)), 0, self.others))
        return rows


class Refusals:
    """
    The refusals of one process. Each is counted by its kind - who, what, and why - and what one kind has come to is written at
    its first time and when its minute is over: whoever asks in a loop, for one thing or for thousands, is a few records a
    minute.

    Args:
        stores: the stores of the platform.
        now: the clock, in seconds.
    """

    def __init__(self, stores: Callable[[], Any], *, now: Callable[[], float] = time.monotonic) -> None:
        self._stores = stores
        self._now = now
        self._changed = threading.Condition()
        self._waiting: deque[tuple[AnyRefusal, int, int]] = deque()
        self._writing = 0
        self._minutes: dict[Kind, Minute] = {}
        self._ending: threading.Event | None = None
        self._thread: threading.Thread | None = None

    def add(self, refusal: AnyRefusal) -> None:
        """
        Take one; the first of a kind are in the log at once and in the audit soon. May be called from any thread.
        """
        with self._changed:
            self._close_minutes()
            minute = self._minutes.get(_kind(refusal))
            if minute is None:
                minute = self._minutes[_kind(refusal)] = Minute(self._now() + _MINUTE)
            if refusal in minute.times:
                minute.times[refusal] += 1
                return
            if len(minute.times) >= _SINGLE:
                minute.others += 1
                return
            minute.times[refusal] = 0
            self._waiting.append((refusal, 1, 0))
            self._begin()
            self._changed.notify_all()
        said, facts = _said(refusal)
        logger.warning(said, *facts, extra={"plugin": refusal.plugin, "phase": "operation"})

    def flush(self, seconds: float) -> bool:
        """
        Whether everything that is to be written by now has been, within the time.
        """
        with self._changed:
            self._close_minutes()
            if self._waiting:
                self._begin()
                self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._waiting and not self._writing, seconds)

    def end(self, seconds: float = 5.0) -> None:
        """
        Write what is left, also of minutes that are not over, and end the thread; it gives up after the time.
        """
        with self._changed:
            self._close_minutes(all_of_them=True)
            if self._waiting:
                self._begin()
            thread, ending = self._thread, self._ending
            self._thread = self._ending = None
            if ending is not None:
                ending.set()
            self._changed.notify_all()
        if thread is not None:
            thread.join(seconds)
            if thread.is_alive():
                with self._changed:
                    left = len(self._waiting)
                    self._waiting.clear()
                logger.error("%d refusals could not be audited in %g s", left, seconds)

    def _begin(self) -> None:
        if self._thread is None or not self._thread.is_alive():  # none is left in a process that was forked
            self._ending = threading.Event()
            self._thread = threading.Thread(target=self._write, args=(self._ending,), name="honeyhost refusals", daemon=True)
            self._thread.start()

    def _close_minutes(self, *, all_of_them: bool = False) -> None:
        over = [kind for kind, minute in self._minutes.items() if all_of_them or minute.ends <= self._now()]
        for kind in over:
            self._waiting.extend(self._minutes.pop(kind).entries())

    def _write(self, ending: threading.Event) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting) or ending.is_set(), self._until_a_minute_ends())
                self._close_minutes()
                if not self._waiting:
                    if ending.is_set() or not self._minutes:
                        return
                    continue
                entry = self._waiting.popleft()
                self._writing += 1
            self._audit(*entry)
            with self._changed:
                self._writing -= 1
                self._changed.notify_all()

    def _until_a_minute_ends(self) -> float:
        ends = min((minute.ends for minute in self._minutes.values()), default=self._now())
        return max(0.0, ends - self._now())

    def _audit(self, refusal: AnyRefusal, times: int, others: int) -> None:
        actor, action, details = _entry(refusal)
        if others:  # all that they have in common is their kind
            details |= {"grant": "", "others": others} if isinstance(refusal, Refusal) else {"others": others}
        else:
            details["times"] = times
        try:
            self._stores().audit.add(actor, action, refusal.plugin, details)
        except (StoreError, ModuleNotFoundError) as error:
            logger.error("a refusal of plugin '%s' cannot be audited: %s", refusal.plugin, error)  # noqa: TRY400 - no bug of ours


def _kind(refusal: AnyRefusal) -> Kind:
    if isinstance(refusal, RunRefusal):
        return "capability", refusal.actor, refusal.plugin
    return "operation", refusal.plugin, refusal.operation, refusal.reason


def _said(refusal: AnyRefusal) -> tuple[str, tuple[str, ...]]:
    """
    The line of the log, and what stands in it.
    """
    if isinstance(refusal, RunRefusal):
        return "caller '%s' was refused the capability '%s': %s", (
            visible(refusal.actor),
            refusal.capability,
            refusal.permission,
        )
    return "plugin '%s' was refused %s: %s", (refusal.plugin, refusal.operation, refusal.grant or refusal.reason)


def _entry(refusal: AnyRefusal) -> tuple[str, str, dict[str, Any]]:
    """
    Actor, action and details of the audit.
    """
    if isinstance(refusal, RunRefusal):
        return refusal.actor, "capability.refused", refusal.details()
    details = {"operation": refusal.operation, "grant": refusal.grant, "reason": refusal.reason}
    return f"plugin:{refusal.plugin}", "operation.refused", details
