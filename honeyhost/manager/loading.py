"""
Loading: a plugin of this process imported and built, once, whoever asks first.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

from honeyhost.attach.routing.site import Site
from honeyhost.errors import AttachError, LoadError, PhaseTimeoutError
from honeyhost.manager.building import BuiltPlugin, build_plugin
from honeyhost.manager.code import Code
from honeyhost.manager.spec import PluginSpec

logger = logging.getLogger("honeyhost")


class Loader:
    """
    Imports and builds one plugin in a thread of its own, for all who ask and from whichever thread they do.

    A failure is kept, logged once and raised to everybody who asks later: importing half a package twice makes it worse. The
    thread of a plugin that hangs is left behind: it ends with the process, and no pool has to do without it. ``settled`` is
    called from that thread, once it is known what came of it.
    """

    __slots__ = ("_code", "_lock", "_outcome", "_seconds", "_settled", "_site", "_slug", "_spec", "built", "error")

    def __init__(  # noqa: PLR0913 - what it is made of, and who is told
        self,
        slug: str,
        spec: Callable[[], PluginSpec],
        site: Site,
        seconds: float,
        code: Code,
        *,
        settled: Callable[[], None] = lambda: None,
    ) -> None:
        self.built: BuiltPlugin | None = None
        """The plugin, once it is there."""
        self.error: AttachError | None = None
        """Why it is not, once that is known."""
        self._slug = slug
        self._spec = spec
        self._site = site
        self._seconds = seconds
        self._code = code
        self._settled = settled
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
            async with asyncio.timeout(self._seconds):
                return await asyncio.wrap_future(outcome)
        except TimeoutError:
            self._give_up(outcome)
            return outcome.result()

    def _begun(self) -> "Future[BuiltPlugin]":
        with self._lock:
            if self._outcome is None:
                self._outcome = Future()
                self._outcome.set_running_or_notify_cancel()  # so that nobody who stops waiting can cancel it for the others
                name = f"honeyhost load {self._slug}"
                threading.Thread(target=self._work, args=(self._outcome,), name=name, daemon=True).start()
            return self._outcome

    def _work(self, outcome: "Future[BuiltPlugin]") -> None:
        slug = self._slug
        try:
            self._settle(outcome, self._build())
        except AttachError as error:
            self._settle(outcome, error)
        except BaseException as error:  # noqa: BLE001 - handed to those who wait
            failure = LoadError(f"plugin '{slug}' could not be loaded: {type(error).__name__}: {error}", plugin=slug)
            failure.__cause__ = error
            self._settle(outcome, failure)

    def _build(self) -> BuiltPlugin:
        spec = self._spec()
        space = self._code.space(spec.package)
        built = build_plugin(spec, self._site, space)
        space.loading = False
        return built

    def _give_up(self, outcome: "Future[BuiltPlugin]") -> None:
        slug = self._slug
        self._settle(
            outcome, PhaseTimeoutError(f"plugin '{slug}' did not finish importing within {self._seconds:g} s", plugin=slug)
        )

    def _settle(self, outcome: "Future[BuiltPlugin]", found: BuiltPlugin | AttachError) -> None:
        """
        Decide; whoever comes first does, so that a plugin that comes after it was given up stays away.
        """
        with self._lock:
            if self.built is not None or self.error is not None:
                return
            if isinstance(found, BuiltPlugin):
                self.built = found
            else:
                self.error = found
        self._settled()
        if isinstance(found, BuiltPlugin):
            outcome.set_result(found)
            return
        extra = {"plugin": self._slug, "phase": "load"}
        logger.log(logging.ERROR, "%s", found.message, extra=extra, exc_info=found.__cause__)
        outcome.set_exception(found)
