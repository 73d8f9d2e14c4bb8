"""
Seed groups: the groups that a plugin proposes, with its own permissions in them.
"""

from collections.abc import Iterable

from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.discovery.inventory import DiscoveredPlugin


class SeedGroupPoint:
    """
    One contribution for each group. What an operator made of a group stands above it.
    """

    kind = "seed-group"
    lasting = True

    def contributions(self, plugin: DiscoveredPlugin, compiled: CompiledPlugin) -> Iterable[Contribution]:  # noqa: ARG002 - protocol
        """
        The groups of the manifest.
        """
        for group in plugin.manifest.seed_groups:
            permissions = sorted(group.permissions)
            yield Contribution(
                kind=self.kind,
                plugin=plugin.name,
                key=group.name,
                summary=f"{group.name}: {', '.join(permissions)}",
                details={"permissions": permissions, **({"label": group.label} if group.label else {})},
            )
