"""
Refusals: operations that plugins were not allowed, and capabilities that callers were not, written into the audit.

Whoever asks in a loop is one record a minute and operation, with how often it asked; writing happens in a thread of its
own, so that nobody waits for the database to say no.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from honeyhost.errors import StoreError
from honeyhost.names import visible
from honeyhost.services.refusal import Refusal
from honeyhost.work.refusal import RunRefusal

logger = logging.getLogger("honeyhost")
_PAUSE = 60.0
"""Seconds in which the same refusal is written once."""
_MOST = 1024
"""Refusals that differ, and are remembered; of more, the oldest are written again."""

AnyRefusal = Refusal | RunRefusal


class Refusals:
    """
    The refusals of one process.

    Args:
        stores: the stores of the platform.
        now: the clock, in seconds.
    """

    def __init__(self, stores: Callable[[], Any], *, now: Callable[[], float] = time.monotonic) -> None:
        self._stores = stores
        self._now = now
        self._changed = threading.Condition()
        self._waiting: dict[AnyRefusal, int] = {}
        self._held: dict[AnyRefusal, int] = {}
        self._written: dict[AnyRefusal, float] = {}
        self._thread: threading.Thread | None = None
        self._ended = False

    def add(self, refusal: AnyRefusal) -> None:
        """
        Take one; it is in the log at once and in the audit soon. May be called from any thread.
        """
        with self._changed:
            if self._now() - self._written.get(refusal, float("-inf")) < _PAUSE:
                self._held[refusal] = self._held.get(refusal, 0) + 1
                return
            self._waiting[refusal] = self._waiting.get(refusal, 0) + self._held.pop(refusal, 0) + 1
            self._remember(refusal)
            if self._thread is None or not self._thread.is_alive():  # none is left in a process that was forked
                self._thread = threading.Thread(target=self._write, name="honeyhost refusals", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        said, facts = _said(refusal)
        logger.warning(said, *facts, extra={"plugin": refusal.plugin, "phase": "operation"})

    def flush(self, seconds: float) -> bool:
        """
        Whether everything that was taken has been written within the time.
        """
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, seconds)

    def end(self, seconds: float = 5.0) -> None:
        """
        Write what is still waiting, also what was held back, and end the thread.
        """
        with self._changed:
            while self._held:
                refusal, times = self._held.popitem()
                self._waiting[refusal] = self._waiting.get(refusal, 0) + times
            self._ended = True
            self._changed.notify_all()
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(seconds)
        self._ended = False

    def _remember(self, refusal: AnyRefusal) -> None:
        self._written.pop(refusal, None)
        self._written[refusal] = self._now()
        if len(self._written) > _MOST:
            del self._written[next(iter(self._written))]

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    return
                refusal, times = next(iter(self._waiting.items()))
            self._audit(refusal, times)
            with self._changed:
                left = self._waiting[refusal] - times
                if left:
                    self._waiting[refusal] = left
                else:
                    del self._waiting[refusal]
                self._changed.notify_all()

    def _audit(self, refusal: AnyRefusal, times: int) -> None:
        actor, action, details = _entry(refusal)
        try:
            self._stores().audit.add(actor, action, refusal.plugin, {**details, "times": times})
        except (StoreError, ModuleNotFoundError) as error:
            logger.error("a refusal of plugin '%s' cannot be audited: %s", refusal.plugin, error)  # noqa: TRY400 - no bug of ours


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
