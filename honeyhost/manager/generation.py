"""
The generation: one life of a plugin in this process, from the moment it may answer until it is dropped.
"""

import logging
from collections.abc import Callable

from honeyhost.attach.routing.front import Front
from honeyhost.attach.routing.gate import Gate
from honeyhost.attach.routing.site import Site
from honeyhost.errors import AttachError, LoadError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.building import BuiltPlugin
from honeyhost.manager.lifespans import PluginLifespan
from honeyhost.manager.loading import Loader

logger = logging.getLogger("honeyhost")


class Generation:
    """
    A plugin's loader, its front, and its lifespan while that is entered.

    ``failed`` is called on the event loop when it turns out that it cannot answer; it answers 503 from then on.
    """

    __slots__ = ("_failed", "_failure", "_lifespan", "_seconds", "_site", "_slug", "front", "loader")

    def __init__(
        self, plugin: AttachedPlugin, site: Site, gate: Gate, seconds: float, failed: Callable[["Generation"], None]
    ) -> None:
        self.loader = Loader(plugin.slug, lambda: plugin.facts.spec, site, seconds)
        self.front = Front(plugin.slug, gate, self._load, host=site.app.router, public=plugin.public, lifespan=plugin.lifespan)
        self._slug = plugin.slug
        self._site = site
        self._seconds = seconds
        self._failed = failed
        self._failure: AttachError | None = None
        self._lifespan: PluginLifespan | None = None

    @property
    def error(self) -> AttachError | None:
        """
        Why it cannot answer.
        """
        return self._failure or self.loader.error

    async def start(self) -> bool:
        """
        Whether the plugin was loaded and its lifespan entered; why not is in the log and in ``error``.
        """
        try:
            built = await self.loader()
            lifespan = PluginLifespan(self._slug, built.routers, self._site.app, died=self._died)
            self.front.state = await lifespan.start(self._seconds)
        except AttachError as error:
            self.fail(error)
            return False
        self._lifespan = lifespan
        return True

    async def stop(self) -> None:
        """
        Leave the lifespan, if it is entered. Requests in flight still have it, for as long as stopping may take.
        """
        lifespan, self._lifespan = self._lifespan, None
        if lifespan is None:
            return
        await self.front.drained(self._seconds)
        error = await lifespan.stop(self._seconds)
        if error is not None:
            extra = {"plugin": self._slug, "phase": "stop"}
            logger.error("plugin '%s' failed while stopping: %s", self._slug, error, extra=extra, exc_info=error)

    def fail(self, error: AttachError) -> None:
        """
        Answer 503 from now on; the first reason stays.
        """
        if self._failure is not None:
            return
        self._failure = error
        self.front.table = None  # so that the next request asks for it, and hears why there is none
        if error is not self.loader.error:  # that one is in the log
            extra = {"plugin": self._slug, "phase": "start"}
            logger.log(logging.ERROR, "%s", error.message, extra=extra, exc_info=error.__cause__)
        self._failed(self)

    async def _load(self) -> BuiltPlugin:
        if self._failure is not None:
            raise self._failure
        try:
            return await self.loader()
        except AttachError as error:
            self.fail(error)
            raise

    def _died(self, error: BaseException) -> None:
        message = f"plugin '{self._slug}' raised {type(error).__name__} while running: {error}"
        failure = LoadError(message, plugin=self._slug)
        failure.__cause__ = error
        self._lifespan = None
        self.fail(failure)
