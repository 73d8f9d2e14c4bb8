"""
Contests: claims that two plugins make at once, and who hears of them.

Claims are equal, so where two sound plugins claim the same, both are refused and name each other: nobody wins by the
alphabet or by the order of installation. A plugin that is refused for other reasons claims nothing against a sound one,
so a broken plugin cannot shut a working one out; it is told of the contest beside its other reasons.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.resolver.claims import ClaimKind, ClaimName, claimed
from honeyhost.resolver.context import Context, key_of
from honeyhost.resolver.places import place


@dataclass(frozen=True, kw_only=True, slots=True)
class Contest:
    """
    One claim of a plugin that others make too.
    """

    name: str
    rank: int
    """The priority of an override; claims of other kinds have none."""
    others: tuple[str, ...]
    source: str
    fact_source: str


def contests(kind: ClaimKind, plugin: DiscoveredPlugin, context: Context) -> Iterator[Contest]:
    """
    The claims of one kind that the plugin shares with others whom it has to hear.
    """
    hears_all = key_of(plugin) in context.unsound
    for name, path in claimed(kind, plugin.manifest):
        others = tuple(
            slug
            for slug in context.claims.claimants(kind, name)
            if slug != plugin.name and (hears_all or key_of(context.chosen[slug]) not in context.unsound)
        )
        if others:
            plain, rank = (name, 0) if isinstance(name, str) else name
            yield Contest(
                name=plain,
                rank=rank,
                others=others,
                source=place(plugin, path),
                fact_source=_place_of(kind, name, context.chosen[others[0]]),
            )


def common(plugin: DiscoveredPlugin, contest: Contest) -> dict[str, Any]:
    """
    The fields that the reason for a contest begins with, whatever its kind.
    """
    return {
        "plugin": plugin.name,
        "version": plugin.version,
        "source": contest.source,
        "fact_source": contest.fact_source,
        "others": contest.others,
    }


def _place_of(kind: ClaimKind, wanted: ClaimName, plugin: DiscoveredPlugin) -> str:
    return place(plugin, next(path for name, path in claimed(kind, plugin.manifest) if name == wanted))
