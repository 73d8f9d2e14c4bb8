"""
Precedence: which of several plugins of one name is meant, where the places themselves decide it.

A distribution wins over a folder, the customer's folder over the bundled one; the other one stands among the findings. Only
what can be read wins: a broken plugin does not shut a working one out, it stands beside it as a failure. Two distributions
of one name are equals, so both stay, and the resolver says so. Archives are not served, so they contest nothing.
"""

from collections.abc import Iterable

from honeyhost.diagnostics import Problem, info, warning
from honeyhost.discovery.inventory import DiscoveredPlugin, DiscoveryFailure, Inventory, Origin
from honeyhost.discovery.sources import Look


def arranged(looks: Iterable[Look]) -> Inventory:
    """
    The inventory of all looks, in one order on every machine.
    """
    looks = tuple(looks)
    found = [item for look in looks for item in look.found]
    plugins = [item for item in found if isinstance(item, DiscoveredPlugin)]
    winners = {plugin.name: plugin for plugin in sorted(plugins, key=_weakest_first) if plugin.origin.kind != "archive"}
    kept, shadowed = [], []
    for plugin in sorted(plugins, key=_order):
        winner = winners.get(plugin.name, plugin)
        if _rank(plugin.origin) < _rank(winner.origin):
            shadowed.append(_shadowed(plugin, winner))
        else:
            kept.append(plugin)
    failures = (item for item in found if isinstance(item, DiscoveryFailure))
    return Inventory(
        plugins=tuple(kept),
        failures=tuple(sorted(failures, key=lambda failure: (failure.name or "", *_place(failure.origin)))),
        findings=(*(finding for look in looks for finding in look.findings), *shadowed),
    )


_RANKS = {"entry-point": 3, "customer": 2, "bundled": 1, "archive": 4}
"""An archive ranks with nobody: it neither wins nor loses."""


def _rank(origin: Origin) -> int:
    return _RANKS[origin.root_kind or "customer"] if origin.kind == "directory" else _RANKS[origin.kind]


def _weakest_first(plugin: DiscoveredPlugin) -> int:
    return _rank(plugin.origin)


def _order(plugin: DiscoveredPlugin) -> tuple[str, str, str]:
    return plugin.name, *_place(plugin.origin)


def _place(origin: Origin) -> tuple[str, str]:
    return origin.kind, origin.location


def _shadowed(plugin: DiscoveredPlugin, winner: DiscoveredPlugin) -> Problem:
    facts = {"plugin": plugin.name, "used": winner.origin.location, "unused": plugin.origin.location}
    if plugin.root.resolve() == winner.root.resolve():
        message = f"plugin '{plugin.name}' is found in '{plugin.origin.location}' and installed from there as {winner.origin}"
        return info("plugin-shadowed", message, file=plugin.manifest_file, **facts)
    message = f"plugin '{plugin.name}' in {plugin.origin} is not used, because {winner.origin} wins"
    hint = "remove one of them, or rename one"
    return warning("plugin-shadowed", message, file=plugin.manifest_file, hint=hint, **facts)
