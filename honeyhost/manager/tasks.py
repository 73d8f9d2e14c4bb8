"""
Tasks: background work of a plugin that the host keeps, so that it ends with the generation that began it.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

from honeyhost.errors import UsageError
from honeyhost.sdk.host import HostAPI
from honeyhost.sdk.requires import passage

logger = logging.getLogger("honeyhost")


class Tasks:
    """
    The background work of one generation. What one of them raises is logged; the plugin goes on.
    """

    __slots__ = ("_given", "_running", "_slug", "ended")

    def __init__(self, slug: str, given: Callable[[], HostAPI] | None = None) -> None:
        self._slug = slug
        self._given = given
        self._running: set[asyncio.Task[Any]] = set()
        self.ended = False
        """Whether no more work may begin."""

    def create(self, work: Coroutine[Any, Any, Any], *, name: str | None = None) -> asyncio.Task[Any]:
        """
        Begin work. It inherits no context variables of whoever asks for it, and knows which plugin it is of.

        Raises:
            UsageError: if the plugin has ended.
        """
        if self.ended:
            work.close()
            message = f"plugin '{self._slug}' has ended, so it begins no work any more"
            raise UsageError(message, hint="begin it before the plugin's shutdown is over")
        context = Context()
        context.run(passage.set, (self._slug, None, frozenset(), None, self._given))
        task = asyncio.get_running_loop().create_task(work, name=name or f"honeyhost task {self._slug}", context=context)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def cancel(self, seconds: float) -> int:
        """
        End all of it, and say how many did not end within the time.
        """
        running = {task for task in self._running if not task.done()}
        for task in running:
            task.cancel()
        if not running:
            return 0
        _, late = await asyncio.wait(running, timeout=seconds)
        return len(late)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            extra = {"plugin": self._slug, "phase": "task"}
            said = "plugin '%s': its task '%s' raised %s: %s"
            logger.error(said, self._slug, task.get_name(), type(error).__name__, error, extra=extra, exc_info=error)


async def ended(work: Coroutine[Any, Any, Any], seconds: float, *, patience: float) -> BaseException | None:
    """
    What work raised, if anything; TimeoutError where it took longer than ``seconds`` and was cancelled.

    Work that does not end when it is cancelled is left behind after ``patience`` seconds more.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        task.add_done_callback(heard)
        raise
    if not done:
        task.cancel()
        await asyncio.wait({task}, timeout=patience)
        task.add_done_callback(heard)
        return TimeoutError()
    return asyncio.CancelledError() if task.cancelled() else task.exception()


async def over(task: "asyncio.Task[None]") -> None:
    """
    Wait for a task, which goes on where nobody waits any more; it may be one of an event loop of another thread.
    """
    if task.get_loop() is asyncio.get_running_loop():
        await asyncio.shield(task)
        return

    async def there() -> None:
        await asyncio.shield(task)

    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(there(), task.get_loop()))


def heard(task: "asyncio.Task[Any]") -> None:
    """
    Take note of what a task raised, so that nobody is told that nobody did.
    """
    if not task.cancelled():
        task.exception()


Call = Callable[..., Coroutine[Any, Any, Any]]
"""``async (caller, plugin, function, args)``."""


def on_loop() -> bool:
    """
    Whether this runs on an event loop.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
