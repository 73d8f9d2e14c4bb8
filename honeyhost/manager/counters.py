"""
Counters: how often a plugin's functions were called, how that went and how long it took.

Counting is a few additions; whoever wants to see the figures reads them as one value.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import accumulate

_SMALLEST, _LARGEST = 10, 35
"""Powers of two of the first and the last bound, in nanoseconds: about a microsecond and half a minute."""
_SLOTS = 64
BOUNDS: tuple[str, ...] = (*(str(2**power / 1e9) for power in range(_SMALLEST, _LARGEST + 1)), "+Inf")
"""Upper bounds of the buckets in seconds, as Prometheus writes them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallFigures:
    """
    One plugin's calls until this moment. ``errors`` holds ``timeouts`` too; ``seconds`` is the sum of all durations.
    """

    calls: int = 0
    errors: int = 0
    timeouts: int = 0
    seconds: float = 0.0
    buckets: tuple[tuple[str, int], ...] = tuple((bound, 0) for bound in BOUNDS)
    """For each of :data:`BOUNDS`, how many calls took less."""


class Counter:
    """
    One plugin's counts; written on the event loop only.
    """

    __slots__ = ("errors", "nanoseconds", "slots", "timeouts")

    def __init__(self) -> None:
        self.errors = 0
        self.timeouts = 0
        self.nanoseconds = 0
        self.slots = [0] * _SLOTS
        """Calls by the number of binary digits of their nanoseconds."""

    def count(self, nanoseconds: int) -> None:
        """
        One call that took so long, however it ended.
        """
        self.nanoseconds += nanoseconds
        self.slots[nanoseconds.bit_length()] += 1

    def figures(self) -> CallFigures:
        """
        The counts as a value.
        """
        below = list(accumulate(self.slots))
        return CallFigures(
            calls=below[-1],
            errors=self.errors,
            timeouts=self.timeouts,
            seconds=self.nanoseconds / 1e9,
            buckets=tuple(zip(BOUNDS, (*below[_SMALLEST : _LARGEST + 1], below[-1]), strict=True)),
        )


class Counters:
    """
    The counts of all plugins that were called.
    """

    def __init__(self) -> None:
        self.by_slug: dict[str, Counter] = {}

    def of(self, slug: str) -> Counter:
        """
        The counter of a plugin.
        """
        counter = self.by_slug.get(slug)
        if counter is None:
            counter = self.by_slug[slug] = Counter()
        return counter

    def figures(self) -> Mapping[str, CallFigures]:
        """
        Everybody's figures by slug.
        """
        return {slug: counter.figures() for slug, counter in sorted(self.by_slug.items())}

    def keep(self, slugs: Collection[str]) -> None:
        """
        Forget the plugins that are not among these: their figures end with them.
        """
        for slug in self.by_slug.keys() - set(slugs):
            del self.by_slug[slug]
