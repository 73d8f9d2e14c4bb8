"""
Flights: what is under way in one generation of a plugin, from the moment that it reaches the plugin's front.
"""

import asyncio
from contextlib import suppress
from typing import Any

from starlette.exceptions import HTTPException, WebSocketException
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from honeyhost.attach.routing import refusal
from honeyhost.attach.routing.sockets import Socket

_CLOSE_SECONDS = 1.0


class Traffic:
    """
    Figures of a plugin's requests since the process began, whatever generation answered. Websockets are counted and not timed.
    """

    __slots__ = ("errors", "nanoseconds", "requests")

    def __init__(self) -> None:
        self.requests = 0
        self.errors = 0
        """Those that the plugin's code ended with an exception."""
        self.nanoseconds = 0


class Flights:
    """
    Requests, websockets and calls under way.
    """

    __slots__ = ("_closing", "_cut", "_hurried", "calls", "idle", "sockets", "tasks")

    def __init__(self) -> None:
        self.tasks: dict[int, asyncio.Task[Any] | None] = {}
        """The task of each request and websocket, by the identity of its scope."""
        self.sockets: dict[int, Socket] = {}
        self.calls = 0
        self.idle: asyncio.Event | None = None
        """Set when nothing is under way; there is one only while somebody waits."""
        self._closing: tuple[int, str] | None = None
        self._cut: set[int] = set()
        self._hurried = False

    def __bool__(self) -> bool:
        return bool(self.tasks) or self.calls > 0

    def opened(self, key: int, receive: Receive, send: Send) -> Socket:
        """
        A websocket that has passed the gate.

        Raises:
            WebSocketException: if the websockets of this generation were closed meanwhile.
        """
        if self._closing is not None:
            code, reason = self._closing
            raise WebSocketException(code=code, reason=reason)
        made = self.sockets[key] = Socket(receive, send)
        return made

    def landed(self) -> None:
        """
        Tell whoever waits, if that was the last one.
        """
        if self.idle is not None and not self:
            self.idle.set()

    def enter(self) -> None:
        """
        Count a call that begins.
        """
        self.calls += 1

    def leave(self) -> None:
        """
        Count a call that ends.
        """
        self.calls -= 1
        self.landed()

    async def drained(self, seconds: float) -> bool:
        """
        Whether everything under way has ended within the time, or before it was hurried.
        """
        self._hurried = False
        with suppress(TimeoutError):
            # Not wait_for: in Python 3.11 that one forgets a cancellation which comes together with the event.
            async with asyncio.timeout(seconds):
                while self and not self._hurried:
                    if self.idle is None or self.idle.is_set():
                        self.idle = asyncio.Event()
                    await self.idle.wait()
        return not self

    def hurry(self) -> None:
        """
        Let nobody wait any longer for what is under way.
        """
        self._hurried = True
        if self.idle is not None:
            self.idle.set()

    async def close_sockets(self, code: int, reason: str) -> None:
        """
        Close every open websocket, and every one that is still on its way through the gate.
        """
        self._closing = code, reason
        closing = [asyncio.ensure_future(socket.close(code, reason)) for socket in list(self.sockets.values())]
        if closing:
            _, late = await asyncio.wait(closing, timeout=_CLOSE_SECONDS)
            for task in late:
                task.cancel()

    def cut(self) -> None:
        """
        Cancel every request and websocket under way.
        """
        for key, task in list(self.tasks.items()):
            if task is not None and key not in self._cut:
                self._cut.add(key)
                task.cancel()

    def ended(self, key: int, scope: Scope, error: BaseException, plugin: str) -> BaseException | None:
        """
        What the server is told of a request that ended with an exception: for one that was cut that it is over, for a websocket
        that the host closed nothing.
        """
        socket = self.sockets.get(key)
        cut = key in self._cut
        self._cut.discard(key)
        if cut and isinstance(error, asyncio.CancelledError):
            task = self.tasks[key]
            if task is not None:
                task.uncancel()
            return None if socket is not None else refusal.ended(scope, plugin)
        if socket is not None and socket.closed and isinstance(error, Exception):
            return None
        return error


def is_failure(error: BaseException) -> bool:
    """
    Whether an exception says that code went wrong, and not that something was answered or that somebody left.
    """
    return isinstance(error, Exception) and not isinstance(error, HTTPException | WebSocketException | WebSocketDisconnect)
