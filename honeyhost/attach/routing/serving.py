"""
Serving: the plugin route and the OpenAPI document put into a FastAPI application, and taken out again.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from fastapi import FastAPI
from fastapi.exception_handlers import http_exception_handler
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from honeyhost.attach.routing.front import Fronts, PluginRoute
from honeyhost.attach.routing.openapi import Fragment, HostDocument
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.refusal import Refusal


class Documented(Fronts, Protocol):
    """
    A snapshot that also knows the OpenAPI fragments of its plugins.
    """

    def fragments(self) -> Iterable[Fragment]:
        """
        The fragments of all plugins that answer, in the order of the slugs. May import plugins: never on the event loop.
        """
        ...


def serve_plugins(app: FastAPI, prefix: Prefix, current: Callable[[], Documented], *, bearer: bool) -> Callable[[], None]:
    """
    Let the plugins of the current snapshot answer in an application; the result takes everything back.
    """
    document = PluginDocument(app, current, bearer=bearer)
    route = PluginRoute(prefix, current)
    app.router.routes.insert(0, route)
    undo: list[Callable[[], None]] = [lambda: app.router.routes.remove(route)]
    if app.openapi_url:
        served = Route(app.openapi_url, document.respond, include_in_schema=False, name="openapi")
        app.router.routes.insert(1, served)
        undo.append(lambda: app.router.routes.remove(served))
    undo.extend((document.replace_openapi(), _word_refusals(app)))

    def detach() -> None:
        for step in reversed(undo):
            step()

    return detach


class PluginDocument:
    """
    The OpenAPI document of host and plugins, joined at most once per snapshot.
    """

    def __init__(self, app: FastAPI, current: Callable[[], Documented], *, bearer: bool) -> None:
        self._app = app
        self._current = current
        self._bearer = bearer
        self._own = app.openapi
        """The host's own way to its document: the framework's, or the host's override."""
        self._host: HostDocument | None = None
        self._joined: tuple[Documented, HostDocument, str, bytes, str] | None = None
        self._parsed: tuple[bytes, dict[str, Any]] | None = None

    def body(self, root_path: str = "") -> tuple[bytes, str]:
        """
        The document as JSON and its entity tag.
        """
        current, host = self._current(), self._host_document()
        known = self._joined
        if known is not None and known[0] is current and known[1] is host and known[2] == root_path:
            return known[3], known[4]
        body = host.joined(current.fragments(), root_path=root_path)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        self._joined = (current, host, root_path, body, tag)
        return body, tag

    def openapi(self) -> dict[str, Any]:
        """
        The document as a value, for code that calls ``app.openapi()``.
        """
        body, _ = self.body()
        if self._parsed is None or self._parsed[0] is not body:
            self._parsed = (body, json.loads(body))
        return self._parsed[1]

    async def respond(self, request: Request) -> Response:
        """
        The document over HTTP, with an entity tag.
        """
        root_path = request.scope.get("root_path", "").rstrip("/") if self._app.root_path_in_servers else ""
        body, tag = await run_in_threadpool(self.body, root_path)
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    def replace_openapi(self) -> Callable[[], None]:
        """
        Let ``app.openapi()`` answer with the joined document; the result takes it back.
        """
        app, replaced = self._app, self.openapi
        before = app.__dict__.get("openapi")
        app.openapi = replaced  # type: ignore[method-assign] # the framework's documented way to extend the document

        def restore() -> None:
            if app.__dict__.get("openapi") == replaced:
                del app.__dict__["openapi"]
                if before is not None:
                    app.openapi = before  # type: ignore[method-assign] # as above

        return restore

    def _host_document(self) -> HostDocument:
        own = self._own()
        if self._host is None or self._host.document is not own:
            self._host = HostDocument(own, bearer=self._bearer)
        return self._host


def _word_refusals(app: FastAPI) -> Callable[[], None]:
    """
    Answer refusals with problem details, unless the host words HTTP exceptions itself.
    """
    if Refusal in app.exception_handlers:
        return lambda: None

    async def handler(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)  # noqa: S101 - registered for this class alone
        own = app.exception_handlers.get(HTTPException, http_exception_handler)
        if own is not http_exception_handler:
            answer = own(request, error)
            return answer if isinstance(answer, Response) else await answer
        return JSONResponse(error.problem, error.status_code, headers=error.headers, media_type="application/problem+json")

    app.exception_handlers[Refusal] = handler
    return lambda: app.exception_handlers.pop(Refusal, None) and None
