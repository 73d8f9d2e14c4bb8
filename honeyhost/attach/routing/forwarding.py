"""
Forwarding: raw routes and mounts of a plugin behind the host's dependencies.

The framework runs dependencies only for its own routes. A raw route is therefore answered by a small framework route that
solves the host's dependencies and then hands the connection on untouched.
"""

from collections.abc import Sequence

from fastapi import FastAPI, WebSocket
from fastapi.params import Depends
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send


class _Forward(Response):
    """
    A response that lets another app answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
        if self.background is not None:
            await self.background()


def behind_dependencies(app: ASGIApp, host: FastAPI, dependencies: Sequence[Depends]) -> ASGIApp:
    """
    The app, answering only where the host's dependencies let it.
    """
    if not dependencies:
        return app
    http, websocket = _http(app, host, dependencies), _websocket(app, host, dependencies)

    async def forwarded(scope: Scope, receive: Receive, send: Send) -> None:
        await (websocket if scope["type"] == "websocket" else http)(scope, receive, send)

    return forwarded


def _http(app: ASGIApp, host: FastAPI, dependencies: Sequence[Depends]) -> ASGIApp:
    async def forward() -> _Forward:
        return _Forward(app)

    route = APIRoute(
        "/",
        forward,
        response_model=None,
        dependencies=dependencies,
        dependency_overrides_provider=host,
        include_in_schema=False,
    )
    return route.app


def _websocket(app: ASGIApp, host: FastAPI, dependencies: Sequence[Depends]) -> ASGIApp:
    async def forward(websocket: WebSocket) -> None:
        await app(websocket.scope, websocket._receive, websocket._send)  # noqa: SLF001 - the untouched channels

    return APIWebSocketRoute("/", forward, dependencies=dependencies, dependency_overrides_provider=host).app
