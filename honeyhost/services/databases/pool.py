"""
Pool: connections that wait to be used again, each only by whom it was opened for.
"""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Pool(Generic[Item]):
    """
    Idle connections by key. How many there are in use is bounded by the threads that use them.

    Args:
        size: the most that wait; the ones that have waited longest are closed.
        close: closes one.
    """

    def __init__(self, size: int, close: Callable[[Item], None]) -> None:
        self._size = size
        self._close = close
        self._lock = Lock()
        self._idle: list[tuple[Hashable, Item]] = []

    def take(self, key: Hashable) -> Item | None:
        """
        The one that was used last, or None.
        """
        with self._lock:
            for position in range(len(self._idle) - 1, -1, -1):
                if self._idle[position][0] == key:
                    return self._idle.pop(position)[1]
        return None

    def give(self, key: Hashable, item: Item) -> None:
        """
        Let one wait to be used again.
        """
        with self._lock:
            self._idle.append((key, item))
            surplus = self._idle[: max(0, len(self._idle) - self._size)]
            del self._idle[: len(surplus)]
        for _, old in surplus:
            self._close(old)

    def close(self) -> None:
        """
        Close all that wait, and what is given back from now on.
        """
        with self._lock:
            idle, self._idle, self._size = self._idle, [], 0
        for _, item in idle:
            self._close(item)
