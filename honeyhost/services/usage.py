"""
Usage: what each plugin did through its host, counted by operation.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from honeyhost.services.rates import Window


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationFigures:
    """
    One operation of one plugin in one process: how often it was done, was refused for want of a grant, was limited, and failed;
    the time that it took altogether, in seconds; and when it was last asked for, in seconds since the epoch.
    """

    done: int = 0
    refused: int = 0
    limited: int = 0
    errors: int = 0
    seconds: float = 0.0
    last_at: float = 0.0


class Tally:
    """
    One operation of one plugin while it is counted.
    """

    __slots__ = ("done", "errors", "last_at", "limited", "nanoseconds", "refused", "window")

    def __init__(self, window: Window) -> None:
        self.done = self.refused = self.limited = self.errors = self.nanoseconds = 0
        self.last_at = 0.0
        self.window = window

    def count(self) -> None:
        """
        Count what was done at once, without a grant and without waiting.
        """
        self.done += 1
        self.last_at = time.time()

    def figures(self) -> OperationFigures:
        """
        The figures of this moment.
        """
        return OperationFigures(
            done=self.done,
            refused=self.refused,
            limited=self.limited,
            errors=self.errors,
            seconds=self.nanoseconds / 1e9,
            last_at=self.last_at,
        )


class Usage:
    """
    The tallies of one process, by plugin and operation.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._tallies: dict[str, dict[str, Tally]] = {}

    def of(self, slug: str) -> dict[str, Tally]:
        """
        The tallies of one plugin, by the operation's name on the wire; they outlive its generations.
        """
        return self._tallies.setdefault(slug, {})

    def tally(self, slug: str, operation: str) -> Tally:
        """
        One tally, made where there is none.
        """
        tallies = self.of(slug)
        return tallies.get(operation) or tallies.setdefault(operation, Tally(Window(self._now)))

    def figures(self) -> Mapping[str, Mapping[str, OperationFigures]]:
        """
        What was counted of every plugin that asked for anything.
        """
        return {
            slug: {name: tally.figures() for name, tally in sorted(tallies.items())}
            for slug, tallies in sorted(self._tallies.items())
            if tallies
        }

    def keep(self, slugs: Collection[str]) -> None:
        """
        Forget all plugins but these.
        """
        for slug in self._tallies.keys() - set(slugs):
            self._tallies.pop(slug, None)
