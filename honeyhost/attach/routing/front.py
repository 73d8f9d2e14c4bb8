"""
The front: one route object of the host before all plugins, and what stands behind it for each of them.

``PluginRoute`` takes the slug from the path, looks it up in the snapshot of this moment, and hands the request to the
plugin's front: gate, table, route. It costs the same for one plugin and for a thousand, and an unknown slug ends here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from fastapi.telemetry._api import _route_selected
from starlette._utils import get_route_path
from starlette.datastructures import URL, URLPath
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send

from honeyhost.attach.routing import refusal
from honeyhost.attach.routing.gate import Gate, counted, time_limited
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.route import TableRoute
from honeyhost.attach.routing.table import StaticRoutes, Table
from honeyhost.sdk import Caller
from honeyhost.sdk.requires import passage

ENTRY = "honeyhost.entry"
"""
Key in the scope: None where no plugin answers, else the front of the snapshot that the request started with, the path below
the host's root path, and what the table has for exactly this path; behind the gate, where something of the plugin's wraps all
its routes, the app of the route that was found.
"""

Middleware = Callable[[ASGIApp], ASGIApp]


def wrapped(middleware: Sequence[Middleware]) -> ASGIApp | None:
    """
    What stands round all routes of a plugin: its own middleware, outermost first. None where it has none.
    """
    app: ASGIApp = _answer
    for wrap in reversed(middleware):
        app = wrap(app)
    return app if middleware else None


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    await scope[ENTRY](scope, receive, send)


class LoadedTable(Protocol):
    """
    What a loader brings: the table, and what :func:`wrapped` made of the plugin's middleware.
    """

    @property
    def table(self) -> Table:
        """
        The finished routes.
        """
        ...

    @property
    def around(self) -> ASGIApp | None:
        """
        What wraps them.
        """
        ...


class Front:
    """
    What stands before the router of one plugin in one generation.

    Args:
        slug: of the plugin.
        gate: the host's rules.
        load: imports the plugin and builds its table; called at the first request that the gate lets that far.
        public: whether any route is for everyone: only then is a plugin loaded for a stranger.
        lifespan: whether the plugin has something that must outlive its requests.
    """

    def __init__(
        self,
        slug: str,
        gate: Gate,
        load: Callable[[], Awaitable[LoadedTable]],
        *,
        public: bool = False,
        lifespan: bool = False,
    ) -> None:
        self.slug = slug
        self.public = public
        self.state: Mapping[str, Any] = {}
        """What the plugin's lifespan yielded."""
        self.urls: UrlProvider | None = None
        self._gate = gate
        self._identity = gate.identity
        self._limit = gate.max_body_size
        self._load = load
        self._lifespan = lifespan
        self._table: Table | None = None
        self._around: ASGIApp | None = None
        self._in_flight = 0
        self._idle: asyncio.Event | None = None

    @property
    def table(self) -> Table | None:
        """
        The table, once it was built.
        """
        return self._table

    async def serve(self, path: str, static: StaticRoutes | None, scope: Scope, receive: Receive, send: Send) -> None:
        """
        The answer to one request or websocket.

        ``path`` is the path below the host's root path, ``static`` what the table has for exactly this path.
        """
        # Every request to a plugin goes through here. It is written out in one piece, since a call costs what four lines do.
        caller = await self._identity(HTTPConnection(scope))
        if caller is None and not self.public:
            raise refusal.unauthenticated(scope)
        table = self._table
        if table is None:
            table = await self._loaded(scope)
            static = table.static.get(path)
        route = static.get(scope.get("method")) if static is not None else None
        if route is not None:
            scope["endpoint"] = route.endpoint
            scope.setdefault("path_params", {})
        else:
            route = table.select(scope, path) or self._unmatched(table, caller, scope, path)
        policy = route.policy
        if not policy.public and (caller is None or not policy.permissions <= caller.permissions):
            self._gate.admit(scope, caller, policy, self.slug)
        scope["route"] = route.route
        if route.framework:
            known = scope.get("fastapi")
            scope["fastapi"] = _joined(known, route.framework) if known else route.framework.copy()
        if self.urls is not None:
            scope["router"] = self.urls
        if "fastapi.telemetry" in scope:
            _route_selected(scope=scope, path=route.label, mount=route.kind == "mount")
        app = route.app
        if self._around is not None:
            scope[ENTRY] = app
            app = self._around
        if self._limit is not None and scope["type"] == "http":
            self._gate.refuse_large(scope)
            receive = partial(counted, scope, receive, self._limit, [0])
        token = passage.set((self.slug, caller, policy.permissions))
        try:
            await app(scope, receive, send)
        finally:
            passage.reset(token)

    async def drained(self, seconds: float) -> bool:
        """
        Whether the requests in flight have ended within the time. Asked of a front that gets no more of them, and only of one
        whose plugin has a lifespan: others do not count.
        """
        if not self._in_flight:
            return True
        self._idle = asyncio.Event()
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _loaded(self, scope: Scope) -> Table:
        try:
            brought = await self._load()
        except Exception as error:
            raise refusal.unavailable(scope, self.slug) from error
        self._around = self._wrapped(brought.around)
        self._table = brought.table
        return brought.table

    def _wrapped(self, around: ASGIApp | None) -> ASGIApp | None:
        if self._lifespan:
            around = self._living(around or _answer)
        if self._gate.timeout is not None:
            around = time_limited(around or _answer, self._gate.timeout, self.slug)
        return around

    def _living(self, app: ASGIApp) -> ASGIApp:
        async def living(scope: Scope, receive: Receive, send: Send) -> None:
            # Into the same dictionary: the host's middleware may hold it already, and what it has set stays.
            state = scope.setdefault("state", {})
            for key, value in self.state.items():
                state.setdefault(key, value)
            if scope["type"] == "websocket":
                await app(scope, receive, send)
                return
            self._in_flight += 1
            try:
                await app(scope, receive, send)
            finally:
                self._in_flight -= 1
                if not self._in_flight and self._idle is not None:
                    self._idle.set()

        return living

    def _unmatched(self, table: Table, caller: Caller | None, scope: Scope, path: str) -> TableRoute:
        """
        What answers where no route matches path and method: a redirect, a frontend, or a refusal.
        """
        route = table.partial(scope, path)
        if route is not None and not route.foreign:
            self._gate.admit(scope, caller, route.policy, self.slug)
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(route.methods))})
        if route is not None:
            return route
        redirected = table.redirected(scope, path)
        if redirected is not None:
            route, target = redirected
            return replace(route, app=RedirectResponse(url=str(URL(scope=target))), framework={})
        route = table.low_priority(scope)
        if route is None:
            raise refusal.not_found(scope)
        return route


def _joined(known: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """
    What stands under ``fastapi`` in the scope: the route's context, and form limits that add to those of routers outside.
    """
    limits = {**known.get("form_limits", {}), **own.get("form_limits", {})}
    return {**known, **own, **({"form_limits": limits} if limits else {})}


class Fronts(Protocol):
    """
    The snapshot of one moment, as routing sees it.
    """

    @property
    def fronts(self) -> Mapping[str, Front]:
        """
        The fronts of all plugins that answer, by slug.
        """
        ...

    def url_path_for(self, slug: str, name: str, path_params: Mapping[str, Any]) -> URLPath:
        """
        The path of a plugin's route by name, without loading the plugin.
        """
        ...


class PluginRoute(BaseRoute):
    """
    The one route that stands for all plugins. It goes first in the host's routes.
    """

    def __init__(self, prefix: Prefix, current: Callable[[], Fronts]) -> None:
        self.path = self.path_format = prefix.template
        self.name = "honeyhost"
        self.include_in_schema = False
        self._head = prefix.head
        self._length = len(prefix.head)
        self._shared = prefix.shared
        self._current = current
        self._known: tuple[Fronts | None, dict[str, tuple[Match, Scope]]] = (None, {})

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """
        A full match for every path below the prefix; where the prefix is shared with the host, for known slugs only.
        """
        current, (of, known) = self._current(), self._known
        if of is not current:
            known = {}
            self._known = (current, known)
        path: str = get_route_path(scope) if scope.get("root_path") else scope["path"]
        # Taking a path apart costs as much as the rest of the gate, so static paths are remembered: they are so many as the
        # plugins have, whatever is asked for.
        return known.get(path) or self._match(path, current, known)

    def _match(self, path: str, current: Fronts, known: dict[str, tuple[Match, Scope]]) -> tuple[Match, Scope]:
        if not path.startswith(self._head):
            return Match.NONE, {}
        end = path.find("/", self._length)
        slug = path[self._length :] if end < 0 else path[self._length : end]
        front = current.fronts.get(slug)
        if front is None:
            return (Match.NONE, {}) if self._shared or not slug else (Match.FULL, {ENTRY: None})
        static = front.table.static.get(path) if front.table is not None else None
        match = Match.FULL, {ENTRY: (front, path, static)}
        if static is not None:
            known[path] = match
        return match

    def handle(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:  # type: ignore[override] # one frame less
        """
        The plugin's answer, or 404 at once.
        """
        entry = scope[ENTRY]
        if entry is None:
            raise refusal.not_found(scope)
        front, path, static = entry
        answer: Awaitable[None] = front.serve(path, static, scope, receive, send)
        return answer

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path of ``slug:route_name``.
        """
        slug, colon, route = name.partition(":")
        if not colon:
            raise NoMatchFound(name, path_params)
        return self._current().url_path_for(slug, route, path_params)


class UrlProvider(Protocol):
    """
    What the framework asks for the path of a named route.
    """

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path of a route by its name.
        """
        ...


class PluginUrls:
    """
    ``url_for`` inside a plugin: its own routes by their bare names first, then everything the host knows.
    """

    def __init__(self, front: Front, host: UrlProvider) -> None:
        self._front = front
        self._host = host

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path of a route by its name.
        """
        table = self._front.table
        if table is not None:
            try:
                return table.url_path_for(name, **path_params)
            except NoMatchFound:
                pass
        return self._host.url_path_for(name, **path_params)
