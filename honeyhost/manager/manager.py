"""
The manager: generations of the attached plugins, their states, their start and their end.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from honeyhost.attach.compiled import Fragment
from honeyhost.attach.routing.gate import Gate
from honeyhost.attach.routing.site import Site
from honeyhost.errors import AttachError, UnknownPluginError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.building import describe
from honeyhost.manager.generation import Generation
from honeyhost.manager.live import Live
from honeyhost.manager.states import PluginState, may_become


@dataclass(slots=True)
class _Entry:
    """
    What the manager knows of one plugin.
    """

    plugin: AttachedPlugin
    state: PluginState
    generation: Generation


class Manager:
    """
    The plugins of one application in one process.

    ``recorded`` says whether recorded fragments were made under the settings of this application, so that they can be served
    without importing the plugin.
    """

    def __init__(self, site: Site, gate: Gate, *, seconds: float, recorded: bool) -> None:
        self._site = site
        self._gate = gate
        self._seconds = seconds
        self._recorded = recorded
        self._entries: dict[str, _Entry] = {}
        self._changing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Lets one start or stop of a plugin end before the next begins."""
        self._claimed: frozenset[str] = frozenset()
        self._serving = False
        self.live = Live(0, {}, {}, self._fragment)

    def adopt(self, plugins: Iterable[AttachedPlugin], enabled: Mapping[str, bool]) -> None:
        """
        Take these plugins, in dependency order, as the attached ones; one that is not mentioned in ``enabled`` is.
        """
        self._entries = {
            plugin.slug: _Entry(plugin, "attached" if enabled.get(plugin.slug, True) else "disabled", self._generation(plugin))
            for plugin in plugins
        }
        self._swap()

    @property
    def plugins(self) -> tuple[AttachedPlugin, ...]:
        """
        Every attached plugin, disabled ones too, in dependency order.
        """
        return tuple(entry.plugin for entry in self._entries.values())

    def state(self, slug: str) -> PluginState | None:
        """
        The state of an attached plugin; None for any other.
        """
        entry = self._entries.get(slug)
        if entry is None:
            return None
        if entry.state == "attached":
            loader = entry.generation.loader
            return "failed" if loader.error else "loaded" if loader.built else "attached"
        return entry.state

    def failure(self, slug: str) -> AttachError | None:
        """
        What made the plugin fail, if it did.
        """
        entry = self._entries.get(slug)
        return entry.generation.error if entry is not None else None

    async def start(self) -> None:
        """
        Start the plugins that have a lifespan, in dependency order. One that fails is left out; the others start.

        An application may be started again after it was stopped; what had failed is tried again then.
        """
        self._serving = True
        for entry in self._entries.values():
            if entry.state in ("stopped", "failed"):
                self._renew(entry)
        self._leave_claimed()
        for entry in self._entries.values():
            async with self._changing[entry.plugin.slug]:
                if entry.state == "attached":
                    await self._start(entry)
        self._swap()

    async def stop(self) -> None:
        """
        Stop the plugins that were started, the last one first.
        """
        self._serving = False
        for entry in reversed(self._entries.values()):
            async with self._changing[entry.plugin.slug]:
                await entry.generation.stop()
                if entry.state == "running":
                    self._become(entry, "stopped")

    async def set_enabled(self, slug: str, *, enabled: bool) -> PluginState:
        """
        The state of the plugin after it was enabled or disabled in this process.

        A plugin that is disabled stops answering first and is stopped then; one that is enabled starts first.

        Raises:
            UnknownPluginError: if no attached plugin has the slug.
        """
        entry = self._entries.get(slug)
        if entry is None:
            raise UnknownPluginError(f"no attached plugin is called '{slug}'", hint="honeyhost list", name=slug)
        async with self._changing[entry.plugin.slug]:
            if enabled and entry.state == "disabled":
                self._become(entry, "attached")
                await self._start(entry)
                self._swap()
            elif not enabled and entry.state != "disabled":
                old = entry.generation
                self._renew(entry)
                self._become(entry, "disabled")
                self._swap()
                await old.stop()
        return self.state(slug) or entry.state

    def _leave_claimed(self) -> None:
        """
        Leave out the plugins whose part of a shared prefix the application has come to answer itself.
        """
        self._claimed = self._site.claimed() if self._site.prefix.shared else frozenset()
        for slug in sorted(self._claimed & self._entries.keys()):
            path = self._site.prefix.of(slug)
            message = f"plugin '{slug}' is left out: the application answers {path} itself"
            self._entries[slug].generation.fail(AttachError(message, hint="choose another prefix", plugin=slug, path=path))

    async def _start(self, entry: _Entry) -> None:
        if self._serving and entry.plugin.lifespan and await entry.generation.start():
            self._become(entry, "running")

    def _renew(self, entry: _Entry) -> None:
        entry.generation = self._generation(entry.plugin)
        self._become(entry, "attached")

    def _generation(self, plugin: AttachedPlugin) -> Generation:
        return Generation(plugin, self._site, self._gate, self._seconds, self._failed)

    def _failed(self, generation: Generation) -> None:
        for entry in self._entries.values():
            if entry.generation is generation:
                self._become(entry, "failed")
                self._swap()

    def _become(self, entry: _Entry, state: PluginState) -> None:
        assert may_become(entry.state, state), (entry.plugin.slug, entry.state, state)  # noqa: S101 - a bug of ours
        entry.state = state

    def _fragment(self, plugin: AttachedPlugin) -> Fragment:
        if self._recorded:
            return plugin.fragment
        try:
            built = self._entries[plugin.slug].generation.loader.now()
            paths, schemas, security = describe(built).openapi
        except AttachError:
            return plugin.fragment
        return Fragment(paths.encode(), schemas.encode(), security.encode())

    def _swap(self) -> None:
        answering = {
            slug: entry for slug, entry in self._entries.items() if entry.state != "disabled" and slug not in self._claimed
        }
        fronts = {slug: entry.generation.front for slug, entry in answering.items()}
        enabled = {slug: entry.plugin for slug, entry in answering.items() if entry.state != "failed"}
        self.live = Live(self.live.revision + 1, enabled, fronts, self._fragment)
