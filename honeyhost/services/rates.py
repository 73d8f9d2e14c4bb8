"""
Rates: how often something was done within the last minute, and whether it may be done once more.
"""

import time
from collections.abc import Callable

_MINUTE = 60


class Window:
    """
    A sliding minute in slots of a second: never more than ``per_minute`` within any sixty seconds.
    """

    __slots__ = ("_at", "_now", "_slots", "_total")

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._at = int(now())
        self._slots = [0] * (_MINUTE + 1)
        self._total = 0

    def take(self, per_minute: int) -> float:
        """
        Take one; where there is none left, the seconds until there is one, else 0.
        """
        second = int(self._now())
        if second != self._at:
            self._forget(second)
        if self._total >= per_minute:
            return self._until_free(per_minute)
        self._slots[second % len(self._slots)] += 1
        self._total += 1
        return 0.0

    def _forget(self, second: int) -> None:
        size = len(self._slots)
        for passed in range(max(self._at + 1, second - size + 1), second + 1):
            self._total -= self._slots[passed % size]
            self._slots[passed % size] = 0
        self._at = second

    def _until_free(self, per_minute: int) -> float:
        size = len(self._slots)
        excess = self._total - per_minute + 1
        for age in range(size - 1, -1, -1):
            excess -= self._slots[(self._at - age) % size]
            if excess <= 0:
                return float(size - age)
        return float(size)
