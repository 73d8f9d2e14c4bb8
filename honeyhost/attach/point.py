"""
The attach point: what every kind of contribution implements, the host's own kinds as well as the built-in ones.
"""

from collections.abc import Iterable
from typing import Protocol

from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.discovery.inventory import DiscoveredPlugin


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
