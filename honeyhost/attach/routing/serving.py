"""
Serving: the plugin route and the OpenAPI document put into a FastAPI application, and taken out again.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exception_handlers import http_exception_handler
from starlette._utils import is_async_callable
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from honeyhost.attach.routing.dispatch import PluginRoute
from honeyhost.attach.routing.document import Documented, PluginDocument
from honeyhost.attach.routing.overrides import close_overrides
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.refusal import Refusal


def serve_plugins(
    app: FastAPI,
    prefix: Prefix,
    current: Callable[[], Documented],
    scheme: Mapping[str, Any],
    *,
    prepare: Callable[[], None] = lambda: None,
) -> Callable[[], None]:
    """
    Let the plugins of the current snapshot answer in an application; the result takes everything back.

    ``scheme`` says in OpenAPI how callers present themselves; ``prepare`` is called before the host's own document is made.
    """
    document = PluginDocument(app, current, scheme, prepare)
    route = PluginRoute(prefix, current)
    app.router.routes.insert(0, route)
    undo: list[Callable[[], None]] = [lambda: app.router.routes.remove(route)]
    if app.openapi_url:
        served = Route(app.openapi_url, document.respond, include_in_schema=False, name="openapi")
        app.router.routes.insert(1, served)
        undo.append(lambda: app.router.routes.remove(served))
    undo.extend((document.replace_openapi(), close_overrides(app), _word_refusals(app)))

    def detach() -> None:
        for step in reversed(undo):
            step()

    return detach


def _word_refusals(app: FastAPI) -> Callable[[], None]:
    """
    Answer refusals with problem details, unless the host words HTTP exceptions itself.
    """
    if Refusal in app.exception_handlers:
        return lambda: None

    async def handler(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)  # noqa: S101 - registered for this class alone
        own = app.exception_handlers.get(HTTPException, http_exception_handler)
        if own is http_exception_handler:
            return JSONResponse(error.problem, error.status_code, headers=error.headers, media_type="application/problem+json")
        answer: Any = await own(request, error) if is_async_callable(own) else await run_in_threadpool(own, request, error)
        return cast("Response", answer)

    app.exception_handlers[Refusal] = handler

    def restore() -> None:
        app.exception_handlers.pop(Refusal, None)

    return restore
