"""
Scale: how much is measured, in the quick form and in the full one.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """
    Numbers of plugins, and how often everything is done.
    """

    sizes: Sequence[int]
    cheap_sizes: Sequence[int]
    """Where no plugin is compiled or imported."""
    rounds: int
    """Batches of one process."""
    starts: int
    """Fresh interpreters."""
    peer_starts: int
    """Fresh interpreters of peers that take long."""

    @property
    def largest(self) -> int:
        """
        The number of plugins that the targets are held against.
        """
        return self.sizes[-1]


QUICK = Scale(sizes=(1, 100), cheap_sizes=(1000,), rounds=15, starts=5, peer_starts=2)
FULL = Scale(sizes=(1, 100, 1000), cheap_sizes=(10, 100, 1000), rounds=61, starts=9, peer_starts=3)
MANY = 1000
"""The number of plugins that the targets speak of; some hold only there."""
