"""
The host: plugins in an application, wired from settings to the first answer.

It holds no logic of its own; each step is a room's.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from importlib import import_module
from typing import Any

from fastapi import FastAPI
from fastapi.params import Depends

from honeyhost.api import deferred_routes
from honeyhost.attach.compiled import CompiledRoute
from honeyhost.attach.routing.openapi import BEARER_SCHEME
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.serving import serve_plugins
from honeyhost.attach.routing.site import Site
from honeyhost.collector import collector_paused
from honeyhost.controls import Change, Controls, threaded
from honeyhost.errors import UsageError
from honeyhost.manager.booting import Boot
from honeyhost.manager.calls import Calls
from honeyhost.manager.live import Live
from honeyhost.manager.manager import Manager
from honeyhost.propagation.drift import Status
from honeyhost.recorded import DEFAULT_PREFIX
from honeyhost.running import Running
from honeyhost.runtimes import install_namespace
from honeyhost.sdk import Caller, Identity
from honeyhost.services.logs import LogBuffer
from honeyhost.settings import Settings
from honeyhost.store.records import InstanceReport, PluginDefaults, PluginRecord


class Host(Controls):
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
        stores: the platform's own, as ``honeyhost.store.stores.Stores``; those of ``database_url`` when left out.
    """

    def __init__(  # noqa: PLR0913 - each is a wish of its own
        self,
        settings: Settings | None = None,
        *,
        identity: Identity | None = None,
        prefix: str = DEFAULT_PREFIX,
        dependencies: Sequence[Depends] = (),
        security_scheme: Mapping[str, Any] = BEARER_SCHEME,
        stores: Any = None,
    ) -> None:
        self.settings = settings if settings is not None else Settings.load()
        self.prefix = Prefix.parse(prefix)
        self._identity = identity
        self._dependencies = tuple(dependencies)
        self._security_scheme = security_scheme
        self._stores = stores
        self._running: Running | None = None

    def attach(self, app: FastAPI) -> Callable[[], None]:
        """
        Let the plugins answer in an application from now on; the result takes everything back.

        Plugins with a lifespan start with the application's, if that is or contains :meth:`lifespan`.

        Raises:
            UsageError: if the host is attached already.
            StoreUnavailableError: if the database cannot be reached, and the host may not start without it or knows nothing.
        """
        if self._running is not None:
            raise UsageError("this host is attached to an application already", hint="make one Host for each application")
        site = Site(app=app, prefix=self.prefix, own_dependencies=self._dependencies)
        undo = [install_namespace(self.settings.plugin_roots)]
        try:
            with collector_paused():  # a thousand plugins are read, and none of it is garbage
                running = Running.begin(self.settings, site, self.identity, lambda: self.stores)
            undo.append(running.close)
            self._running = running
            control = deferred_routes(app, self)
            undo.append(control.remove)
            undo.append(serve_plugins(app, self.prefix, running.current, self._security_scheme, prepare=control.build))
        except BaseException:
            self._detach(undo)
            raise
        return lambda: self._detach(undo)

    def _detach(self, undo: list[Callable[[], None]]) -> None:
        while undo:
            undo.pop()()
        self._running = None

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """
        The start and the end of the plugins, for ``FastAPI(lifespan=host.lifespan)``. Attaches the host if need be.
        """
        if self._running is None:
            self.attach(app)
        async with self._attached_to.serving(lambda: self.stores):
            yield

    @property
    def manager(self) -> Manager:
        """
        The manager of the attached application.

        Raises:
            UsageError: if the host is not attached.
        """
        return self._attached_to.manager

    @property
    def live(self) -> Live:
        """
        What answers at this moment.
        """
        return self._attached_to.current()

    @property
    def boot(self) -> Boot:
        """
        What the start found, or what was taken up since.

        Raises:
            UsageError: if the host is not attached.
        """
        return self._attached_to.renewal.boot

    @property
    def records(self) -> Mapping[str, PluginRecord]:
        """
        The records of this moment, by slug: another mapping after every change.
        """
        self._attached_to.current()
        return self._attached_to.following.records

    @property
    def calls(self) -> Calls:
        """
        The calls of functions of plugins.
        """
        return self._attached_to.calls

    @property
    def logs(self) -> LogBuffer:
        """
        What was logged in this process: by plugins, and while it serves by everything else too.
        """
        buffer: LogBuffer = self.manager.services.logs
        return buffer

    @cached_property
    def stores(self) -> Any:
        """
        The database, as ``honeyhost.store.stores.Stores``; opened at the first use.

        Raises:
            StoreUnavailableError: if it cannot be reached.
        """
        return self._stores if self._stores is not None else import_module("honeyhost.wiring").stores_of(self.settings)

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

    def call(
        self, slug: str, function: str, args: Mapping[str, Any] | None = None, timeout: float | None = None
    ) -> Coroutine[Any, Any, Any]:
        """
        What a function of a plugin answers, to be awaited; see :meth:`honeyhost.manager.calls.Calls.call`.

        Raises:
            CallError: one of its kinds, for each way in which a call can come to nothing.
        """
        running = self._running or self._attached_to
        return running.calls.call(slug, function, args, timeout)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """
        The slugs of the capabilities that plugins publish, sorted: those of plugins that answer.
        """
        return self._attached_to.capabilities.slugs

    def run_capability(
        self,
        slug: str,
        input: Mapping[str, Any] | None = None,  # noqa: A002 - the manifest's word
        *,
        caller: Caller | None = None,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, Any]:
        """
        What a capability answers, to be awaited; see :meth:`honeyhost.work.capabilities.CapabilityRegistry.run`.

        Args:
            slug: of the capability.
            input: its input; each member is an argument of its function.
            caller: who is asking, and has to hold its permission; the host itself where left out, which may run everything.
            timeout: seconds, instead of the usual number.

        Raises:
            CallError: one of its kinds, for each way in which a run can come to nothing.
        """
        return self._attached_to.capabilities.run(slug, input, caller=caller, timeout=timeout)

    def status(self) -> Status:
        """
        What this process runs beside what is wanted, and in what it is behind.
        """
        return self._attached_to.status()

    def instances(self) -> tuple[InstanceReport, ...]:
        """
        What every process of the platform said last; asks the database.

        Raises:
            StoreUnavailableError: if it cannot be reached.
        """
        reports: tuple[InstanceReport, ...] = self.stores.instances.all()
        return reports

    def figures(self) -> Mapping[str, Any]:
        """
        What was counted of the calls to each plugin, by slug.
        """
        return self.calls.figures()

    def request(self, slug: str) -> Any:
        """
        What a plugin asks of the host and what was answered, as ``honeyhost.consenting.Request``. Looks for plugins anew.

        Raises:
            UnknownPluginError: if there is neither such a plugin nor a record of one.
        """
        return import_module("honeyhost.consenting").request_of(self.settings, slug, self.records.get(slug))

    def usage(self) -> Mapping[str, Any]:
        """
        What each plugin did through its host in this process, by slug and operation.
        """
        figures: Mapping[str, Any] = self.manager.services.usage.figures()
        return figures

    def explain(self, slug: str) -> Mapping[str, Any] | None:
        """
        The document of ``why --json``; None where nothing of that name is found. Looks for plugins anew.
        """
        document: Mapping[str, Any] | None = import_module("honeyhost.explaining").explained(self.settings, slug)
        return document

    def examine(self) -> tuple[Mapping[str, Any], ...]:
        """
        The checks of ``doctor --json``. Takes some seconds.
        """
        return tuple(check.to_json() for check in import_module("honeyhost.doctoring").examine(self.settings))

    async def change(self, change: Change, *, actor: str) -> PluginRecord:
        """
        The record after a change of the store, once this process has taken it up.
        """
        running = self._attached_to
        record = await threaded(lambda: change(self.stores.changes(actor)))
        await running.changed(record)
        return record

    async def reloaded(self, slug: str) -> None:
        """
        Wait until a reload that was asked for has come to an end.

        Raises:
            AttachError: the new one was left out and the old one goes on.
        """
        await self._attached_to.reloaded(slug)

    def _defaults(self, slug: str) -> PluginDefaults | None:
        """
        Also of a plugin that was found and is not attached: it can be switched off, or mended and reloaded, all the same.
        """
        found = next((entry for entry in self.boot.listing().get("plugins", ()) if entry["name"] == slug), None)
        known = super()._defaults(slug)
        return known if known is not None or found is None else PluginDefaults(slug=slug, version=found["version"])

    @property
    def _attached_to(self) -> Running:
        if self._running is None:
            raise UsageError("this host is not attached to an application", hint="call host.attach(app) first")
        return self._running
