"""
Deferred: the host's routes, built when somebody first asks for one or for the API document.

Building them costs more than all else that a start does, and a platform answers with its plugins before anybody steers it.
"""

import asyncio
from collections.abc import Callable
from importlib import import_module
from threading import Lock

from fastapi import FastAPI
from starlette._utils import get_route_path
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from honeyhost.api.hosted import Hosted

BASE = "/api/plugin-host"
BESIDE = frozenset({"/healthz", "/readyz", "/metrics"})
"""Paths of the host that do not lie below its base."""


class DeferredRoutes(BaseRoute):
    """
    Stands for the host's routes until they are built, and gives them its place then.
    """

    def __init__(self, app: FastAPI, host: Hosted) -> None:
        self.path = BASE
        self.name = "honeyhost-control"
        self.include_in_schema = False
        self._app = app
        self._host = host
        self._lock = Lock()
        self._building: asyncio.Task[None] | None = None
        self._remove: Callable[[], None] | None = None

    def build(self) -> None:
        """
        Build the routes now, in this thread, unless they are.
        """
        if self._remove is None:
            self.put(import_module("honeyhost.api.routes").made_routes(self._host))

    def put(self, put: Callable[[FastAPI, BaseRoute], Callable[[], None]]) -> None:
        """
        Let built routes take the place of this one; those that come second are left away.
        """
        with self._lock:
            if self._remove is None:
                self._remove = put(self._app, self)

    def remove(self) -> None:
        """
        Take the routes out of the application, built or not.
        """
        with self._lock:
            if self._remove is None:
                self._app.router.routes.remove(self)
            else:
                self._remove()
            self._remove = _nothing

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """
        A full match for all below the base, and for the host's own paths beside it.
        """
        if scope["type"] != "http":
            return Match.NONE, {}
        path = get_route_path(scope)
        return (Match.FULL, {}) if path in BESIDE or path == BASE or path.startswith(f"{BASE}/") else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        The answer of the route that is built now: in a thread, because it takes a tenth of a second.
        """
        if self._remove is None:
            if self._building is None or self._building.done():
                self._building = asyncio.get_running_loop().create_task(self._built())
            await asyncio.shield(self._building)
        await self._app.router.app(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """
        No name leads here.
        """
        raise NoMatchFound(name, path_params)

    async def _built(self) -> None:
        made = await asyncio.to_thread(lambda: import_module("honeyhost.api.routes").made_routes(self._host))
        self.put(made)


def deferred_routes(app: FastAPI, host: Hosted) -> DeferredRoutes:
    """
    The host's routes in an application, as one route so far.
    """
    deferred = DeferredRoutes(app, host)
    app.router.routes.append(deferred)
    return deferred


def _nothing() -> None:
    """
    What is left to be taken out when all was.
    """
