"""
Lifespans: the routers of a plugin started and stopped, each plugin in a task of its own.

A task enters and leaves the contexts itself, so that a plugin can start late and stop alone, and so that it does not
inherit the context variables of whoever happened to start it.
"""

import asyncio
import inspect
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from contextvars import Context
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import _DefaultLifespan

from honeyhost.errors import LoadError

logger = logging.getLogger("honeyhost")


def has_lifespan(router: APIRouter) -> bool:
    """
    Whether the router, or one included in it, does anything at start or stop.
    """
    return bool(router.on_startup or router.on_shutdown) or not _empty(router.lifespan_context)


def _empty(lifespan: Any) -> bool:
    # Including a router merges two lifespans into a closure; two empty ones make an empty one.
    if isinstance(lifespan, _DefaultLifespan):
        return True
    if getattr(lifespan, "__name__", "") != "merged_lifespan":
        return False
    inner = inspect.getclosurevars(lifespan).nonlocals
    parts = (inner.get("original_context"), inner.get("nested_context"))
    return all(part is not None and _empty(part) for part in parts)


class PluginLifespan:
    """
    The lifespan of one plugin.
    """

    def __init__(self, plugin: str, routers: Sequence[APIRouter], app: FastAPI) -> None:
        self._plugin = plugin
        self._routers = tuple(routers)
        self._app = app
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
        self._task = loop.create_task(self._run(started), name=f"honeyhost lifespan {self._plugin}", context=Context())
        either: set[asyncio.Future[Any]] = {started, self._task}
        await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if started.done():
            return started.result()
        if not self._task.done():
            await self._cancelled()
            raise LoadError(f"plugin '{self._plugin}' did not start within {seconds:g} s", plugin=self._plugin)
        error = _ended(self._task)
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
            return _ended(task)
        await self._cancelled()
        return TimeoutError(f"did not stop within {seconds:g} s")

    async def _run(self, started: "asyncio.Future[Mapping[str, Any]]") -> None:
        state: dict[str, Any] = {}
        async with AsyncExitStack() as stack:
            for router in self._routers:
                brought = await stack.enter_async_context(router.lifespan_context(self._app))
                state.update(brought or {})
            started.set_result(state)
            await self._stop.wait()

    async def _cancelled(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=1)


def _ended(task: "asyncio.Task[None]") -> BaseException | None:
    if task.cancelled():
        return asyncio.CancelledError()
    return task.exception()
