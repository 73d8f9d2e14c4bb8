"""
Leaving: what is under way beside the requests - generations that end, plugins that start late.
"""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any

from honeyhost.attach.routing.flights import Flights
from honeyhost.manager.generation import PATIENCE, Generation, Limits
from honeyhost.manager.tasks import heard
from honeyhost.runtimes import sweep

_MOST = 3
"""Generations of one plugin that may be on their way out; the next upgrade waits then."""
_REASON = "plugin disabled"


class Leaving:
    """
    The tasks of one manager, by plugin.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._tasks: defaultdict[str, set[asyncio.Task[Any]]] = defaultdict(set)
        self._draining: set[Flights] = set()
        self._hurrying = False

    def spawn(self, slug: str, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any] | None":
        """
        Do something on the running event loop; None where there is none.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            work.close()
            return None
        task = loop.create_task(work, name=f"honeyhost change {slug}")
        self._tasks[slug].add(task)
        task.add_done_callback(self._done)
        return task

    def retire(self, generation: Generation, closing: int | None) -> None:
        """
        End a generation that gets no more requests. With a code for them its websockets are closed at once, otherwise they may
        go on as long as everything else that is under way.
        """
        if self.spawn(generation.slug, self._retired([generation], closing)) is None and generation.close():
            sweep()

    async def settled(self, slug: str | None = None) -> None:
        """
        Wait until nothing of one plugin or of any is under way.
        """
        while running := self._here(slug):
            await asyncio.wait(running)

    async def over(self, seconds: float) -> None:
        """
        Wait until nothing is under way: what still drains after half the time goes on to its end then, what is not there after
        as much again and ``seconds`` more is cancelled.
        """
        await self._ended(seconds / 2)
        self._hurrying = True
        for flights in self._draining:
            flights.hurry()
        await self._ended(seconds * 1.5)
        self._hurrying = False
        for task in self._here(None):
            task.cancel()
        await self._ended(PATIENCE)

    async def _ended(self, seconds: float) -> None:
        if running := self._here(None):
            await asyncio.wait(running, timeout=seconds)

    def _here(self, slug: str | None) -> set["asyncio.Task[Any]"]:
        loop, own = asyncio.get_running_loop(), asyncio.current_task()
        return {task for task in self._of(slug) if task.get_loop() is loop and task is not own}

    async def room(self, slug: str) -> None:
        """
        Wait until not too many generations of a plugin are on their way out.
        """
        while len(running := self._of(slug)) >= _MOST:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)

    def _of(self, slug: str | None) -> set["asyncio.Task[Any]"]:
        found = self._tasks.values() if slug is None else (self._tasks.get(slug, set()),)
        return {task for tasks in found for task in tasks if not task.done()}

    async def _retired(self, going: list[Generation], closing: int | None) -> None:
        """
        ``going`` holds the one generation; taken out of it, nothing of this frame keeps it from being freed.
        """
        generation = going.pop()
        flights = generation.front.flights
        self._draining.add(flights)
        try:
            if closing is not None:
                await flights.close_sockets(closing, _REASON)
            await generation.stop(0.0 if self._hurrying else self._limits.drain)
        finally:
            self._draining.discard(flights)
            dropped = generation.close()
        del generation, flights
        if dropped:
            await asyncio.sleep(0)
            await asyncio.to_thread(sweep)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        heard(task)
        slug = task.get_name().removeprefix("honeyhost change ")
        tasks = self._tasks.get(slug)
        if tasks is not None:
            tasks.discard(task)
            if not tasks:
                del self._tasks[slug]
