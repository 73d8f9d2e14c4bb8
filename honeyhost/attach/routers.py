"""
Routers: the routes of a plugin as contributions. How they answer is the matter of ``attach.routing``.
"""

from collections.abc import Iterable

from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin, CompiledRoute
from honeyhost.discovery.inventory import DiscoveredPlugin


class RouterPoint:
    """
    One contribution for each method and path, with the policy that the gate will apply.
    """

    kind = "route"
    lasting = False

    def contributions(self, plugin: DiscoveredPlugin, compiled: CompiledPlugin) -> Iterable[Contribution]:
        """
        The routes that compiling found; the first of two equal ones is the one that answers.
        """
        seen: set[str] = set()
        for route in compiled.routes:
            for method in route.methods or (_WORDS[route.kind],):
                key = f"{route.path} {method}"
                if key not in seen:
                    seen.add(key)
                    yield _contribution(plugin.name, key, method, route)


_WORDS = {"http": "ANY", "websocket": "WEBSOCKET", "mount": "MOUNT"}


def _contribution(slug: str, key: str, method: str, route: CompiledRoute) -> Contribution:
    return Contribution(
        kind="route",
        plugin=slug,
        key=key,
        summary=f"{method} {route.path}",
        details={"method": method, "path": route.path, "policy": route.policy, "name": route.name},
    )
