"""
Threads: where statements run, so that the event loop does not wait for a database. A few at once for each plugin, so that one
plugin's slow statements are not the others'.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Thread
from typing import Any, TypeVar

from honeyhost.services.databases.outcomes import Overdue
from honeyhost.services.databases.stopping import Stop
from honeyhost.services.loops import PerLoop

Result = TypeVar("Result")
_ALL = 16
_EACH = 4
_GRACE = 1.0
"""Seconds that work which was asked to stop has for it."""


class Places:
    """
    How many may work at once: all together, and for each plugin.
    """

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(_ALL)
        self._each: defaultdict[str, asyncio.Semaphore] = defaultdict(partial(asyncio.Semaphore, _EACH))

    async def take(self, slug: str) -> None:
        """
        Wait for a place.
        """
        await self._each[slug].acquire()
        try:
            await self._all.acquire()
        except BaseException:
            self._each[slug].release()
            raise

    def give(self, slug: str) -> None:
        """
        Give it back.
        """
        self._all.release()
        self._each[slug].release()


class Threads:
    """
    The threads of one process; started when first needed, and again after :meth:`close`.
    """

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._places = PerLoop(Places)
        self._running: dict[asyncio.Future[Any], Stop] = {}

    async def run(self, slug: str, work: Callable[[Stop], Result], *, seconds: float) -> Result:
        """
        What the work comes to. It is asked to stop where it takes longer, and where the task that waits here is cancelled; it
        has ended then, unless it does not listen.

        Args:
            slug: of the plugin that it is done for.
            work: gets what tells it to stop.
            seconds: that it may take once it runs.

        Raises:
            Overdue: if it took longer.
        """
        places, stop = self._places.get(), Stop()
        await places.take(slug)
        future = self._started(partial(work, stop), stop, partial(places.give, slug))
        try:
            await asyncio.wait({future}, timeout=seconds)
        finally:
            if not future.done():
                await _stopped({future: stop})
        if not future.done():
            raise Overdue
        return future.result()

    async def close(self) -> None:
        """
        Stop what runs and end the threads.
        """
        await _stopped(self._running)
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _started(self, work: Callable[[], Result], stop: Stop, ended: Callable[[], None]) -> "asyncio.Future[Result]":
        """
        The work under way. Its place is free again when it has ended, and not when nobody waits for it any longer.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_ALL, thread_name_prefix="honeyhost-database")
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        self._running[future] = stop

        def settle(_: "asyncio.Future[Result]") -> None:
            self._running.pop(future, None)
            ended()
            if not future.cancelled():
                future.exception()  # looked at, also where nobody asks for it any longer

        future.add_done_callback(settle)
        return future


async def _stopped(running: "dict[asyncio.Future[Any], Stop]") -> None:
    """
    Ask work to stop and wait a little while until it has. Asking is done in a thread: it may need the network.
    """
    if not running:
        return
    for stop in running.values():
        Thread(target=stop, name="honeyhost-database-stop", daemon=True).start()
    await asyncio.wait({*running}, timeout=_GRACE)
