"""
The host: plugins in an application, wired from settings to the first answer.

It holds no logic of its own; each step is a room's.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from importlib import import_module
from typing import Any

from fastapi import FastAPI
from fastapi.params import Depends

from honeyhost.api import host_routes
from honeyhost.attach.compiled import CompiledRoute
from honeyhost.attach.routing.gate import Gate
from honeyhost.attach.routing.openapi import BEARER_SCHEME
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.serving import serve_plugins
from honeyhost.attach.routing.site import Site
from honeyhost.errors import UsageError
from honeyhost.manager.booting import Boot, boot_from, snapshot_key
from honeyhost.manager.live import Live
from honeyhost.manager.manager import Manager
from honeyhost.manager.snapshot import Snapshot
from honeyhost.manager.states import PluginState
from honeyhost.recorded import DEFAULT_PREFIX, settings_digest, snapshot_path
from honeyhost.runtimes import install_namespace
from honeyhost.sdk import Identity
from honeyhost.settings import Settings
from honeyhost.store.peek import read_flags


class Host:
    """
    The plugins of one FastAPI application.

    ::

        host = Host()
        app = FastAPI(lifespan=host.lifespan)
        host.attach(app)

    Args:
        settings: where plugins are and which host this is; from the environment when left out.
        identity: who is asking, ``async (HTTPConnection) -> Caller | None``; bearer tokens of the store when left out.
        prefix: below which the plugins answer; ends in ``{slug}``.
        dependencies: run before every route of a plugin, as dependencies of a parent router would.
        security_scheme: how callers present themselves, as OpenAPI says it; for ``/docs``.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        identity: Identity | None = None,
        prefix: str = DEFAULT_PREFIX,
        dependencies: Sequence[Depends] = (),
        security_scheme: Mapping[str, Any] = BEARER_SCHEME,
    ) -> None:
        self.settings = settings if settings is not None else Settings.load()
        self.prefix = Prefix.parse(prefix)
        self._identity = identity
        self._dependencies = tuple(dependencies)
        self._security_scheme = security_scheme
        self._manager: Manager | None = None
        self._boot: Boot | None = None

    def attach(self, app: FastAPI) -> Callable[[], None]:
        """
        Let the plugins answer in an application from now on; the result takes everything back.

        Plugins with a lifespan start with the application's, if that is or contains :meth:`lifespan`.

        Raises:
            UsageError: if the host is attached already.
        """
        if self._manager is not None:
            raise UsageError("this host is attached to an application already", hint="make one Host for each application")
        site = Site(app=app, prefix=self.prefix, own_dependencies=self._dependencies)
        undo = [install_namespace(self.settings.plugin_roots)]
        self._boot = self._booted(site)
        recorded = self._boot.snapshot is None or site.plain
        manager = Manager(site, self._gate(app), seconds=self.settings.start_timeout, recorded=recorded)
        manager.adopt(self._boot.plugins, self._enabled_flags())
        self._manager = manager
        undo.append(serve_plugins(app, self.prefix, lambda: manager.live, self._security_scheme))
        undo.append(host_routes(app, self))

        def detach() -> None:
            for step in reversed(undo):
                step()
            self._manager = self._boot = None

        return detach

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """
        The start and the end of the plugins, for ``FastAPI(lifespan=host.lifespan)``. Attaches the host if need be.
        """
        if self._manager is None:
            self.attach(app)
        manager = self.manager
        await manager.start()
        try:
            yield
        finally:
            await manager.stop()

    @property
    def manager(self) -> Manager:
        """
        The manager of the attached application.

        Raises:
            UsageError: if the host is not attached.
        """
        if self._manager is None:
            raise UsageError("this host is not attached to an application", hint="call host.attach(app) first")
        return self._manager

    @property
    def live(self) -> Live:
        """
        What answers at this moment.
        """
        return self.manager.live

    @property
    def boot(self) -> Boot:
        """
        What the start found.

        Raises:
            UsageError: if the host is not attached.
        """
        if self._boot is None:
            raise UsageError("this host is not attached to an application", hint="call host.attach(app) first")
        return self._boot

    @cached_property
    def identity(self) -> Identity:
        """
        Who is asking: the platform's own identity, or the built-in one.
        """
        if self._identity is not None:
            return self._identity
        # The built-in identity needs the database library, which a platform with an identity of its own need not have.
        made: Identity = import_module("honeyhost.wiring").token_identity(self.settings)
        return made

    def routes(self) -> tuple[CompiledRoute, ...]:
        """
        The routes of every plugin that answers, by slug, with full paths and policies; no plugin is imported for it.

        For tools that would walk ``app.routes``, where one route stands for all plugins.
        """
        answering = sorted(self.live.enabled.items())
        return tuple(route for _, plugin in answering for route in plugin.facts.compiled.routes)

    async def set_enabled(self, slug: str, *, enabled: bool) -> PluginState:
        """
        The state of a plugin after it was enabled or disabled, here at once and in the store for every later start.

        Raises:
            UnknownPluginError: if no attached plugin has the slug.
        """
        state = await self.manager.set_enabled(slug, enabled=enabled)
        keep = import_module("honeyhost.wiring").keep_enabled
        await asyncio.to_thread(keep, self.settings, slug, enabled=enabled, version=self._version(slug))
        return state

    def _enabled_flags(self) -> Mapping[str, bool]:
        """
        The enabled wishes that the store holds; a plugin that is not in it is wanted.
        """
        flags = read_flags(self.settings.database_url)
        if flags is not None:
            return flags.enabled
        if self.settings.database_url.startswith("sqlite"):
            return {}
        stored: Mapping[str, bool] = import_module("honeyhost.wiring").stored_flags(self.settings)
        return stored

    def _gate(self, app: FastAPI) -> Gate:
        # A router of a plugin can lift the application's own limit of a body; the gate holds the smaller of the two.
        sizes = [size for size in (self.settings.max_body_size, app.max_body_size) if size is not None]
        return Gate(identity=self.identity, max_body_size=min(sizes, default=None), timeout=self.settings.request_timeout)

    def _version(self, slug: str) -> str:
        return next((plugin.version for plugin in self.manager.plugins if plugin.slug == slug), "")

    def _booted(self, site: Site) -> Boot:
        # Discovery, resolver and their libraries are loaded only where no snapshot fits: they cost more than the start.
        snapshot = Snapshot.open(snapshot_path(self.settings))
        key = snapshot_key(settings_digest(self.settings), self.prefix.template)
        if snapshot is not None and snapshot.fits(key, sys.path, self.settings.plugin_roots):
            return boot_from(snapshot)
        usable = snapshot if snapshot is not None and snapshot.made_under(key) else None
        made: Boot = import_module("honeyhost.wiring").boot_afresh(self.settings, site, usable)
        return made
