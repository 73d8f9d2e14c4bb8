"""
Capabilities: functions that a plugin publishes under slugs of their own, as contributions; and whose a slug is.

The manifest declares them, or methods of the plugin object are marked with ``@capability``. What is declared the resolver has
compared already; a mark is known only once the plugin was compiled, so the same rules are asked here again.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.errors import AttachError

_OPEN = "authenticated"
"""Who may run a capability without a permission, as a plan says it."""


class CapabilityPoint:
    """
    One contribution for each capability.
    """

    kind = "capability"
    lasting = False

    def contributions(self, plugin: DiscoveredPlugin, compiled: CompiledPlugin) -> Iterable[Contribution]:
        """
        The capabilities of the manifest, and those of marked methods.
        """
        declared = {entry.slug: entry for entry in plugin.manifest.capabilities}
        for slug, function in compiled.capabilities.items():
            entry = declared.get(slug)
            policy = _OPEN if entry is None or entry.permission is None else entry.permission
            details: dict[str, Any] = {"function": function, "policy": policy}
            if entry is not None and entry.input_schema is not None:
                details["input_schema"] = entry.input_schema
            summary = f"{slug} ({policy})"
            yield Contribution(kind=self.kind, plugin=plugin.name, key=slug, summary=summary, details=details)


def contested(published: Mapping[str, Iterable[str]]) -> dict[str, AttachError]:
    """
    The plugins that cannot be attached beside the others, each with the reason.

    A capability that begins with a plugin's slug is that plugin's. For any other slug claims are equal: nobody knows who came
    first, so all who claim it are refused, as with what manifests declare.

    Args:
        published: the slugs of capabilities by plugin.
    """
    claimants: dict[str, list[str]] = {}
    for plugin, slugs in published.items():
        for slug in slugs:
            claimants.setdefault(slug, []).append(plugin)
    refused: dict[str, AttachError] = {}
    for slug, plugins in sorted(claimants.items()):
        for plugin, others in _beside(slug, plugins, published):
            refused.setdefault(plugin, _conflict(plugin, slug, others))
    return refused


def _beside(slug: str, plugins: list[str], published: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """
    Those who may not have the capability, each with those who stand against that.
    """
    owner = slug.partition(".")[0]
    for plugin in plugins:
        others = [owner] if owner in published else plugins
        if others != [plugin]:
            yield plugin, sorted(other for other in others if other != plugin)


def _conflict(plugin: str, slug: str, others: list[str]) -> AttachError:
    named = " and ".join(f"'{other}'" for other in others)
    bears = slug.partition(".")[0] in others
    why = f"that name belongs to plugin {named}" if bears else f"so does plugin {named}"
    return AttachError(
        f"plugin '{plugin}' publishes the capability '{slug}', and {why}",
        hint=f"begin its name with the plugin's own: '{plugin}.{slug.rpartition('.')[2]}'",
        plugin=plugin,
        capability=slug,
        others=others,
    )
