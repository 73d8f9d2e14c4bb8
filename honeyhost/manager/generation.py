"""
The generation: one life of a plugin in this process, from the moment it may answer until it is dropped.

Disabling ends a life and enabling begins another one on the same modules: what they hold stays as it does in an application
whose lifespan is left and entered again, a plugin with compiled modules can be switched like any other, and switching costs
no import. Only an upgrade or a reload imports the code anew.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import Context
from dataclasses import dataclass
from typing import Any

from honeyhost.attach.routing.flights import Traffic
from honeyhost.attach.routing.front import Front
from honeyhost.attach.routing.gate import Gate
from honeyhost.attach.routing.site import Site
from honeyhost.attach.routing.sockets import SERVICE_RESTART
from honeyhost.errors import AttachError, LoadError, PhaseTimeoutError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.building import BuiltPlugin
from honeyhost.manager.code import Code
from honeyhost.manager.given import Facts, GivenHost
from honeyhost.manager.lifespans import PluginLifespan
from honeyhost.manager.loading import Loader
from honeyhost.manager.targets import Target
from honeyhost.manager.tasks import Tasks, ended, heard, over
from honeyhost.runtimes import PluginHandle
from honeyhost.sdk.requires import passage
from honeyhost.services import Services

logger = logging.getLogger("honeyhost")
PhaseGuard = Callable[[str, str], AbstractContextManager[Any]]
"""Entered with slug and phase (``load``, ``init``, ``start``) round whatever runs a plugin's code for the first time."""
PATIENCE = 1.0
"""Seconds for what was cancelled and does not end."""
_NONE: Mapping[str, Callable[..., Any]] = {}


def unguarded(slug: str, phase: str) -> AbstractContextManager[Any]:  # noqa: ARG001 - a guard's signature
    """
    The guard that does nothing.
    """
    return nullcontext()


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """
    Seconds: for loading, for init and for starting a plugin; for its end; and for what is under way to finish before that.
    """

    start: float
    stop: float
    drain: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """
    What all generations of a process have in common. ``failed`` is called on the event loop when it turns out that one cannot
    answer, ``loaded`` in any thread when it is known what came of loading one; ``facts`` and ``services`` are what the host of
    a plugin is made of.
    """

    site: Site
    gate: Gate
    limits: Limits
    guard: PhaseGuard
    failed: Callable[["Generation"], None]
    loaded: Callable[[], None]
    facts: Facts
    services: Services


class Generation:
    """
    A plugin's loader, its front, its functions, and its lifespan while that is entered.
    """

    __slots__ = (
        "__weakref__",
        "_around",
        "_changing",
        "_failure",
        "_given",
        "_initialised",
        "_lifespan",
        "_loop",
        "_readying",
        "_tasks",
        "code",
        "ended",
        "flights",
        "front",
        "functions",
        "loader",
        "number",
        "plugin",
        "slug",
        "started",
        "targets",
        "was_up",
    )

    def __init__(self, plugin: AttachedPlugin, number: int, code: Code, around: Surroundings, traffic: Traffic) -> None:
        self.slug = plugin.slug
        self.number = number
        """Counts the generations of a plugin in this process."""
        self.plugin = plugin
        self.code = code
        code.hold()
        site = around.site
        self.loader = Loader(plugin.slug, lambda: plugin.facts.spec, site, around.limits.start, code, settled=around.loaded)
        self.front = Front(
            plugin.slug,
            around.gate,
            self._load,
            host=site.app.router,
            public=plugin.public,
            lifespan=plugin.lifespan,
            traffic=traffic,
            given=self.given,
        )
        self.flights = self.front.flights
        """What is under way here."""
        self.functions: Mapping[str, Callable[..., Any]] = _NONE
        """What can be called, once it is ready."""
        self.targets: dict[str, Target] = {}
        """What of it was called."""
        self.started = False
        """Whether it was started with its lifespan, and has not ended since."""
        self.ended = False
        """Whether it was ended; nothing of it runs again."""
        self.was_up = False
        """Whether it had been started, or is a restart of one that had."""
        self._around = around
        self._changing = asyncio.Lock()
        self._failure: AttachError | None = None
        self._initialised = False
        self._lifespan: PluginLifespan | None = None
        self._readying: asyncio.Task[None] | None = None
        self._tasks = Tasks(plugin.slug, self.given)
        self._given: GivenHost | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def given(self) -> GivenHost:
        """
        The host as its code sees it.
        """
        if self._given is None:
            around = self._around
            self._given = GivenHost(
                self.slug,
                self.plugin.version,
                facts=around.facts,
                services=around.services,
                tasks=self._tasks,
                loop=lambda: self._loop,
            )
        return self._given

    @property
    def handle(self) -> PluginHandle | None:
        """
        The loaded plugin; None until it is.
        """
        return None if self.loader.built is None else self.loader.built.handle

    @property
    def error(self) -> AttachError | None:
        """
        Why it cannot answer.
        """
        return self._failure or self.loader.error

    @property
    def begun(self) -> bool:
        """
        Whether any of its code has been asked for.
        """
        return self._readying is not None or self.loader.built is not None or self.error is not None

    @property
    def lives(self) -> bool:
        """
        Whether it has anything to end: a lifespan, an object that was initialised.
        """
        return self.started or self._initialised

    async def drained(self, seconds: float) -> bool:
        """
        Whether everything under way has ended within the time.
        """
        return await self.front.flights.drained(seconds)

    async def load(self) -> bool:
        """
        Whether the plugin's code was imported and built; why not is in the log and in ``error``.
        """
        try:
            await self._loaded()
        except AttachError as error:
            self.fail(error)
        return self.error is None

    async def ready(self) -> BuiltPlugin:
        """
        The plugin, loaded and initialised, once, whoever asks.

        Raises:
            AttachError: if it cannot answer.
        """
        readying = self._readying
        self._loop = asyncio.get_running_loop()
        if self._failure is None and self.functions is _NONE:
            if readying is None or readying.done() or not readying.get_loop().is_running():
                self._readying = readying = asyncio.get_running_loop().create_task(self._ready(), context=Context())
                readying.add_done_callback(heard)
            await over(readying)
        built = self.loader.built
        if self._failure is not None or built is None:
            raise self._failure or LoadError(f"plugin '{self.slug}' has ended", plugin=self.slug)
        return built

    async def start(self) -> bool:
        """
        Whether the plugin was made ready and its lifespan entered; why not is in the log and in ``error``.
        """
        async with self._changing:
            try:
                built = await self.ready()
                if built.lifespan:
                    lifespan = PluginLifespan(
                        self.slug, built.routers, self._around.site.app, died=self._died, given=self.given
                    )
                    with self._around.guard(self.slug, "start"):
                        self.front.state = await lifespan.start(self._around.limits.start)
                    self._lifespan = lifespan
            except AttachError as error:
                self.fail(error)
                await self._end()
                return False
            self.started = self.was_up = True
            return True

    async def stop(self, drain: float) -> None:
        """
        End it: what is under way may finish within ``drain`` seconds and is cancelled then; after that the lifespan is left,
        the object shut down and its tasks are cancelled, within the time for that.
        """
        flights = self.front.flights
        if not await flights.drained(drain):
            await flights.close_sockets(SERVICE_RESTART, "plugin restarted")
            flights.cut()
            await flights.drained(PATIENCE)
        async with self._changing:
            await self._end()

    def close(self) -> bool:
        """
        Let go of its code, and say whether that was the last who needed it.
        """
        self.functions, self.targets = _NONE, {}
        return self.code.release()

    def fail(self, error: AttachError, phase: str = "start") -> None:
        """
        Answer 503 from now on; the first reason stays, and is logged with the phase.
        """
        if self._failure is not None:
            return
        self._failure = error
        self.functions, self.targets = _NONE, {}
        self.front.table = None  # so that the next request asks for it, and hears why there is none
        if error is not self.loader.error:  # that one is in the log
            extra = {"plugin": self.slug, "phase": phase}
            logger.log(logging.ERROR, "%s", error.message, extra=extra, exc_info=error.__cause__)
        self._around.failed(self)

    async def _load(self) -> BuiltPlugin:
        return await self.ready()

    async def _loaded(self) -> BuiltPlugin:
        if self.loader.built is not None:
            return self.loader.built
        with self._around.guard(self.slug, "load"):
            return await self.loader()

    async def _ready(self) -> None:
        try:
            built = await self._loaded()
            if self._failure is None and not self.ended:
                await self._initialise(built)
        except AttachError as error:
            self.fail(error, "init")
            return
        if self._failure is None:
            self.functions = built.handle.functions

    async def _initialise(self, built: BuiltPlugin) -> None:
        around, handle = self._around, built.handle
        passage.set((self.slug, None, frozenset(), None, self.given))
        seconds = around.limits.start
        with around.guard(self.slug, "init") if handle.initialises else nullcontext():
            error = await ended(handle.init(self.given()), seconds, patience=PATIENCE)
            if error is not None:
                await self._tasks.cancel(PATIENCE)
                if isinstance(error, TimeoutError) and not str(error):
                    said = f"plugin '{self.slug}' did not finish its init within {seconds:g} s"
                    raise PhaseTimeoutError(said, plugin=self.slug) from error
                said = f"plugin '{self.slug}' raised {type(error).__name__} in init: {error}"
                raise LoadError(said, plugin=self.slug) from error
        self._initialised = handle.object

    async def _end(self) -> None:
        """
        Leave the lifespan, shut the object down, cancel the tasks; each once.
        """
        self.ended = True
        loop = asyncio.get_running_loop()
        until = loop.time() + self._around.limits.stop
        lifespan, self._lifespan = self._lifespan, None
        if lifespan is not None:
            self._said(await lifespan.stop(self._around.limits.stop))
        initialised, self._initialised, self.started = self._initialised, False, False
        if initialised and self.loader.built is not None:
            left = max(PATIENCE, until - loop.time())
            error = await ended(self._shut_down(self.loader.built.handle), left, patience=PATIENCE)
            if isinstance(error, TimeoutError) and not str(error):
                error = TimeoutError(f"did not shut down within {left:g} s")
            self._said(error)
        self._tasks.ended = True
        late = await self._tasks.cancel(PATIENCE)
        if self._given is not None:
            self._given.end()
        if late:
            self._said(TimeoutError(f"{late} of its tasks did not end when they were cancelled"))

    async def _shut_down(self, handle: PluginHandle) -> None:
        passage.set((self.slug, None, frozenset(), None, self.given))
        await handle.shutdown()

    def _said(self, error: BaseException | None) -> None:
        if error is not None:
            extra = {"plugin": self.slug, "phase": "stop"}
            logger.error("plugin '%s' failed while stopping: %s", self.slug, error, extra=extra, exc_info=error)

    def _died(self, error: BaseException) -> None:
        message = f"plugin '{self.slug}' raised {type(error).__name__} while running: {error}"
        failure = LoadError(message, plugin=self.slug)
        failure.__cause__ = error
        self._lifespan = None
        self.fail(failure, "running")
