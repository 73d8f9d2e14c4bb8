"""
Sockets: open websockets of a plugin, which the host can close while the plugin talks on them.
"""

import asyncio
from contextlib import suppress
from typing import Any

from starlette.types import Message, Receive, Send

GOING_AWAY = 1001
SERVICE_RESTART = 1012
"""How a websocket is closed (RFC 6455, 7.4): the plugin is switched off, or another version of it has come."""


class Socket:
    """
    One websocket between the server and the app. Closed by the host, the client gets the close and the app a disconnect.
    """

    __slots__ = ("_receive", "_send", "_waiting", "closed", "code", "over")

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._waiting: asyncio.Task[Any] | None = None
        self.over = False
        """Whether either side has ended it."""
        self.closed = False
        """Whether the host has."""
        self.code = GOING_AWAY

    async def receive(self) -> Message:
        """
        The next message of the client, or that it is gone.
        """
        if self.closed:
            return self._gone
        # The server's own receive is left by cancelling it, and never asked again: a task for each message would cost more.
        self._waiting = asyncio.current_task()
        try:
            message = await self._receive()
        except asyncio.CancelledError:
            if not self.closed or self._waiting is None:
                raise
            self._waiting.uncancel()
            return self._gone
        finally:
            self._waiting = None
        self.over = self.over or message["type"] == "websocket.disconnect"
        return message

    async def send(self, message: Message) -> None:
        """
        Send a message of the app.

        Raises:
            OSError: if the host has closed the websocket, as servers do for a client that is gone.
        """
        if self.closed:
            raise OSError("the host has closed this websocket")
        self.over = self.over or message["type"] == "websocket.close"
        await self._send(message)

    async def close(self, code: int, reason: str) -> None:
        """
        Close it, unless it is over.
        """
        if self.over or self.closed:
            return
        self.closed, self.code = True, code
        waiting = self._waiting
        with suppress(Exception):  # the client is gone, or the handshake is under way
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
        if waiting is not None and self._waiting is waiting:
            waiting.cancel()

    @property
    def _gone(self) -> Message:
        return {"type": "websocket.disconnect", "code": self.code, "reason": "closed by the host"}
