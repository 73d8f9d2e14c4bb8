"""
The context: all that a rule may look at beside the plugin itself, gathered once per resolution.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from honeyhost.discovery.inventory import DiscoveredPlugin, DiscoveryFailure, Inventory
from honeyhost.names import distribution_key
from honeyhost.resolver.claims import Claims, collect
from honeyhost.resolver.graph import Arrangement, arrange
from honeyhost.resolver.profile import HostProfile, Policy
from honeyhost.resolver.reasons import Reason
from honeyhost.resolver.urls import taken_slugs

Key = tuple[str, str, str]
"""What tells one found plugin from every other: slug, kind of origin, location."""


def key_of(plugin: DiscoveredPlugin) -> Key:
    """
    The identity of a found plugin.
    """
    origin = plugin.origin
    return plugin.manifest.name, origin.kind, origin.location


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """
    Why a plugin cannot be had by those that need it.
    """

    chain: tuple[str, ...]
    """From the plugin to the one where it began."""
    cause: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """
    The host, the operator's wishes, and everything that was found.

    ``unsound`` and ``refused`` are filled in as the resolution goes on; see ``resolver.resolving``.
    """

    profile: HostProfile
    policy: Policy
    plugins: tuple[DiscoveredPlugin, ...]
    """Everything that was found and can be read, in the order of :data:`Key`."""
    installed: Mapping[str, tuple[DiscoveredPlugin, ...]]
    """slug -> the plugins that are there to be served; more than one where the slug is contested."""
    archives: Mapping[str, tuple[DiscoveredPlugin, ...]]
    """slug -> those that lie packed: they are asked every rule, and nobody is asked about them."""
    chosen: Mapping[str, DiscoveredPlugin]
    """slug -> the installed plugin that others mean when they name the slug: the pinned one, else the first."""
    others: tuple[DiscoveredPlugin, ...]
    """The plugins that nobody means: archives, and all but one of those that contest a slug."""
    unreadable: Mapping[str, str]
    """slug -> where something of that name was found that cannot be read."""
    slugs: frozenset[str]
    """All that can be meant."""
    claims: Claims
    """What the chosen plugins claim."""
    taken: Mapping[str, str]
    """slug -> the path of the host that stands where the plugin would be served."""
    arrangement: Arrangement
    """The order of the chosen plugins, and their cycles."""

    unsound: frozenset[Key] = frozenset()
    """Plugins that their own rules have something against, or those of a plugin that they need."""
    refused: Mapping[str, Refusal] = field(default_factory=dict)
    """slug -> why plugins that need it cannot have it."""

    def is_chosen(self, plugin: DiscoveredPlugin) -> bool:
        """
        Whether others mean this plugin when they name its slug.
        """
        chosen = self.chosen.get(plugin.manifest.name)
        return chosen is plugin or (chosen is not None and key_of(chosen) == key_of(plugin))


def gather(inventory: Inventory, profile: HostProfile, policy: Policy) -> Context:
    """
    The context of an inventory, before anything is decided. The order in which plugins were found does not matter.
    """
    found = {key_of(plugin): plugin for plugin in inventory.plugins}
    plugins = tuple(found[key] for key in sorted(found))
    installed = _by_slug(plugin for plugin in plugins if plugin.origin.kind != "archive")
    chosen = {slug: _chosen(slug, candidates, policy) for slug, candidates in installed.items()}
    return Context(
        profile=profile,
        policy=policy,
        plugins=plugins,
        installed=installed,
        archives=_by_slug(plugin for plugin in plugins if plugin.origin.kind == "archive"),
        chosen=chosen,
        others=tuple(plugin for plugin in plugins if chosen.get(plugin.manifest.name) is not plugin),
        unreadable=_unreadable(inventory.failures),
        slugs=frozenset(chosen),
        claims=collect({slug: plugin.manifest for slug, plugin in chosen.items()}),
        taken=taken_slugs(profile.prefix, profile.reserved_paths),
        arrangement=arrange({slug: _needs(plugin, chosen) for slug, plugin in chosen.items()}),
    )


def pinned(plugin: DiscoveredPlugin, pin: str) -> bool:
    """
    Whether a pin means this plugin, by its distribution (in any spelling of the name) or by its location.
    """
    distribution = plugin.origin.distribution
    if distribution is not None and distribution_key(distribution) == distribution_key(pin):
        return True
    return plugin.origin.location == pin


def _by_slug(plugins: Iterable[DiscoveredPlugin]) -> dict[str, tuple[DiscoveredPlugin, ...]]:
    groups: dict[str, tuple[DiscoveredPlugin, ...]] = {}
    for plugin in plugins:
        groups[plugin.manifest.name] = (*groups.get(plugin.manifest.name, ()), plugin)
    return groups


def _chosen(slug: str, candidates: tuple[DiscoveredPlugin, ...], policy: Policy) -> DiscoveredPlugin:
    pin = policy.pins.get(slug)
    if pin is None or len(candidates) == 1:
        return candidates[0]
    return next((plugin for plugin in candidates if pinned(plugin, pin)), candidates[0])


def _needs(plugin: DiscoveredPlugin, chosen: Mapping[str, DiscoveredPlugin]) -> tuple[str, ...]:
    needs = plugin.manifest.requires_plugins
    return tuple([slug for slug in needs if slug in chosen]) if needs else ()


def _unreadable(failures: Iterable[DiscoveryFailure]) -> dict[str, str]:
    places = sorted((failure.name, failure.origin.location) for failure in failures if failure.name is not None)
    return dict(reversed(places))
