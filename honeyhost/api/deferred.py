"""
Deferred: the host's routes, built when somebody first asks for one.

Building them costs more than all else that a start does, and a platform answers with its plugins before anybody steers it.
The API document does without them where their part of it was recorded.
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
from honeyhost.attach.routing.document import PluginDocument

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
        self._own = "openapi" not in vars(app) and type(app).openapi is FastAPI.openapi
        """Whether the application's document was the framework's when the host came."""
        self._document: object = None
        self._lock = Lock()
        self._building: asyncio.Task[None] | None = None
        self._remove: Callable[[], None] | None = None

    def build(self) -> None:
        """
        Complete the document of the application: by what was recorded or else by building the routes now, in this thread.
        """
        if not self._completed():
            self.put(import_module("honeyhost.api.routes").made_routes(self._host))

    def _completed(self) -> bool:
        """
        Whether the document of the application needs the routes to be built no more: they are, or it holds their part.
        """
        app = self._app
        with self._lock:
            if self._remove is not None:
                return True
            # Whoever makes a document of their own may ask for the routes themselves.
            if not (self._own and isinstance(getattr(app.openapi, "__self__", None), PluginDocument)):
                return False
            document = FastAPI.openapi(app)
            if document is self._document:  # and it is another one as soon as the application has other routes
                return True
            described = import_module("honeyhost.api.described")
            made = described.completed(app, document, self, self._host.settings.data_dir)
            if made is not None:
                self._document = app.openapi_schema = made
            return made is not None

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
            if self._document is not None and self._app.openapi_schema is self._document:
                self._app.openapi_schema = None

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
