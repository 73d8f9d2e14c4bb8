"""
Limits: how much the control interface takes from one caller.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_MOST_CALLERS = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """
    The limits of one host.
    """

    changes: int = 60
    """Changes per minute that one caller may make in one process; as many may come at once."""
    body: int = 256 * 1024
    """Bytes of a request."""
    seconds: float = 10.0
    """Until the whole body has to have arrived."""


class Rate:
    """
    A bucket of changes for each caller, filled evenly over the minute. It remembers a bounded number of callers.
    """

    def __init__(self, per_minute: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._per_second = per_minute / 60
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> float:
        """
        Take one change; the seconds to wait where there is none left, else 0.
        """
        now = self._now()
        left, since = self._buckets.pop(caller, (self._size, now))
        left = min(self._size, left + (now - since) * self._per_second)
        allowed = left >= 1
        self._buckets[caller] = (left - 1 if allowed else left, now)
        if len(self._buckets) > _MOST_CALLERS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._per_second
