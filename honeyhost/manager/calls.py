"""
Calls: a function of a plugin called by name, from the host or from another plugin.

Every call is looked up in the live set, attributed, limited in time and depth, counted, and known to the generation that it
runs in, so that an upgrade waits for it. Whatever goes wrong is one of six errors that name caller, plugin and function.
"""

import asyncio
import inspect
from collections.abc import Callable, Collection, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import suppress
from contextvars import copy_context
from inspect import CO_COROUTINE
from time import perf_counter_ns
from types import FunctionType, MethodType
from typing import Any, Protocol

from honeyhost.errors import AttachError, CallDepthExceededError, LoadError
from honeyhost.manager.call_errors import Who, absent, failed, missing, overdue, too_deep, unready
from honeyhost.manager.counters import CallFigures, Counter, Counters
from honeyhost.manager.states import PluginState
from honeyhost.manager.threads import Threads
from honeyhost.manager.timing import ExpiredError, limited, resumed
from honeyhost.names import Reference
from honeyhost.sdk.requires import Passage, passage

DEPTH = 10
"""How many calls may run inside each other."""

_NONE: frozenset[str] = frozenset()


class Callee(Protocol):
    """
    What is called: a plugin's generation.
    """

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """
        Its functions by name, once it is ready; before that, none.
        """
        ...

    async def ready(self) -> Any:
        """
        Load and initialise it, once.
        """
        ...

    def enter(self) -> None:
        """
        Count something that began in it.
        """
        ...

    def leave(self) -> None:
        """
        Count that it ended.
        """
        ...


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

    def call(
        self,
        slug: str,
        function: str,
        args: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, Any]:
        """
        What a function of a plugin answers. The caller is the plugin whose code is running, if any.

        A plugin that was not used yet is loaded first, within the time that loading may take. Arguments and answers are passed
        as they are, not copied. A function that is not asynchronous runs in a thread of its plugin.

        Args:
            slug: of the plugin.
            function: its name in the manifest or at the decorator, or its reference.
            args: its arguments by name.
            timeout: seconds, instead of the usual number.

        Raises:
            PluginNotFoundError: if no such plugin is attached.
            PluginDisabledError: if it is there and does not answer.
            FunctionNotFoundError: if it has no such function.
            CallTimeoutError: if the function does not answer in time.
            CallDepthExceededError: if this is one call too many inside others.
            CallFailedError: if the function raises, or does not take the arguments.
        """
        return self._call(None, slug, function, args, timeout)

    def call_from(
        self,
        caller: str,
        slug: str,
        function: str,
        args: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
    ) -> Coroutine[Any, Any, Any]:
        """
        The same on behalf of a plugin, which the errors name.
        """
        return self._call(caller, slug, function, args, timeout)

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

    async def _call(
        self,
        caller: str | None,
        slug: str,
        function: str,
        args: Mapping[str, Any] | None,
        timeout: float | None,  # noqa: ASYNC109 - seconds of this call; a limit round it would be dearer than the call
    ) -> Any:
        # One way for both doors, written out in one piece without a value in between: a call costs what four lines do.
        around = passage.get()
        somebody, chain = (around[1], around[3]) if around is not None else (None, None)
        if chain is not None and chain[0] >= self._depth:
            raise too_deep((_named(caller, around), slug, function), chain, self._depth)
        generation = self._generations().get(slug)
        target = generation.functions.get(function) if generation is not None else None
        seconds = self._timeout if timeout is None else timeout
        if generation is None or target is None:
            generation, target = await self._sought((_named(caller, around), slug, function), seconds)
        counter = self._counters.by_slug.get(slug) or self._counters.of(slug)
        link = (1 if chain is None else chain[0] + 1, slug, function, chain)
        generation.enter()
        before = passage.set((slug, somebody, _NONE, link))
        began = perf_counter_ns()
        try:
            plain = type(target) is MethodType and type(target.__func__) is FunctionType
            if not (target.__code__.co_flags & CO_COROUTINE if plain else _asynchronous(target)):
                return await limited(self._threaded(generation, slug, target, args), seconds)
            coroutine = target(**args) if args else target()
            try:
                awaited = coroutine.send(None)
            except StopIteration as done:
                return done.value
            return await resumed(coroutine, awaited, seconds)
        except BaseException as error:
            _raise((_named(caller, around), slug, function), error, counter, seconds)
            raise
        finally:
            spent = perf_counter_ns() - began
            counter.nanoseconds += spent
            counter.slots[spent.bit_length()] += 1
            passage.reset(before)
            generation.leave()

    async def _sought(self, who: Who, seconds: float) -> tuple[Callee, Callable[..., Any]]:
        """
        The function of a plugin that may have to be loaded for it; should another generation come meanwhile, that one's.
        """
        slug = who[1]
        while True:
            generations = self._generations()
            generation = generations.get(slug)
            if generation is None:
                raise absent(who, self._known(slug), generations)
            target = None
            generation.enter()
            try:
                await generation.ready()
                if self._generations().get(slug) is generation:
                    target = await self._found(who, generation.functions, seconds)
            except AttachError as error:
                if self._generations().get(slug) is generation:
                    raise unready(who, error) from error
            finally:
                generation.leave()
            if target is not None and self._generations().get(slug) is generation:
                return generation, target

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

    async def _threaded(self, generation: Callee, slug: str, target: Callable[..., Any], args: Mapping[str, Any] | None) -> Any:
        """
        What a function answers that does not know of the event loop. It cannot be interrupted: the generation counts it as
        long as it runs, whoever has given up waiting.
        """
        loop = asyncio.get_running_loop()
        context = copy_context()

        def left(_: "Future[Any]") -> None:
            with suppress(RuntimeError):  # the loop has ended before the function
                loop.call_soon_threadsafe(generation.leave)

        running = self._threads.run(slug, lambda: context.run(target, **(args or {})))
        generation.enter()
        running.add_done_callback(left)
        answer = await asyncio.wrap_future(running)
        return await answer if inspect.isawaitable(answer) else answer


def _named(caller: str | None, around: Passage | None) -> str:
    """
    Who calls: whoever was named, else the plugin whose code is running.
    """
    if caller is not None:
        return caller
    return around[0] if around is not None else ""


async def _outcome(running: "Future[Any]") -> Any:
    return await asyncio.wrap_future(running)


def _asynchronous(target: Callable[..., Any]) -> bool:
    try:
        flags: int = target.__code__.co_flags
    except AttributeError:  # no plain function
        return inspect.iscoroutinefunction(target) or inspect.iscoroutinefunction(type(target).__call__)
    return bool(flags & inspect.CO_COROUTINE)


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
