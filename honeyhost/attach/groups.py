"""
Seed groups: the groups that a plugin proposes, with its own permissions in them.
"""

from collections.abc import Iterable

from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.attach.point import Undo
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.store.protocol import CatalogStore


class SeedGroupPoint:
    """
    One contribution for each group. What an operator made of a group stands above it.
    """

    kind = "seed-group"
    lasting = True

    def __init__(self, catalog: CatalogStore | None = None) -> None:
        self._catalog = catalog

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

    def attach(self, plugin: DiscoveredPlugin) -> Undo:
        """
        Write the plugin's part into the groups.
        """
        return _nothing if self._catalog is None else self._catalog.attach_seed_groups(plugin.name, plugin.manifest.seed_groups)

    def detach(self, slug: str) -> Undo:  # noqa: ARG002 - protocol
        """
        Nothing: the catalog takes a plugin's part in groups out together with its permissions.
        """
        return _nothing


def _nothing() -> None:
    """
    Nothing was done, so nothing is undone.
    """
