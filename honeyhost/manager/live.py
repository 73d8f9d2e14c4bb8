"""
The live set: which plugins answer at this moment, frozen.

Enabled set, fronts, navigation and documents stand in one value behind one reference. A toggle makes the next value and
swaps the reference: nothing is locked on the way of a request, and nobody sees half a change.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import URLPath
from starlette.routing import Match, NoMatchFound, compile_path, replace_params
from starlette.types import Scope

from honeyhost.attach.compiled import Fragment
from honeyhost.attach.navigation import NavEntry, sorted_nav
from honeyhost.attach.routing.front import Front
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.generation import Generation
from honeyhost.store.records import PluginRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Answering:
    """
    What answers at a moment, by slug. A plugin that has failed has a front, which says so, and stands nowhere else.
    """

    fronts: Mapping[str, Front] = field(default_factory=dict)
    plugins: Mapping[str, AttachedPlugin] = field(default_factory=dict)
    generations: Mapping[str, Generation] = field(default_factory=dict)
    records: Mapping[str, PluginRecord] = field(default_factory=dict)
    """What the store says of plugins, as far as it was taken up."""


class Live:
    """
    One moment. ``revision`` counts the swaps of this process.
    """

    __slots__ = ("_capabilities", "_fragment", "_nav", "enabled", "fronts", "generations", "known", "records", "revision")

    def __init__(self, revision: int, answering: Answering, fragment: Callable[[AttachedPlugin], Fragment]) -> None:
        self.revision = revision
        self.enabled = answering.plugins
        self.fronts = answering.fronts
        self.generations = answering.generations
        self.records = answering.records
        self.known: dict[str, tuple[Match, Scope]] = {}
        """What the routing has found for static paths at this moment."""
        self._fragment = fragment
        self._nav: tuple[NavEntry, ...] | None = None
        self._capabilities: Mapping[str, AttachedPlugin] | None = None

    def fragments(self) -> Iterable[Fragment]:
        """
        The OpenAPI fragments of all that answer, by slug.
        """
        return [self._fragment(plugin) for _, plugin in sorted(self.enabled.items())]

    @property
    def nav(self) -> tuple[NavEntry, ...]:
        """
        The sidebar of all plugins that answer, before it is filtered for a caller.
        """
        if self._nav is None:
            shown = [plugin for plugin in self.enabled.values() if self._record(plugin).nav]
            entries = (entry for plugin in shown for entry in plugin.facts.nav_entries)
            self._nav = sorted_nav(entries, {plugin.slug: self._record(plugin).sort for plugin in shown})
        return self._nav

    @property
    def capabilities(self) -> Mapping[str, AttachedPlugin]:
        """
        Whose each capability is, by slug: those of all plugins that answer. Nothing recorded is read for it.
        """
        if self._capabilities is None:
            self._capabilities = {slug: plugin for plugin in self.enabled.values() for slug in plugin.capabilities}
        return self._capabilities

    def url_path_for(self, slug: str, name: str, path_params: Mapping[str, Any]) -> URLPath:
        """
        The path of a plugin's route by name, from what was recorded: the plugin is not loaded for it.

        Raises:
            NoMatchFound: if no plugin that answers has such a route with such parameters.
        """
        plugin = self.enabled.get(slug)
        for route in plugin.facts.compiled.routes if plugin is not None else ():
            if route.name != name:
                continue
            mounted = route.kind == "mount"
            _, path_format, convertors = compile_path(route.path + "/{path:path}" if mounted else route.path)
            if convertors.keys() == path_params.keys():
                given = {
                    key: str(value).lstrip("/") if mounted and key == "path" else value for key, value in path_params.items()
                }
                path, _ = replace_params(path_format, convertors, given)
                return URLPath(path=path, protocol="websocket" if route.kind == "websocket" else "http")
        raise NoMatchFound(f"{slug}:{name}", dict(path_params))

    def _record(self, plugin: AttachedPlugin) -> PluginRecord:
        return self.records.get(plugin.slug) or PluginRecord(slug=plugin.slug, sort=plugin.sort)
