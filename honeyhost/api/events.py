"""
Events: changes told to pages while they are open (server-sent events).

A page hears that something changed and under which revision, and asks again for what it shows; what it has missed while it
was not connected is in the first event.
"""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from honeyhost.api.hosted import Hosted
from honeyhost.api.problems import ProblemError

MOST_LISTENERS = 256
"""Open streams of one process."""
_LOOK = 0.5
"""Seconds between two looks whether the server is about to end: it waits for open streams, and nobody tells them."""
_LOOKS_PER_COMMENT = 30


class Feed:
    """
    The changes of one host, for any number of listeners.
    """

    def __init__(self, host: Hosted) -> None:
        self._host = host
        self._listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def tell(self) -> None:
        """
        Something changed. May be called from any thread.
        """
        for event, loop in tuple(self._listeners.items()):
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    def listen(self, admitted: Callable[[], Awaitable[bool]]) -> AsyncIterator[str]:
        """
        The stream of one listener: the present moment, then each change; ends when ``admitted`` says no, which is asked every
        quarter of a minute, and when the server ends.

        Raises:
            ProblemError: 503, where too many listen already.
        """
        if len(self._listeners) >= MOST_LISTENERS:
            detail = f"{MOST_LISTENERS} pages listen to this process already"
            raise ProblemError(503, "too-many-listeners", detail, headers={"Retry-After": "30"})
        return self._stream(admitted)

    async def _stream(self, admitted: Callable[[], Awaitable[bool]]) -> AsyncIterator[str]:
        event = asyncio.Event()
        event.set()
        self._listeners[event] = asyncio.get_running_loop()
        looks = 0
        try:
            while not server_is_ending():
                if await _comes(event):
                    event.clear()
                    yield self._change()
                    continue
                looks += 1
                if looks % _LOOKS_PER_COMMENT == 0:
                    if not await admitted():
                        return
                    yield ": still here\n\n"
        finally:
            del self._listeners[event]

    def _change(self) -> str:
        revision = self._host.status().running
        data = json.dumps({"revision": revision, "live": self._host.live.revision})
        return f"id: {revision}\nevent: changed\ndata: {data}\n\n"


def server_is_ending() -> bool:
    """
    Whether the server of this process was told to end. Servers handle the signal with a method of themselves.
    """
    server: Any = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return getattr(server, "should_exit", False) is True


async def _comes(event: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(_LOOK):
            await event.wait()
    except TimeoutError:
        return False
    return True
