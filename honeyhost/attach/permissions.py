"""
Permissions: what a plugin adds to the platform's catalog.
"""

from collections.abc import Iterable

from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.attach.point import Undo
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.store.protocol import CatalogStore


class PermissionPoint:
    """
    One contribution for each permission. They last while the plugin is installed, so that groups keep their meaning.
    """

    kind = "permission"
    lasting = True

    def __init__(self, catalog: CatalogStore | None = None) -> None:
        self._catalog = catalog

    def contributions(self, plugin: DiscoveredPlugin, compiled: CompiledPlugin) -> Iterable[Contribution]:  # noqa: ARG002 - protocol
        """
        The permissions of the manifest.
        """
        for permission in plugin.manifest.permissions:
            details = permission.model_dump(mode="json", include={"label", "description"}, exclude_none=True)
            yield Contribution(kind=self.kind, plugin=plugin.name, key=permission.id, summary=permission.id, details=details)

    def attach(self, plugin: DiscoveredPlugin) -> Undo:
        """
        Write them into the catalog.
        """
        return _nothing if self._catalog is None else self._catalog.attach_permissions(plugin.name, plugin.manifest.permissions)

    def detach(self, slug: str) -> Undo:
        """
        Take them, and the plugin's part in groups, out of the catalog.
        """
        return _nothing if self._catalog is None else self._catalog.detach(slug)


def _nothing() -> None:
    """
    Without a catalog nothing was done, so nothing is undone.
    """
