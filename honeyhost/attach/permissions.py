"""
Permissions: what a plugin adds to the platform's catalog.
"""

from collections.abc import Iterable

from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.discovery.inventory import DiscoveredPlugin


class PermissionPoint:
    """
    One contribution for each permission. They last while the plugin is installed, so that groups keep their meaning.
    """

    kind = "permission"
    lasting = True

    def contributions(self, plugin: DiscoveredPlugin, compiled: CompiledPlugin) -> Iterable[Contribution]:  # noqa: ARG002 - protocol
        """
        The permissions of the manifest.
        """
        for permission in plugin.manifest.permissions:
            details = permission.model_dump(mode="json", include={"label", "description"}, exclude_none=True)
            yield Contribution(kind=self.kind, plugin=plugin.name, key=permission.id, summary=permission.id, details=details)
