"""
Blocking: the host for threads. Each operation runs on the application's event loop, and the thread waits for it.
"""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from contextvars import copy_context
from functools import partial
from importlib import import_module
from typing import Any

from honeyhost.errors import UsageError

_SERVE = "ask inside a request or a function; in a test: with FakeHost(...).running()"
_GROUPS = ("db", "cache", "http", "email", "plugins", "capabilities")
_LOOK = 0.5
"""Seconds between two looks whether the event loop is still there."""
Loop = Callable[[], asyncio.AbstractEventLoop | None]


class BlockingGroup:
    """
    One group of operations, each waiting for its answer.
    """

    def __init__(self, group: Any, loop: Loop) -> None:
        self._group = group
        self._loop = loop

    def __getattr__(self, operation: str) -> Any:
        method = getattr(self._group, operation)
        return partial(_waited, method, self._loop) if inspect.iscoroutinefunction(method) else method


class BlockingHost:
    """
    The groups of a host for threads.
    """

    def __init__(self, host: Any, loop: Loop) -> None:
        self._host = host
        self._loop = loop

    def __getattr__(self, group: str) -> BlockingGroup:
        if group not in _GROUPS:
            raise AttributeError(f"the blocking host has no '{group}'; it has {', '.join(_GROUPS)}")
        return BlockingGroup(getattr(self._host, group), self._loop)


def _waited(method: Callable[..., Coroutine[Any, Any, Any]], loop_of: Loop, *args: Any, **named: Any) -> Any:
    """
    What an operation answers, waited for in this thread; it knows what the thread knows, of its caller and the chain of calls.
    """
    if _running() is not None:
        raise UsageError("this would stop the event loop", hint="await the operation itself, without 'blocking'")
    loop = loop_of()
    if loop is None or not loop.is_running():
        return _by_worker_thread(method, *args, **named)
    outcome: Future[Any] = Future()

    def begin() -> None:
        task = loop.create_task(method(*args, **named))
        task.add_done_callback(partial(_settle, outcome))

    try:
        loop.call_soon_threadsafe(begin, context=copy_context())
    except RuntimeError:
        raise _unserved() from None
    while not wait([outcome], _LOOK).done:
        if not loop.is_running():  # it has ended, and nothing that waits for it is told
            raise _unserved()
    return outcome.result()


def _by_worker_thread(method: Callable[..., Coroutine[Any, Any, Any]], *args: Any, **named: Any) -> Any:
    """
    The same on the loop that this thread works for, where it is one of those in which the framework runs plain functions: tests
    may have another loop for each request.
    """
    try:
        return import_module("anyio.from_thread").run(partial(method, *args, **named))
    except (ModuleNotFoundError, RuntimeError) as error:
        if isinstance(error, ModuleNotFoundError) or "AnyIO worker thread" in str(error):
            raise _unserved() from None
        raise


def _unserved() -> UsageError:
    return UsageError("the application does not serve, so nothing can wait for it", hint=_SERVE)


def _settle(outcome: "Future[Any]", task: "asyncio.Task[Any]") -> None:
    if task.cancelled():
        outcome.cancel()
        outcome.set_running_or_notify_cancel()
    elif (error := task.exception()) is not None:
        outcome.set_exception(error)
    else:
        outcome.set_result(task.result())


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
