"""
The manager: fronts for the attached plugins, their states, their start and their end.
"""

import asyncio
import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from honeyhost.attach.routing.front import Front, PluginUrls
from honeyhost.attach.routing.gate import Gate
from honeyhost.attach.routing.openapi import Fragment
from honeyhost.attach.routing.site import Site
from honeyhost.errors import AttachError, LoadError, UnknownPluginError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.building import BuiltPlugin, build_plugin, describe
from honeyhost.manager.lifespans import PluginLifespan
from honeyhost.manager.live import Live
from honeyhost.manager.spec import PluginSpec
from honeyhost.manager.states import PluginState, may_become

logger = logging.getLogger("honeyhost")


class Loader:
    """
    Imports and builds one plugin of this process, once, whoever asks first and from whichever thread.

    A failure is kept and raised to everybody who asks later: importing half a package twice makes it worse.
    """

    def __init__(self, spec: PluginSpec, site: Site, seconds: float) -> None:
        self.spec = spec
        self._site = site
        self._seconds = seconds
        self._lock = threading.Lock()
        self._built: BuiltPlugin | None = None
        self.error: AttachError | None = None

    @property
    def built(self) -> BuiltPlugin | None:
        """
        The plugin, once it is there.
        """
        return self._built

    def now(self) -> BuiltPlugin:
        """
        The plugin, built in this thread if it was not yet.

        Raises:
            AttachError: if it could not be built, now or before.
        """
        with self._lock:
            if self._built is None and self.error is None:
                try:
                    self._built = build_plugin(self.spec, self._site)
                except AttachError as error:
                    self.error = error
        if self._built is None:
            raise self.error or LoadError(f"plugin '{self.spec.slug}' could not be loaded", plugin=self.spec.slug)
        return self._built

    async def __call__(self) -> BuiltPlugin:
        """
        The plugin, built in a thread of its own if it was not yet.
        """
        if self._built is not None:
            return self._built
        try:
            return await asyncio.wait_for(asyncio.to_thread(self.now), self._seconds)
        except TimeoutError:
            slug = self.spec.slug
            self.error = LoadError(f"plugin '{slug}' did not finish importing within {self._seconds:g} s", plugin=slug)
            raise self.error from None


@dataclass(slots=True)
class _Entry:
    """
    What the manager knows of one plugin.
    """

    plugin: AttachedPlugin
    state: PluginState
    loader: Loader | None = None
    lifespan: PluginLifespan | None = None
    failure: AttachError | None = None


class Manager:
    """
    The plugins of one application in one process.

    ``recorded`` says whether recorded fragments were
    made under the settings of this application, so that they can be served without importing the plugin.
    """

    def __init__(self, site: Site, gate: Gate, *, seconds: float, recorded: bool) -> None:
        self._site = site
        self._gate = gate
        self._seconds = seconds
        self._recorded = recorded
        self._entries: dict[str, _Entry] = {}
        self._serving = False
        self.live = Live(0, {}, {}, self._fragment)

    def adopt(self, plugins: Iterable[AttachedPlugin], enabled: Mapping[str, bool]) -> None:
        """
        Take these plugins, in dependency order, as the attached ones; one that is not mentioned in ``enabled`` is.
        """
        self._entries = {
            plugin.slug: _Entry(plugin, "attached" if enabled.get(plugin.slug, True) else "disabled") for plugin in plugins
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
        if entry.state == "attached" and entry.loader is not None:
            return "failed" if entry.loader.error else "loaded" if entry.loader.built else "attached"
        return entry.state

    def failure(self, slug: str) -> AttachError | None:
        """
        What made the plugin fail, if it did.
        """
        entry = self._entries.get(slug)
        if entry is None:
            return None
        return entry.failure or (entry.loader.error if entry.loader is not None else None)

    async def start(self) -> None:
        """
        Start the plugins that have a lifespan, in dependency order. One that fails is left out; the others start.
        """
        self._serving = True
        for entry in self._entries.values():
            if entry.plugin.lifespan and entry.state == "attached":
                await self._start(entry)
        self._swap()

    async def stop(self) -> None:
        """
        Stop the plugins that were started, the last one first.
        """
        self._serving = False
        for entry in reversed(self._entries.values()):
            await self._stop(entry)

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
        if enabled and entry.state == "disabled":
            entry.state, entry.loader, entry.failure = "attached", None, None
            if self._serving and entry.plugin.lifespan:
                await self._start(entry)
            self._swap()
        elif not enabled and entry.state != "disabled":
            self._become(entry, "disabled")
            self._swap()
            await self._stop(entry)
        return self.state(slug) or entry.state

    async def _start(self, entry: _Entry) -> None:
        loader = self._loader(entry)
        try:
            built = await loader()
            entry.lifespan = PluginLifespan(entry.plugin.slug, built.routers, self._site.app)
            state = await entry.lifespan.start(self._seconds)
        except AttachError as error:
            entry.failure, entry.lifespan = error, None
            self._become(entry, "failed")
            _log(error, entry.plugin.slug, "start")
            return
        self._become(entry, "running")
        self._front(entry).state = state

    async def _stop(self, entry: _Entry) -> None:
        lifespan, entry.lifespan = entry.lifespan, None
        if lifespan is None:
            return
        error = await lifespan.stop(self._seconds)
        if error is not None:
            slug = entry.plugin.slug
            logger.error("plugin '%s' failed while stopping: %s", slug, error, extra={"plugin": slug}, exc_info=error)
        if entry.state == "running":
            self._become(entry, "stopped")

    def _become(self, entry: _Entry, state: PluginState) -> None:
        assert may_become(entry.state, state), (entry.plugin.slug, entry.state, state)  # noqa: S101 - a bug of ours
        entry.state = state

    def _loader(self, entry: _Entry) -> Loader:
        if entry.loader is None:
            entry.loader = Loader(entry.plugin.facts.spec, self._site, self._seconds)
        return entry.loader

    def _front(self, entry: _Entry) -> Front:
        known = self.live.fronts.get(entry.plugin.slug)
        if known is not None and entry.state != "failed":
            return known
        plugin = entry.plugin
        load = partial(self._load, entry)
        front = Front(plugin.slug, self._gate, load, public=plugin.public, lifespan=plugin.lifespan)
        front.urls = PluginUrls(front, self._site.app.router)
        return front

    async def _load(self, entry: _Entry) -> BuiltPlugin:
        if entry.failure is not None:
            raise entry.failure
        loader = self._loader(entry)
        first = loader.error is None
        try:
            return await loader()
        except AttachError as error:
            if first:
                _log(error, entry.plugin.slug, "load")
            raise

    def _fragment(self, plugin: AttachedPlugin) -> Fragment:
        if self._recorded:
            return plugin.fragment
        try:
            built = self._loader(self._entries[plugin.slug]).now()
            paths, schemas, security = describe(built).openapi
        except AttachError:
            return plugin.fragment
        return Fragment(paths.encode(), schemas.encode(), security.encode())

    def _swap(self) -> None:
        answering = {slug: entry for slug, entry in self._entries.items() if entry.state != "disabled"}
        fronts = {slug: self._front(entry) for slug, entry in answering.items()}
        enabled = {slug: entry.plugin for slug, entry in answering.items() if entry.state != "failed"}
        self.live = Live(self.live.revision + 1, enabled, fronts, self._fragment)


def _log(error: AttachError, plugin: str, phase: str) -> None:
    logger.log(logging.ERROR, "%s", error.message, extra={"plugin": plugin, "phase": phase}, exc_info=error.__cause__)
