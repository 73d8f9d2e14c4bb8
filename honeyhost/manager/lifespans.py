"""
Lifespans: the routers of a plugin started and stopped, each plugin in a task of its own.

A task enters and leaves the contexts itself, so that a plugin can start late and stop alone, and so that it does not
inherit the context variables of whoever happened to start it.
"""

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from contextvars import Context
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import _DefaultLifespan

from honeyhost.errors import LoadError, PhaseTimeoutError
from honeyhost.sdk.host import HostAPI
from honeyhost.sdk.requires import passage

Died = Callable[[BaseException], None]


def has_lifespan(router: APIRouter) -> bool:
    """
    Whether the router, or one included in it, does anything at start or stop.
    """
    return bool(router.on_startup or router.on_shutdown) or not _empty(router.lifespan_context)


def _empty(lifespan: Any) -> bool:
    # Including a router merges two lifespans into a closure; two empty ones make an empty one.
    if isinstance(lifespan, _DefaultLifespan):
        return not (lifespan._router.on_startup or lifespan._router.on_shutdown)  # noqa: SLF001 - pinned by tests
    if getattr(lifespan, "__name__", "") != "merged_lifespan":
        return False
    inner = inspect.getclosurevars(inspect.unwrap(lifespan)).nonlocals
    return _empty(inner.get("original_context")) and _empty(inner.get("nested_context"))


class PluginLifespan:
    """
    The lifespan of one plugin.

    ``died`` is called when it ends by itself after it had started: a background task inside it failed.
    """

    def __init__(
        self,
        plugin: str,
        routers: Sequence[APIRouter],
        app: FastAPI,
        *,
        died: Died = lambda _: None,
        given: Callable[[], HostAPI] | None = None,
    ) -> None:
        self._plugin = plugin
        self._routers = tuple(routers)
        self._app = app
        self._died = died
        self._given = given
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self, seconds: float) -> Mapping[str, Any]:
        """
        The state that the routers yield, once all of them have started.

        Raises:
            LoadError: if one of them raises or they take longer than ``seconds``; what had started was stopped.
        """
        loop = asyncio.get_running_loop()
        started: asyncio.Future[Mapping[str, Any]] = loop.create_future()
        self._task = task = loop.create_task(self._run(started), name=f"honeyhost lifespan {self._plugin}", context=Context())
        either: set[asyncio.Future[Any]] = {started, task}
        try:
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self._cancelled(task)
            raise
        if started.done():
            task.add_done_callback(self._ended)
            return started.result()
        if not task.done():
            await self._cancelled(task)
            raise PhaseTimeoutError(f"plugin '{self._plugin}' did not start within {seconds:g} s", plugin=self._plugin)
        error = _outcome(task)
        message = f"plugin '{self._plugin}' raised {type(error).__name__} while starting: {error}"
        raise LoadError(message, plugin=self._plugin) from error

    async def stop(self, seconds: float) -> BaseException | None:
        """
        What stopping raised, if anything; a plugin that takes longer than ``seconds`` is cancelled.
        """
        task = self._task
        if task is None:
            return None
        self._stop.set()
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if done:
            return _outcome(task)
        await self._cancelled(task)
        return TimeoutError(f"did not stop within {seconds:g} s")

    async def _run(self, started: "asyncio.Future[Mapping[str, Any]]") -> None:
        passage.set((self._plugin, None, frozenset(), None, self._given))
        state: dict[str, Any] = {}
        try:
            async with AsyncExitStack() as stack:
                for router in self._routers:
                    brought = await stack.enter_async_context(router.lifespan_context(self._app))
                    state.update(brought or {})
                started.set_result(state)
                await self._stop.wait()
        except SystemExit as error:
            # Left as it is, it would end the event loop and with it the host.
            raise RuntimeError(f"SystemExit: {error}") from error

    async def _cancelled(self, task: "asyncio.Task[None]") -> None:
        self._stop.set()
        task.cancel()
        await asyncio.wait({task}, timeout=_LAST_SECONDS)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        # Cancelled from outside it was ended with everything else; nobody is left to hear of it.
        if not self._stop.is_set() and not task.cancelled():
            self._died(_outcome(task) or RuntimeError("its lifespan ended"))


_LAST_SECONDS = 1.0
"""For a plugin that was cancelled and does not end."""


def _outcome(task: "asyncio.Task[None]") -> BaseException | None:
    if task.cancelled():
        return asyncio.CancelledError()
    return task.exception()
