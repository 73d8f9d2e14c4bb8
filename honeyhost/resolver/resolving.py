"""
Resolving: from an inventory, a host and an operator's wishes to a verdict on every plugin.

Pure: no file is read, no plugin imported, the clock not asked. Each stage adds to what the next may know, and looks only at
plugins that something can be said about; that keeps a thousand good ones cheap.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from honeyhost.collector import collector_paused
from honeyhost.discovery.inventory import DiscoveredPlugin, Inventory
from honeyhost.resolver import asking
from honeyhost.resolver.asking import Against
from honeyhost.resolver.context import Context, Key, Refusal, gather, key_of
from honeyhost.resolver.profile import NO_WISHES, HostProfile, Policy
from honeyhost.resolver.reasons import DependencyCycle, DependencyRejected, Reason
from honeyhost.resolver.resolution import Rejection, Resolution


def resolve(inventory: Inventory, profile: HostProfile, policy: Policy = NO_WISHES) -> Resolution:
    """
    The verdict on every plugin of the inventory, each rejected one with all its reasons at once.

    The answer does not depend on the order in which plugins were found, and its cost grows with their number, their needs
    and their claims.
    """
    with collector_paused():
        context = gather(inventory, profile, policy)
        asked = asking.ask(context.plugins, context)
        context, compared = _compared(context, asked)
        context, followed = _followed(context, compared)
        return _concluded(context, followed)


def _compared(context: Context, against: Against) -> tuple[Context, Against]:
    """
    What plugins have against each other, now that it is known which of them are sound.
    """
    context = replace(context, unsound=_unsound(context, against))
    sharing = (context.chosen[slug] for slug in context.claims.contested)
    return context, _joined(against, asking.compare((*sharing, *context.others), context))


def _unsound(context: Context, against: Against) -> frozenset[Key]:
    """
    The plugins that have something against them, and all that need one of these.
    """
    unsound = set(against)
    if unsound:
        for plugin in _in_order_of_needs(context):
            needs = (context.chosen[slug] for slug in plugin.manifest.requires_plugins if slug in context.chosen)
            if any(key_of(other) in unsound for other in needs):
                unsound.add(key_of(plugin))
    return frozenset(unsound)


def _followed(context: Context, against: Against) -> tuple[Context, Against]:
    """
    What a refused plugin means for those that need it.
    """
    refused = {slug: Refusal(chain=(slug,), cause=_root(against[key])) for slug, key in _chosen_among(context, against)}
    context = replace(context, refused=refused)
    found: dict[Key, tuple[Reason, ...]] = {}
    for plugin in _in_order_of_needs(context) if refused else ():
        taken_along = found[key_of(plugin)] = asking.follow(plugin, context)
        first = next((reason for reason in taken_along if isinstance(reason, DependencyRejected)), None)
        if first is not None and plugin.name not in refused and context.is_chosen(plugin):
            refused[plugin.name] = Refusal(chain=first.chain, cause=first.cause)
    return context, _joined(against, found)


def _concluded(context: Context, against: Against) -> Resolution:
    in_order = [context.chosen[slug] for slug in context.arrangement.order]
    return Resolution(
        accepted=tuple(_passed(in_order, against)),
        installable=tuple(_passed(context.others, against)),
        rejected=tuple(
            Rejection(plugin=plugin, reasons=against[key_of(plugin)])
            for plugin in (context.plugins if against else ())
            if key_of(plugin) in against
        ),
        warnings={slug: problems for (slug, _, _), problems in asking.warn(in_order, context).items()},
        context=context,
    )


def _passed(plugins: Iterable[DiscoveredPlugin], against: Against) -> Iterable[DiscoveredPlugin]:
    return [plugin for plugin in plugins if key_of(plugin) not in against] if against else plugins


def _joined(against: Against, more: Against) -> Against:
    joined = {key: asking.in_order((*against.get(key, ()), *reasons)) for key, reasons in more.items() if reasons}
    return {**against, **joined}


def _root(reasons: Iterable[Reason]) -> Reason:
    """
    The reason that others are told: the first one that is more than a circle of which they may be part.
    """
    ordered = tuple(reasons)
    return next((reason for reason in ordered if not isinstance(reason, DependencyCycle)), ordered[0])


def _chosen_among(context: Context, keys: Iterable[Key]) -> Iterator[tuple[str, Key]]:
    for key in keys:
        chosen = context.chosen.get(key[0])
        if chosen is not None and key_of(chosen) == key:
            yield key[0], key


def _in_order_of_needs(context: Context) -> Iterator[DiscoveredPlugin]:
    """
    What is needed comes first; those that nobody can need come last.
    """
    yield from (context.chosen[slug] for slug in context.arrangement.order)
    yield from context.others
