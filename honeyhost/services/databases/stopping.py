"""
Stopping: how work in a thread learns that nobody waits for it any longer.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock


class Stop:
    """
    A wish to stop, made in one thread and heard in another.
    """

    __slots__ = ("_end", "_lock", "asked")

    def __init__(self) -> None:
        self.asked = False
        self._lock = RLock()
        self._end: Callable[[], None] | None = None

    def __call__(self) -> None:
        """
        Ask for it. What ends the work is called before this returns, and never after the work has left :meth:`ends_by`.
        """
        self.asked = True
        with self._lock:
            if self._end is not None:
                self._end()

    @contextmanager
    def ends_by(self, end: Callable[[], None]) -> Iterator[None]:
        """
        Work that is ended by calling this in another thread.
        """
        with self._lock:
            self._end = end
        try:
            yield
        finally:
            with self._lock:
                self._end = None
