"""
Calls: a function of a plugin called by name, from the host or from another plugin.

Every call is looked up in the live set, attributed, limited in time and depth, counted, and known to the generation that it
runs in, so that an upgrade waits for it. Whatever goes wrong is an error that names caller, plugin and function.
"""

import asyncio
import inspect
from collections.abc import Callable, Collection, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import suppress
from contextvars import copy_context
from time import perf_counter_ns
from typing import Any

from honeyhost.errors import AttachError, CallDepthExceededError, LoadError
from honeyhost.manager.call_errors import Who, absent, failed, missing, overdue, too_deep, unready
from honeyhost.manager.counters import CallFigures, Counter, Counters
from honeyhost.manager.states import PluginState
from honeyhost.manager.targets import Callee, Target
from honeyhost.manager.threads import Threads
from honeyhost.manager.timing import ExpiredError, limited, resumed
from honeyhost.names import Reference
from honeyhost.sdk.requires import Passage, passage

DEPTH = 10
"""How many calls may run inside each other."""

# Looked up once: a method of what was imported is looked up and bound at every use, which costs as much as what it does.
_passage, _enter, _leave = passage.get, passage.set, passage.reset


class Calls:
    """
    The calls of one process.

    Args:
        generations: the plugins that answer at this moment.
        known: the state of a plugin that does not, or None where there is no such plugin.
        timeout: seconds for one call, where the caller does not say another number.
        depth: how many calls may run inside each other.
    """

    def __init__(
        self,
        generations: Callable[[], Mapping[str, Callee]],
        known: Callable[[str], PluginState | None],
        *,
        timeout: float,
        depth: int = DEPTH,
    ) -> None:
        self._generations = generations
        self._known = known
        self._timeout = timeout
        self._depth = depth
        self._counters = Counters()
        self._threads = Threads()

    async def call(
        self,
        slug: str,
        function: str,
        args: Mapping[str, Any] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - seconds of this call; a limit round it would be dearer than the call
        caller: str | None = None,
    ) -> Any:
        """
        What a function of a plugin answers. The caller is the plugin whose code is running, if any.

        A plugin that was not used yet is loaded first, within the time that loading may take. Arguments and answers are passed
        as they are, not copied. A function that is not asynchronous runs in a thread of its plugin.

        Args:
            slug: of the plugin.
            function: its name in the manifest or at the decorator, or its reference.
            args: its arguments by name.
            timeout: seconds, instead of the usual number.
            caller: the plugin that the errors name, where it is not the one whose code is running.

        Raises:
            PluginNotFoundError: if no such plugin is attached.
            PluginDisabledError: if it is there and does not answer.
            FunctionNotFoundError: if it has no such function.
            CallTimeoutError: if the function does not answer in time.
            CallDepthExceededError: if this is one call too many inside others.
            CallFailedError: if the function raises, or does not take the arguments.
        """
        # Every call goes through here. It is written out in one piece, since a call costs what four lines do.
        around = _passage()
        if around is not None and around[3] is not None and around[3][0] >= self._depth:
            raise too_deep((_named(caller, around), slug, function), around[3], self._depth)
        seconds = self._timeout if timeout is None else timeout
        generation = self._generations().get(slug)
        target = generation.targets.get(function) if generation is not None else None
        if target is None:
            target = await self._sought((_named(caller, around), slug, function), seconds)
        flights, counter = target.flights, target.counter
        flights.calls += 1
        before = _enter(target.passage if around is None else target.within(around))
        began = perf_counter_ns()
        try:
            if not target.asynchronous:
                return await limited(self._threaded(target, args), seconds)
            called = target.function
            coroutine = called(**args) if args else called()
            try:
                awaited = coroutine.send(None)
            except StopIteration as done:
                return done.value
            return await resumed(coroutine, awaited, began, seconds)
        except BaseException as error:
            _raise((_named(caller, around), slug, function), error, counter, seconds)
            raise
        finally:
            spent = perf_counter_ns() - began
            counter.nanoseconds += spent
            counter.slots[spent.bit_length()] += 1
            _leave(before)
            flights.calls -= 1
            if flights.idle is not None:
                flights.landed()

    def call_from(
        self,
        caller: str,
        slug: str,
        function: str,
        args: Mapping[str, Any] | None = None,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, Any]:
        """
        The same on behalf of a plugin, which the errors name.
        """
        return self.call(slug, function, args, timeout, caller)

    def figures(self) -> Mapping[str, CallFigures]:
        """
        What was counted of every plugin that was called, by slug.
        """
        return self._counters.figures()

    def keep(self, slugs: Collection[str]) -> None:
        """
        Forget the figures and end the idle threads of all plugins but these.
        """
        self._counters.keep(slugs)
        self._threads.keep(slugs)

    async def _sought(self, who: Who, seconds: float) -> Target:
        """
        The function of a plugin that may have to be loaded for it; should another generation come meanwhile, that one's.
        """
        _, slug, name = who
        while True:
            generations = self._generations()
            generation = generations.get(slug)
            if generation is None:
                raise absent(who, self._known(slug), generations)
            function = None
            generation.flights.enter()
            try:
                await generation.ready()
                if self._generations().get(slug) is generation:
                    function = await self._found(who, generation.functions, seconds)
            except AttachError as error:
                if self._generations().get(slug) is generation:
                    raise unready(who, error) from error
            finally:
                generation.flights.leave()
            if function is not None and self._generations().get(slug) is generation:
                target = Target((slug, name), function, generation, self._counters.of(slug))
                return generation.targets.setdefault(name, target)

    async def _found(self, who: Who, functions: Mapping[str, Callable[..., Any]], seconds: float) -> Callable[..., Any]:
        """
        One of the functions; a reference is looked for in a thread of the plugin, because its module may have to be imported.
        """
        _, slug, function = who
        found = functions.get(function)
        if found is not None:
            return found
        if Reference.parse(function) is None:
            raise missing(who, functions)
        try:
            return await limited(_outcome(self._threads.run(slug, lambda: functions[function])), seconds)
        except KeyError:
            raise missing(who, functions) from None
        except LoadError as error:
            cause = error.__cause__ or error
            raise failed(who, cause) from cause
        except ExpiredError:
            raise overdue(who, seconds) from None

    async def _threaded(self, target: Target, args: Mapping[str, Any] | None) -> Any:
        """
        What a function answers that does not know of the event loop. It cannot be interrupted: the generation counts it as
        long as it runs, whoever has given up waiting.
        """
        loop, flights = asyncio.get_running_loop(), target.flights
        context = copy_context()

        def left(_: "Future[Any]") -> None:
            with suppress(RuntimeError):  # the loop has ended before the function
                loop.call_soon_threadsafe(flights.leave)

        running = self._threads.run(
            target.slug, lambda: context.run(target.function, **(args or {})), nested=_waited_for(target.slug)
        )
        flights.enter()
        running.add_done_callback(left)
        answer = await asyncio.wrap_future(running)
        return await answer if inspect.isawaitable(answer) else answer


def _waited_for(slug: str) -> bool:
    """
    Whether a call of the plugin waits for the one that is being made.
    """
    around = passage.get()
    link = around[3] if around is not None else None
    while link is not None and link[3] is not None:
        link = link[3]
        if link[1] == slug:
            return True
    return False


def _named(caller: str | None, around: Passage | None) -> str:
    """
    Who calls: whoever was named, else the plugin whose code is running.
    """
    if caller is not None:
        return caller
    return around[0] if around is not None else ""


async def _outcome(running: "Future[Any]") -> Any:
    return await asyncio.wrap_future(running)


def _raise(who: Who, error: BaseException, counter: Counter, seconds: float) -> None:
    """
    Raise what the caller is told; where nothing else is, the error goes on as it is.
    """
    if isinstance(error, (KeyboardInterrupt, GeneratorExit)) or (isinstance(error, asyncio.CancelledError) and _cancelled()):
        return
    counter.errors += 1
    if isinstance(error, CallDepthExceededError):
        return  # about the whole chain, and said where it was made
    if isinstance(error, ExpiredError):
        counter.timeouts += 1
        raise overdue(who, seconds) from error.__cause__
    raise failed(who, error) from error


def _cancelled() -> bool:
    """
    Whether the caller itself is being cancelled, and not only something that the function waited for.
    """
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
