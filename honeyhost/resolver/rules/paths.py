"""
The rule about URLs: the host has not got the plugin's path already, and no two of its function routes mean the same.
"""

from collections.abc import Iterator, Sequence

from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.resolver.context import Context
from honeyhost.resolver.places import joined, place
from honeyhost.resolver.profile import SLUG_FIELD
from honeyhost.resolver.reasons import PathConflict
from honeyhost.resolver.rules.rule import Fact, Rule
from honeyhost.resolver.urls import matched


def ask(plugin: DiscoveredPlugin, context: Context) -> Sequence[PathConflict]:
    """
    The host's path in the plugin's place, and routes that answer the same URLs.
    """
    routes = plugin.manifest.routes
    alike = len(routes) > 1 and len({(route.method, matched(route.path)) for route in routes}) < len(routes)
    if not alike and plugin.manifest.name not in context.taken:
        return ()
    return (*_with_host(plugin, context), *_with_itself(plugin))


def fact(plugin: DiscoveredPlugin, context: Context) -> Fact:
    """
    Where the plugin is served.
    """
    head = _head(plugin, context)
    count = len(plugin.manifest.routes)
    unlike = f"; no two of its {count} routes are alike" if count > 1 else ""
    message = f"is served under {head}, which the host leaves to it{unlike}"
    return Fact(fact=head, source=joined(place(plugin, "routes"), f"prefix: {context.profile.prefix}"), message=message)


def _with_host(plugin: DiscoveredPlugin, context: Context) -> Iterator[PathConflict]:
    taken = context.taken.get(plugin.manifest.name)
    if taken is not None:
        yield PathConflict(
            plugin=plugin.name,
            version=plugin.version,
            source=place(plugin, "name"),
            fact_source=f"prefix: {context.profile.prefix}",
            path=_head(plugin, context),
            other=taken,
        )


def _with_itself(plugin: DiscoveredPlugin) -> Iterator[PathConflict]:
    routes = plugin.manifest.routes
    first: dict[tuple[str, str], int] = {}
    for index, route in enumerate(routes):
        earlier = first.setdefault((route.method, matched(route.path)), index)
        if earlier != index:
            yield PathConflict(
                plugin=plugin.name,
                version=plugin.version,
                source=place(plugin, f"routes[{index}].path"),
                fact_source=place(plugin, f"routes[{earlier}].path"),
                path=route.path,
                other=routes[earlier].path,
                method=route.method,
            )


def _head(plugin: DiscoveredPlugin, context: Context) -> str:
    return context.profile.prefix.replace(SLUG_FIELD, plugin.name)


RULE = Rule(name="paths", fact=fact, ask=ask)
