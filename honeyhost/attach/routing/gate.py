"""
The gate: what every request to a plugin passes before any of the plugin's code runs.

It stands outside of dependency injection, so that nothing a plugin does - overriding dependencies, adding routes, catching
exceptions - can switch it off. It answers in a fixed order: 404 for a plugin that is not there (the front's matter), 401
without a known caller, 403 with a missing permission.
"""

import asyncio
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from honeyhost.attach.routing import refusal
from honeyhost.attach.routing.policy import RoutePolicy
from honeyhost.sdk import Caller, Identity


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """
    The host's rules for requests to plugins. ``max_body_size`` in bytes, ``timeout`` in seconds; None = no limit.
    """

    identity: Identity
    max_body_size: int | None = None
    timeout: float | None = None

    def admit(self, scope: Scope, caller: Caller | None, policy: RoutePolicy, plugin: str) -> None:
        """
        Nothing, for a caller whom the policy lets through.

        Raises:
            HTTPException: 401 or 403, for a websocket WebSocketException 1008.
        """
        if policy.public:
            return
        if caller is None:
            raise refusal.unauthenticated(scope)
        missing = policy.missing(caller)
        if missing is not None:
            raise refusal.forbidden(scope, missing, plugin)

    def refuse_large(self, scope: Scope) -> None:
        """
        Nothing, for a request that does not say of itself that its body is larger than the host allows.

        Raises:
            HTTPException: 413.
        """
        if self.max_body_size is not None and _said_length(scope) > self.max_body_size:
            raise refusal.too_large(scope, self.max_body_size)


BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that hardly ever have a body: not looking through their headers is worth more than refusing early."""
_LONGEST = 19
"""Digits of a length that is read; more of them are more than anybody allows, and Python refuses to read thousands."""


def _said_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            digits = value.lstrip(b"0") or b"0"
            return int(digits) if len(digits) <= _LONGEST else 10**_LONGEST
    return 0


async def counted(scope: Scope, receive: Receive, limit: int, received: list[int]) -> Message:
    """
    The next message of a request, unless more of the body has come than ``limit`` allows; ``received`` holds the sum.

    A limit of the framework can be lifted by a router's own; this one stands outside of it.

    Raises:
        HTTPException: 413.
    """
    message = await receive()
    if message["type"] == "http.request":
        received[0] += len(message.get("body", b""))
        if received[0] > limit:
            raise refusal.too_large(scope, limit)
    return message


def time_limited(app: ASGIApp, seconds: float, plugin: str) -> ASGIApp:
    """
    The app, stopped when it has not finished in time; 504 where nothing was sent yet. Websockets have no such limit.
    """

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with asyncio.timeout(seconds) as limit:
                await app(scope, receive, watched)
        except TimeoutError:
            if started or not limit.expired():
                raise
            raise refusal.timed_out(scope, plugin, seconds) from None

    return limited
