"""
Restarts: how long to wait before a plugin is started again that went down, and when to stop doing so.

Source of the figures: the seed's system, 5 s doubled up to 300 s, and five restarts in ten minutes.
"""

from collections import deque

FIRST_WAIT = 5.0
LONGEST_WAIT = 300.0
MOST = 5
WINDOW = 600.0
"""Seconds in which so many restarts are made; one more is not."""


class Restarts:
    """
    The restarts of one plugin. Moments are seconds of a monotonic clock.
    """

    __slots__ = ("_failed", "_made", "due")

    def __init__(self) -> None:
        self.due: float | None = None
        """When to start it again; None while it is well, or given up."""
        self._failed = 0
        self._made: deque[float] = deque()

    def went_down(self, now: float) -> bool:
        """
        Whether it is to be started again; the moment is in ``due`` then.
        """
        if self.due is not None:
            return True
        while self._made and now - self._made[0] >= WINDOW:
            self._made.popleft()
        if len(self._made) >= MOST:
            return False
        self.due = now + min(LONGEST_WAIT, FIRST_WAIT * 2**self._failed)
        self._failed += 1
        return True

    def begun(self, now: float) -> None:
        """
        Note that it is being started again.
        """
        self.due = None
        self._made.append(now)

    def well(self) -> None:
        """
        Note that it said so itself: the next wait is the first one again. What was counted in the window stays.
        """
        self._failed = 0

    @property
    def made(self) -> int:
        """
        Restarts in the window, as far as it was looked at.
        """
        return len(self._made)
