"""
The rules about other plugins that a plugin needs: there, in the right version, not in a circle, and accepted themselves.
"""

from collections.abc import Sequence

from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.resolver.context import Context, Refusal
from honeyhost.resolver.places import joined, place
from honeyhost.resolver.reasons import DependencyCycle, DependencyRejected, PluginMissing, PluginVersionMismatch, Reason
from honeyhost.resolver.rules.rule import Fact, Rule
from honeyhost.resolver.versions import unmet


def ask_required(plugin: DiscoveredPlugin, context: Context) -> Sequence[Reason]:
    """
    The plugins that are not there, or in another version.
    """
    lacking: tuple[Reason, ...] = ()
    for slug, required in plugin.manifest.requires_plugins.items():
        found = context.chosen.get(slug)
        if found is None:
            lacking += (_missing(plugin, slug, required, context),)
        elif unmet(required, found.manifest.version):
            lacking += (_mismatch(plugin, slug, required, found),)
    return lacking


def fact_required(plugin: DiscoveredPlugin, context: Context) -> Fact:
    """
    The plugins that are needed, in their installed versions.
    """
    needs = plugin.manifest.requires_plugins
    if not needs:
        return Fact(fact="none", source=place(plugin, "requires_plugins"), message="needs no other plugin")
    found = ", ".join(f"{slug} {context.chosen[slug].version}" for slug in needs)
    wanted = ", ".join(f"{slug} {required}".rstrip() for slug, required in needs.items())
    return Fact(fact=found, source=place(plugin, "requires_plugins"), message=f"needs {wanted}, found {found}")


def ask_cycles(plugin: DiscoveredPlugin, context: Context) -> Sequence[DependencyCycle]:
    """
    The way from the plugin back to itself.
    """
    cycles = context.arrangement.cycles
    if not cycles or plugin.manifest.name not in cycles or not context.is_chosen(plugin):
        return ()
    cycle = cycles[plugin.name]
    following = cycle[1] if len(cycle) > 1 else cycle[0]
    source = place(plugin, f"requires_plugins.{following}")
    return (DependencyCycle(plugin=plugin.name, version=plugin.version, source=source, cycle=cycle),)


def fact_cycles(plugin: DiscoveredPlugin, _context: Context) -> Fact:
    """
    That there is no way back.
    """
    source = place(plugin, "requires_plugins")
    return Fact(fact="no cycle", source=source, message="nothing that it needs leads back to it")


def follow(plugin: DiscoveredPlugin, context: Context) -> Sequence[DependencyRejected]:
    """
    The needed plugins that are refused. Within one cycle only what else is wrong with the others is said.
    """
    if not context.refused or not plugin.manifest.requires_plugins:
        return ()
    return tuple(
        _rejected(plugin, slug, context.refused[slug])
        for slug in plugin.manifest.requires_plugins
        if slug in context.refused and not _same_cycle(plugin, slug, context)
    )


def fact_accepted(plugin: DiscoveredPlugin, _context: Context) -> Fact:
    """
    That everything it needs is accepted.
    """
    needs = ", ".join(plugin.manifest.requires_plugins)
    message = f"accepted: {needs}" if needs else "needs no other plugin"
    return Fact(fact=needs or "none", source=place(plugin, "requires_plugins"), message=message)


def _mismatch(plugin: DiscoveredPlugin, slug: str, required: str, found: DiscoveredPlugin) -> PluginVersionMismatch:
    return PluginVersionMismatch(
        plugin=plugin.name,
        version=plugin.version,
        source=place(plugin, f"requires_plugins.{slug}"),
        fact_source=place(found, "version"),
        dependency=slug,
        required=required,
        actual=found.version,
    )


def _missing(plugin: DiscoveredPlugin, slug: str, required: str, context: Context) -> PluginMissing:
    archives = context.archives.get(slug, ())
    return PluginMissing(
        plugin=plugin.name,
        version=plugin.version,
        source=place(plugin, f"requires_plugins.{slug}"),
        dependency=slug,
        required=required,
        unreadable=context.unreadable.get(slug),
        archive=archives[0].origin.location if archives else None,
        known=context.slugs,
    )


def _rejected(plugin: DiscoveredPlugin, slug: str, refusal: Refusal) -> DependencyRejected:
    return DependencyRejected(
        plugin=plugin.name,
        version=plugin.version,
        source=place(plugin, f"requires_plugins.{slug}"),
        fact_source=joined(refusal.cause.source, refusal.cause.fact_source),
        dependency=slug,
        chain=(plugin.name, *refusal.chain),
        cause=refusal.cause,
    )


def _same_cycle(plugin: DiscoveredPlugin, slug: str, context: Context) -> bool:
    knots = context.arrangement.knots
    if not isinstance(context.refused[slug].cause, DependencyCycle) or not context.is_chosen(plugin):
        return False
    return knots.get(plugin.name) is not None and knots.get(plugin.name) == knots.get(slug)


REQUIRED = Rule(name="required-plugins", fact=fact_required, ask=ask_required)
CYCLES = Rule(name="dependency-cycles", fact=fact_cycles, ask=ask_cycles, idle=lambda context: not context.arrangement.cycles)
ACCEPTED = Rule(name="dependencies", fact=fact_accepted, follow=follow)
