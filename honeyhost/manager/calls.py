"""
Calls: a function of a plugin called by name, from the host or from another plugin.

Every call is looked up in the live set, attributed, limited in time and depth, counted, and known to the generation that it
runs in, so that an upgrade waits for it. Whatever goes wrong is one of six errors that name caller, plugin and function.
"""

import asyncio
import inspect
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from contextlib import suppress
from contextvars import ContextVar, copy_context
from time import perf_counter_ns
from typing import Any, Protocol

from honeyhost.errors import AttachError, CallDepthExceededError
from honeyhost.manager.call_errors import Link, Who, absent, failed, missing, overdue, too_deep, unready
from honeyhost.manager.counters import CallFigures, Counter, Counters
from honeyhost.manager.states import PluginState
from honeyhost.manager.threads import Threads
from honeyhost.manager.timing import ExpiredError, limited, resumed
from honeyhost.sdk.requires import Passage, passage

DEPTH = 10
"""How many calls may run inside each other."""

_NONE: frozenset[str] = frozenset()
_chain: ContextVar[Link | None] = ContextVar("honeyhost_calls", default=None)


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

    async def call(
        self,
        slug: str,
        function: str,
        args: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - seconds of this call; a limit round it would be dearer than the call
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

        Raises:
            PluginNotFoundError: if no such plugin is attached.
            PluginDisabledError: if it is there and does not answer.
            FunctionNotFoundError: if it has no such function.
            CallTimeoutError: if the function does not answer in time.
            CallDepthExceededError: if this is one call too many inside others.
            CallFailedError: if the function raises, or does not take the arguments.
        """
        around = passage.get()
        return await self._call(around, around[0] if around else "", slug, function, args, timeout)

    async def call_from(
        self,
        caller: str,
        slug: str,
        function: str,
        args: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Any:
        """
        The same on behalf of a plugin, which the errors name.
        """
        return await self._call(passage.get(), caller, slug, function, args, timeout)

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

    async def _call(  # noqa: PLR0913, PLR0917 - one way for both doors, without a value in between: this is the hot path
        self,
        around: Passage | None,
        caller: str,
        slug: str,
        function: str,
        args: Mapping[str, Any] | None,
        timeout: float | None,  # noqa: ASYNC109
    ) -> Any:
        chain = _chain.get()
        depth = chain[0] if chain is not None else 0
        if depth >= self._depth:
            raise too_deep((caller, slug, function), chain, self._depth)
        generation = self._generations().get(slug)
        target = generation.functions.get(function) if generation is not None else None
        if generation is None or target is None:
            generation, target = await self._sought((caller, slug, function))
        counter = self._counters.by_slug.get(slug) or self._counters.of(slug)
        seconds = self._timeout if timeout is None else timeout
        generation.enter()
        before = passage.set((slug, around[1] if around is not None else None, _NONE))
        outer = _chain.set((depth + 1, slug, function, chain))
        began = perf_counter_ns()
        try:
            if not _asynchronous(target):
                return await limited(self._threaded(generation, slug, target, args), seconds)
            coroutine = target(**args) if args else target()
            try:
                awaited = coroutine.send(None)
            except StopIteration as done:
                return done.value
            return await resumed(coroutine, awaited, seconds)
        except BaseException as error:
            _raise((caller, slug, function), error, counter, seconds)
            raise
        finally:
            counter.count(perf_counter_ns() - began)
            _chain.reset(outer)
            passage.reset(before)
            generation.leave()

    async def _sought(self, who: Who) -> tuple[Callee, Callable[..., Any]]:
        """
        The function of a plugin that may have to be loaded for it; should another generation come meanwhile, that one's.
        """
        _, slug, function = who
        while True:
            generation = self._generations().get(slug)
            if generation is None:
                raise absent(who, self._known(slug))
            generation.enter()
            try:
                await generation.ready()
            except AttachError as error:
                if self._generations().get(slug) is generation:
                    raise unready(who, error) from error
                continue
            finally:
                generation.leave()
            if self._generations().get(slug) is generation:
                target = generation.functions.get(function)
                if target is None:
                    raise missing(who, generation.functions)
                return generation, target

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
