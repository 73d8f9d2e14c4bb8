"""
Nav: the entries that plugins put into the platform's sidebar, as contributions.
"""

from collections.abc import Iterable

from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.attach.navigation import NavEntry
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.rules import frontend_path
from honeyhost.names import label_text


def nav_entries(manifest: PluginManifest) -> tuple[NavEntry, ...]:
    """
    The entries of a plugin, with full paths.
    """
    return tuple(
        NavEntry(
            plugin=manifest.name,
            id=item.id or path,
            label=item.label,
            path=path,
            icon=item.icon,
            order=item.order,
            permission=item.permission,
        )
        for item in manifest.nav
        if (path := frontend_path(manifest.name, item.path)) is not None
    )


class NavPoint:
    """
    One contribution for each entry.
    """

    kind = "nav"
    lasting = False

    def contributions(self, plugin: DiscoveredPlugin, compiled: CompiledPlugin) -> Iterable[Contribution]:  # noqa: ARG002 - protocol
        """
        The entries of the manifest.
        """
        for entry in nav_entries(plugin.manifest):
            details = {key: value for key, value in entry.to_json().items() if key != "plugin"}
            label = label_text(entry.label) or entry.path
            yield Contribution(
                kind=self.kind, plugin=plugin.name, key=entry.id, summary=f"{label} ({entry.path})", details=details
            )
