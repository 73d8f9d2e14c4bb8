"""
The plugin itself as a contribution: that it is there, and in which version.
"""

from collections.abc import Iterable

from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.discovery.inventory import DiscoveredPlugin


class PluginPoint:
    """
    One line for each attached plugin, so that a new version shows also where nothing else changed.
    """

    kind = "plugin"
    lasting = True

    def contributions(self, plugin: DiscoveredPlugin, compiled: CompiledPlugin) -> Iterable[Contribution]:  # noqa: ARG002 - protocol
        """
        The version and where it comes from.
        """
        details = {"version": plugin.version, "origin": plugin.origin.kind}
        yield Contribution(
            kind=self.kind, plugin=plugin.name, key="", summary=f"{plugin.name} {plugin.version}", details=details
        )
