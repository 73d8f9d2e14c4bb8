"""
The Python handle: a plugin whose code runs in this process.
"""

import asyncio
import inspect
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any

from honeyhost.runtimes.functions import Callables
from honeyhost.sdk import HostAPI, Plugin


class PythonHandle:
    """
    The object of a plugin, if it has one, and its functions.
    """

    def __init__(
        self,
        functions: Callables,
        plugin: Plugin | None = None,
        *,
        capabilities: Mapping[str, str] | None = None,
        jobs: Mapping[str, str] | None = None,
    ) -> None:
        self.functions = functions
        self.capabilities = capabilities or {}
        """The function that answers each capability of the object."""
        self.jobs = jobs or {}
        """The function that does each job of the object."""
        self._plugin = plugin

    @property
    def object(self) -> bool:
        """
        Whether there is an object, which has to be shut down in the end.
        """
        return self._plugin is not None

    @property
    def initialises(self) -> bool:
        """
        Whether the object has an init of its own.
        """
        return self._plugin is not None and not _inherited(self._plugin, "init")

    @property
    def answers_health(self) -> bool:
        """
        Whether the object has a health of its own.
        """
        return self._plugin is not None and not _inherited(self._plugin, "health")

    async def init(self, host: HostAPI) -> None:
        """
        Give the object its host.
        """
        if self._plugin is not None:
            self._plugin.host = host
            await run(self._plugin.init, host)

    async def call(self, function: str, args: Mapping[str, Any] | None = None) -> Any:
        """
        What a function answers.

        Raises:
            KeyError: if there is none of that name.
        """
        return await run(self.functions[function], **(args or {}))

    async def shutdown(self) -> None:
        """
        End the object.
        """
        if self._plugin is not None and not _inherited(self._plugin, "shutdown"):
            await run(self._plugin.shutdown)

    async def health(self) -> Any:
        """
        What the object says of itself; None where it says nothing.
        """
        return None if self._plugin is None else await run(self._plugin.health)


async def run(target: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """
    What a function of a plugin answers: awaited where it is asynchronous, else run in a thread of its own, so that one that
    hangs takes no thread from the host and does not keep the process from ending.
    """
    try:
        if inspect.iscoroutinefunction(target):
            return await target(*args, **named)
        answer = await asyncio.wrap_future(_in_thread(target, *args, **named))
        return await answer if inspect.isawaitable(answer) else answer
    except SystemExit as error:
        # Left as it is, it would end the event loop and with it the host.
        raise RuntimeError(f"SystemExit: {error}") from error


def _in_thread(target: Callable[..., Any], *args: Any, **named: Any) -> "Future[Any]":
    """
    The answer of a function that runs in a thread which ends with the process.
    """
    answer: Future[Any] = Future()
    answer.set_running_or_notify_cancel()  # so that whoever stops waiting leaves it to its end
    context = copy_context()

    def work() -> None:
        try:
            answer.set_result(context.run(target, *args, **named))
        except StopIteration as error:
            # No future of asyncio can hold one: whoever waits would wait for ever.
            raised = RuntimeError("the function raised StopIteration")
            raised.__cause__ = error
            answer.set_exception(raised)
        except BaseException as error:  # noqa: BLE001 - it is whoever waits who hears of it
            answer.set_exception(error)

    name = f"honeyhost {getattr(target, '__qualname__', target)}"
    threading.Thread(target=work, name=name, daemon=True).start()
    return answer


def _inherited(plugin: Plugin, name: str) -> bool:
    return name not in vars(plugin) and getattr(type(plugin), name) is getattr(Plugin, name)
