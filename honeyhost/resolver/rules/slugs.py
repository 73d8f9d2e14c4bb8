"""
The rule about slugs: one plugin to a name.

Where two claim a slug, both are refused and name each other; the operator may pin the one that is meant. Here it does not
matter whether one of them is refused for other reasons too: a name must not change hands because a host was upgraded.
"""

from collections.abc import Sequence

from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.resolver.context import Context, key_of, pinned
from honeyhost.resolver.places import carrier, place
from honeyhost.resolver.reasons import SlugConflict
from honeyhost.resolver.rules.rule import Fact, Rule


def ask(plugin: DiscoveredPlugin, context: Context) -> Sequence[SlugConflict]:
    """
    Who else claims the slug. An archive claims none: it may be the next version of what is installed.
    """
    pin = context.policy.pins.get(plugin.manifest.name)
    claimants = context.installed.get(plugin.manifest.name, ())
    if pin is None and (len(claimants) < 2 or plugin.origin.kind == "archive"):  # noqa: PLR2004 - a contest takes two
        return ()
    if pin is not None and pinned(plugin, pin):
        return ()
    rivals = tuple(other for other in claimants if key_of(other) != key_of(plugin))
    return (
        SlugConflict(
            plugin=plugin.name,
            version=plugin.version,
            source=place(plugin, "name"),
            fact_source=rivals[0].origin.location if rivals and pin is None else "",
            carrier=carrier(plugin),
            others=tuple(f"{other.version} from {carrier(other)}" for other in rivals),
            pin=pin,
        ),
    )


def fact(plugin: DiscoveredPlugin, context: Context) -> Fact:
    """
    Who carries the plugin.
    """
    pin = context.policy.pins.get(plugin.name)
    message = f"no other has the name '{plugin.name}'" if pin is None else f"the name '{plugin.name}' is pinned to {pin}"
    return Fact(fact=carrier(plugin), source=plugin.origin.location, message=message)


RULE = Rule(name="slug", fact=fact, ask=ask, idle=lambda context: not context.others and not context.policy.pins)
