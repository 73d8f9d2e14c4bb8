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
from honeyhost.attach.routing.gate import BODILESS, Gate, counted, time_limited
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.table import Selected, Table
from honeyhost.attach.routing.urls import HostRouter, PluginUrls
from honeyhost.sdk import Caller
from honeyhost.sdk.requires import passage

ENTRY = "honeyhost.entry"
"""
Key in the scope: the front of the snapshot that the request started with (None where no plugin answers), the path below the
host's root path, and what the table has for exactly this path; behind the gate, where something of the plugin's wraps all its
routes, the app of the route that was found.
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
        host: resolves the names of routes that are not the plugin's.
        public: whether any route is for everyone: only then is a plugin loaded for a stranger.
        lifespan: whether the plugin has something that must outlive its requests.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of its own
        self,
        slug: str,
        gate: Gate,
        load: Callable[[], Awaitable[LoadedTable]],
        *,
        host: HostRouter,
        public: bool = False,
        lifespan: bool = False,
    ) -> None:
        self.slug = slug
        self.gate = gate
        self.identity = gate.identity
        self.limit = gate.max_body_size
        self.public = public
        self.urls = PluginUrls(self, host)
        self.state: Mapping[str, Any] = {}
        """What the plugin's lifespan yielded."""
        self.table: Table | None = None
        """The routes, once they were built."""
        self.around: ASGIApp | None = None
        """What wraps all of them: time limit, state, the plugin's own middleware."""
        self._load = load
        self._lifespan = lifespan
        self._in_flight = 0
        self._idle: asyncio.Event | None = None

    async def loaded(self, scope: Scope) -> Table:
        """
        The table, built now if it was not yet.

        Raises:
            HTTPException: 503, if the plugin cannot be imported or built.
        """
        try:
            brought = await self._load()
        except Exception as error:
            raise refusal.unavailable(scope, self.slug) from error
        self.around = self._wrapped(brought.around)
        self.table = brought.table
        return brought.table

    def unmatched(self, table: Table, caller: Caller | None, scope: Scope, path: str) -> Selected:
        """
        What answers where no route matches path and method: a redirect or a frontend.

        Raises:
            HTTPException: 405 for another method, 404 for another path; 401 and 403 go before the 405.
        """
        found = table.partial(scope, path)
        if found is not None:
            route, _ = found
            if route.foreign:
                return found  # its own code says what it makes of another method
            self.gate.admit(scope, caller, route.policy, self.slug)
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(route.methods))})
        redirected = table.redirected(scope, path)
        if redirected is not None:
            route, target = redirected
            return replace(route, app=RedirectResponse(url=str(URL(scope=target))), framework={}), {}
        low = table.low_priority(scope)
        if low is None:
            raise refusal.not_found(scope)
        return low

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

    def _wrapped(self, around: ASGIApp | None) -> ASGIApp | None:
        if self._lifespan:
            around = self._living(around or _answer)
        if self.gate.timeout is not None:
            around = time_limited(around or _answer, self.gate.timeout, self.slug)
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


def _update_framework(scope: Scope, own: Mapping[str, Any]) -> None:
    """
    Lay the framework's part of a route into the scope; form limits add to those of the routers outside.
    """
    known = scope.get("fastapi", {})
    limits = {**known.get("form_limits", {}), **own.get("form_limits", {})}
    scope["fastapi"] = {**known, **own, **({"form_limits": limits} if limits else {})}


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

    @property
    def known(self) -> dict[str, tuple[Match, Scope]]:
        """
        What was found for static paths. Taking a path apart costs as much as the rest of the gate, so it is done once; there
        are never more of them than the plugins have, whatever is asked for.
        """
        ...

    def url_path_for(self, slug: str, name: str, path_params: Mapping[str, Any]) -> URLPath:
        """
        The path of a plugin's route by name, without loading the plugin.
        """
        ...


class _Connection(HTTPConnection):
    """
    A connection without the check of its kind: the host's router asks for nothing but requests and websockets.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope


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

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """
        A full match for every path below the prefix; where the prefix is shared with the host, for known slugs only.
        """
        current = self._current()
        if scope.get("root_path"):
            return self._match_below(scope, current)
        path: str = scope["path"]
        return current.known.get(path) or self._match(path, current)

    def _match_below(self, scope: Scope, current: Fronts) -> tuple[Match, Scope]:
        """
        The same behind a proxy that has a path of its own, or below another application.
        """
        path = get_route_path(scope)
        match, child = current.known.get(path) or self._match(path, current)
        outside = scope["root_path"].removeprefix(scope.get("app_root_path", scope["root_path"]))
        if outside and "router" in child:
            child = {**child, "router": child["router"].below(outside)}
        return match, child

    def _match(self, path: str, current: Fronts) -> tuple[Match, Scope]:
        if not path.startswith(self._head):
            return Match.NONE, {}
        end = path.find("/", self._length)
        slug = path[self._length :] if end < 0 else path[self._length : end]
        front = current.fronts.get(slug)
        if front is None:
            return (Match.NONE, {}) if self._shared or not slug else (Match.FULL, {ENTRY: (None, path, None)})
        static = front.table.static.get(path) if front.table is not None else None
        match = Match.FULL, {ENTRY: (front, path, static), "router": front.urls}
        if static is not None:
            current.known[path] = match
        return match

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: C901, PLR0912 - see below
        """
        The plugin's answer, or 404 at once.
        """
        # Every request to a plugin goes through here. It is written out in one piece, since a call costs what four lines do.
        front, path, static = scope[ENTRY]
        if front is None:
            raise refusal.not_found(scope)
        caller = await front.identity(_Connection(scope))
        if caller is None and not front.public:
            raise refusal.unauthenticated(scope)
        table = front.table
        if table is None:
            table = await front.loaded(scope)
            static = table.static.get(path)
        method = scope.get("method")  # a websocket has none
        route = static.get(method) if static is not None else None
        child = None
        if route is None:
            route, child = table.select(scope, path) or front.unmatched(table, caller, scope, path)
        wanted = route.policy.permissions
        if caller is None or not wanted <= caller.permissions:
            front.gate.admit(scope, caller, route.policy, front.slug)
        if child is None:
            scope["endpoint"] = route.endpoint
            scope.setdefault("path_params", {})
        else:
            scope.update(child)
        if route.framework:
            _update_framework(scope, route.framework)
        scope["route"] = route.route
        if "fastapi.telemetry" in scope:
            _route_selected(scope=scope, path=route.label, mount=route.kind == "mount")
        app = route.app
        if front.around is not None:
            scope[ENTRY] = app
            app = front.around
        if front.limit is not None and method is not None:
            if method not in BODILESS:
                front.gate.refuse_large(scope)
            receive = partial(counted, scope, receive, front.limit, [0])
        token = passage.set((front.slug, caller, wanted))
        try:
            await app(scope, receive, send)
        finally:
            passage.reset(token)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path of ``slug:route_name``.
        """
        slug, colon, route = name.partition(":")
        if not colon:
            raise NoMatchFound(name, path_params)
        return self._current().url_path_for(slug, route, path_params)
