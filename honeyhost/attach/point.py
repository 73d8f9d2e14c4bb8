"""
The attach point: what every kind of contribution implements, the host's own kinds as well as the built-in ones.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.discovery.inventory import DiscoveredPlugin

Undo = Callable[[], None]


class AttachPoint(Protocol):
    """
    One kind of contribution.

    ``lasting`` kinds belong to an installed plugin, also while it is disabled (a permission in the catalog); the others are
    there only while it is enabled (a route).
    """

    kind: str
    lasting: bool

    def contributions(self, plugin: DiscoveredPlugin, compiled: CompiledPlugin) -> Iterable[Contribution]:
        """
        What the plugin brings of this kind, in any order.
        """
        ...


class EffectPoint(AttachPoint, Protocol):
    """
    A kind whose contributions are written down somewhere when a plan is applied.
    """

    def attach(self, plugin: DiscoveredPlugin) -> Undo:
        """
        Put the plugin's contributions in place; the result puts back what was there before.
        """
        ...

    def detach(self, slug: str) -> Undo:
        """
        Take away what the plugin with the slug has put in place; the result puts it back.
        """
        ...
