"""
Loading: a plugin of this process imported and built, once, whoever asks first.
"""

import asyncio
import logging
import threading
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress

from honeyhost.attach.routing.site import Site
from honeyhost.errors import AttachError, LoadError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.building import BuiltPlugin, build_plugin

logger = logging.getLogger("honeyhost")


class Loader:
    """
    Imports and builds one plugin in a thread of its own, for all who ask and from whichever thread they do.

    A failure is kept, logged once and raised to everybody who asks later: importing half a package twice makes it worse. The
    thread of a plugin that hangs is left behind: it ends with the process, and no pool has to do without it.
    """

    def __init__(self, plugin: AttachedPlugin, site: Site, seconds: float) -> None:
        self.built: BuiltPlugin | None = None
        """The plugin, once it is there."""
        self.error: AttachError | None = None
        """Why it is not, once that is known."""
        self._plugin = plugin
        self._site = site
        self._seconds = seconds
        self._lock = threading.Lock()
        self._outcome: Future[BuiltPlugin] | None = None

    def now(self) -> BuiltPlugin:
        """
        The plugin, waiting for it in this thread.

        Raises:
            AttachError: if it could not be built, now or before, or takes too long.
        """
        outcome = self._begun()
        try:
            return outcome.result(self._seconds)
        except TimeoutError:
            self._give_up(outcome)
            return outcome.result()

    async def __call__(self) -> BuiltPlugin:
        """
        The same without keeping the event loop from its work.
        """
        if self.built is not None:
            return self.built
        outcome = self._begun()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(outcome), self._seconds)
        except TimeoutError:
            self._give_up(outcome)
            return outcome.result()

    def _begun(self) -> "Future[BuiltPlugin]":
        with self._lock:
            if self._outcome is None:
                self._outcome = Future()
                self._outcome.set_running_or_notify_cancel()  # so that nobody who stops waiting can cancel it for the others
                self._outcome.add_done_callback(self._settled)
                name = f"honeyhost load {self._plugin.slug}"
                threading.Thread(target=self._work, args=(self._outcome,), name=name, daemon=True).start()
            return self._outcome

    def _work(self, outcome: "Future[BuiltPlugin]") -> None:
        # Whoever settles the outcome first decides: a plugin that comes after it was given up stays away.
        with suppress(InvalidStateError):
            try:
                outcome.set_result(build_plugin(self._plugin.facts.spec, self._site))
            except AttachError as error:
                outcome.set_exception(error)
            except InvalidStateError:
                raise
            except BaseException as error:  # noqa: BLE001 - handed to those who wait
                outcome.set_exception(_failed(self._plugin.slug, error))

    def _give_up(self, outcome: "Future[BuiltPlugin]") -> None:
        slug = self._plugin.slug
        with suppress(InvalidStateError):
            outcome.set_exception(
                LoadError(f"plugin '{slug}' did not finish importing within {self._seconds:g} s", plugin=slug)
            )

    def _settled(self, outcome: "Future[BuiltPlugin]") -> None:
        error = outcome.exception()
        if isinstance(error, AttachError):
            self.error = error
            extra = {"plugin": self._plugin.slug, "phase": "load"}
            logger.log(logging.ERROR, "%s", error.message, extra=extra, exc_info=error.__cause__)
        else:
            self.built = outcome.result()


def _failed(plugin: str, error: BaseException) -> LoadError:
    made = LoadError(f"plugin '{plugin}' could not be loaded: {type(error).__name__}: {error}", plugin=plugin)
    made.__cause__ = error
    return made
