"""
The routes of the host: what is there, the navigation, and whether it is well.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from honeyhost.api.hosted import Hosted, plugin_rows
from honeyhost.attach.routing.openapi import SCHEME
from honeyhost.attach.routing.refusal import Refusal, unauthenticated
from honeyhost.manager.live import Live
from honeyhost.names import visible
from honeyhost.sdk import Caller

BASE = "/api/plugin-host"
READ = "plugins.read"


def host_routes(app: FastAPI, host: Hosted) -> Callable[[], None]:
    """
    Put the host's routes into an application; the result takes them out again.
    """
    before = len(app.router.routes)
    app.include_router(_router(host))
    added = app.router.routes[before:]

    def remove() -> None:
        for route in added:
            app.router.routes.remove(route)

    return remove


def _router(host: Hosted) -> APIRouter:
    router = APIRouter(tags=["Plugin host"])
    known, reader = _callers(host)
    listing = _ListBytes(host)
    bearer = Depends(HTTPBearer(scheme_name=SCHEME, auto_error=False))

    @router.get(f"{BASE}/plugins", dependencies=[Depends(reader), bearer], operation_id="list_plugins")
    async def plugins() -> Response:
        """
        Every plugin, attached or not, with state, origin and reasons, sorted by (sort, slug).
        """
        return Response(await run_in_threadpool(listing), media_type="application/json")

    @router.get(f"{BASE}/nav", dependencies=[bearer], operation_id="list_nav")
    async def nav(request: Request, caller: Annotated[Caller, Depends(known)]) -> JSONResponse:
        """
        The entries of the sidebar that the caller may see.
        """
        return JSONResponse(await run_in_threadpool(_nav, host, caller, request))

    @router.get(f"{BASE}/dashboard", dependencies=[Depends(reader), bearer], operation_id="get_dashboard")
    async def dashboard(request: Request, caller: Annotated[Caller, Depends(known)]) -> JSONResponse:
        """
        Plugins, navigation and capabilities in one answer.
        """
        rows, entries = await run_in_threadpool(lambda: (json.loads(listing()), _nav(host, caller, request)))
        return JSONResponse({"plugins": rows, "nav": entries, "capabilities": []})

    @router.get("/healthz", operation_id="get_health")
    async def healthz() -> dict[str, str]:
        """
        Whether the process answers; for everyone.
        """
        return {"status": "ok"}

    @router.get("/readyz", operation_id="get_readiness")
    async def readyz() -> JSONResponse:
        """
        Whether the wanted plugins answer; names those that do not.
        """
        states = {plugin.slug: host.manager.state(plugin.slug) for plugin in host.manager.plugins}
        failed = sorted(slug for slug, state in states.items() if state == "failed")
        body = {"status": "failed" if failed else "ready", "failed": failed, "revision": host.live.revision}
        return JSONResponse(body, 503 if failed else 200)

    return router


def _callers(host: Hosted) -> tuple[Callable[[Request], Awaitable[Caller]], Callable[[Request], Awaitable[None]]]:
    async def known(request: Request) -> Caller:
        caller = await host.identity(request)
        if caller is None:
            raise unauthenticated(request.scope)
        return caller

    async def reader(request: Request) -> None:
        caller = await known(request)
        if not (caller.has_scope(READ) or caller.may(READ)):
            raise Refusal(403, "permission-missing", f"needs the scope '{READ}'", permission=READ)

    return known, reader


class _ListBytes:
    """
    The list of plugins as bytes, made once for each moment.
    """

    def __init__(self, host: Hosted) -> None:
        self._host = host
        self._made: tuple[Live, tuple[Any, ...], bytes] | None = None

    def __call__(self) -> bytes:
        live = self._host.live
        states = tuple(self._host.manager.state(plugin.slug) for plugin in self._host.manager.plugins)
        made = self._made
        if made is None or made[0] is not live or made[1] != states:
            body = json.dumps(_shown(plugin_rows(self._host)), ensure_ascii=False, separators=(",", ":")).encode()
            self._made = made = (live, states, body)
        return made[2]


def _nav(host: Hosted, caller: Caller, request: Request) -> list[dict[str, Any]]:
    language = caller.language or _language(request)
    return [_shown(entry.to_json(language)) for entry in host.live.nav if entry.visible_to(caller)]


def _language(request: Request) -> str:
    first = request.headers.get("accept-language", "en").split(",", 1)[0].split(";", 1)[0].strip()
    return first if first and first != "*" else "en"


def _shown(value: Any) -> Any:
    """
    The value with every text that a plugin may have written made visible.
    """
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return {key: _shown(item) for key, item in value.items()} if isinstance(value, dict) else value
