"""
Outcome: the figures of one headline, what they are held against, and what was left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MARGIN = 1.25
"""A quick run fails where a ratio is above its target by more than this: less is within what a busy machine does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """
    One alternative at one size. ``value`` and ``wall`` are in ``unit``; ``ratio`` is to the floor of the headline.
    """

    name: str
    size: int | None = None
    value: float
    unit: str
    wall: float | None = None
    ratio: float | None = None
    who: str = ""
    """The alternative's own name, where ``name`` says also what was asked of it."""
    lacks: str = ""
    """What the alternative does not do, so that the comparison stays fair."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """
    A measured figure against its target: at most so much.
    """

    claim: str
    actual: float
    target: float
    unit: str = "x"
    why: str = ""
    """What stands in the way, where it is missed."""

    @property
    def met(self) -> bool:
        """
        Whether the target is reached.
        """
        return self.actual <= self.target

    @property
    def failed(self) -> bool:
        """
        Whether it is missed by more than the margin.
        """
        return self.actual > self.target * MARGIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Headline:
    """
    All of one headline.
    """

    identifier: str
    title: str
    method: str
    rows: Sequence[Row]
    verdicts: Sequence[Verdict]
    notices: Sequence[str] = ()
    """What was not measured in this run, and why."""


def ratio(value: float, floor: float) -> float:
    """
    How many times the floor.
    """
    return value / floor if floor else float("inf")
