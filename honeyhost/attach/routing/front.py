"""
The front: one route object of the host before all plugins, and what stands behind it for each of them.

``PluginRoute`` takes the slug from the path, looks it up in the snapshot of this moment, and hands the request to the
plugin's front: gate, table, route. It costs the same for one plugin and for a thousand, and an unknown slug ends here.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from honeyhost.attach.routing.gate import Gate, time_limited
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.table import Table, TableRoute
from honeyhost.sdk import Caller
from honeyhost.sdk.requires import Passage, passage

ENTRY = "honeyhost.entry"
"""
Key in the scope: the front of the snapshot that the request started with (None where there is none), and the path below the
host's root path; once a route was found, the route's app as a third.
"""

Middleware = Callable[[ASGIApp], ASGIApp]


class LoadedTable(Protocol):
    """
    What a loader brings: the table, and the plugin's own middleware, outermost first.
    """

    @property
    def table(self) -> Table:
        """
        The finished routes.
        """
        ...

    @property
    def middleware(self) -> Sequence[Middleware]:
        """
        What wraps them.
        """
        ...


class Front:
    """
    What stands before the router of one plugin in one generation.

    ``load`` imports the plugin and builds its table at the first request that passes the gate; it is called once, and its
    failure is final for this front.
    """

    __slots__ = ("_around", "_gate", "_load", "_table", "public", "slug", "state", "urls", "version")

    def __init__(
        self, slug: str, version: str, gate: Gate, load: Callable[[], Awaitable[LoadedTable]], *, public: bool
    ) -> None:
        self.slug = slug
        self.version = version
        self.public = public
        """Whether any route may be public: only then is a plugin loaded for a stranger."""
        self.state: Mapping[str, Any] = {}
        """What the plugin's lifespan yielded."""
        self.urls: UrlProvider | None = None
        self._gate = gate
        self._load = load
        self._table: Table | None = None
        self._around: ASGIApp | None = None

    @property
    def table(self) -> Table | None:
        """
        The table, once it was built.
        """
        return self._table

    async def loaded(self) -> Table:
        """
        The table, built if need be.

        Raises:
            LoadError: if the plugin cannot be imported or built.
        """
        if self._table is None:
            brought = await self._load()
            self._around = self._wrapped(brought.middleware)
            self._table = brought.table
        return self._table

    async def serve(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """
        The answer to one request or websocket for ``path``, which is the path below the host's root path.
        """
        gate = self._gate
        caller = await gate.identity(HTTPConnection(scope))
        table = self._table
        if table is None:
            table = await self._built(scope, caller)
        # A static path is entered here without a further call; this is the way that most requests take.
        route = table.static.get((scope.get("method"), path))
        if route is not None:
            scope["endpoint"] = route.endpoint
        else:
            found, partial = table.find(scope, path)
            if found is None:
                await self._unmatched(table, partial, caller, scope, receive, send)
                return
            route, child = found
            scope.update(child)
        policy = route.policy
        if not policy.public and (caller is None or not policy.permissions <= caller.permissions):
            gate.admit(scope, caller, policy, self.slug)
        self._enter(scope, route)
        if gate.max_body_size is not None:
            receive = gate.counted(scope, receive)
        token = passage.set(Passage(self.slug, caller, policy.permissions))
        try:
            await (route.app if self._around is None else self._around)(scope, receive, send)
        finally:
            passage.reset(token)

    async def _built(self, scope: Scope, caller: Caller | None) -> Table:
        if caller is None and not self.public:
            raise refusal.unauthenticated(scope)
        try:
            return await self.loaded()
        except Exception as error:
            raise refusal.unavailable(scope, self.slug) from error

    def _wrapped(self, middleware: Sequence[Middleware]) -> ASGIApp | None:
        timeout = self._gate.timeout
        if not middleware and timeout is None:
            return None
        app: ASGIApp = _answer
        for wrap in reversed(middleware):
            app = wrap(app)
        return app if timeout is None else time_limited(app, timeout, self.slug)

    def _enter(self, scope: Scope, route: TableRoute) -> None:
        scope["route"] = route.route
        if route.framework:
            known = scope.get("fastapi")
            scope["fastapi"] = {**known, **route.framework} if known else dict(route.framework)
        if self.state:
            scope["state"] = {**self.state, **scope.get("state", {})}
        if self.urls is not None:
            scope["router"] = self.urls
        if self._around is not None:
            scope[ENTRY] = (self, route.path, route.app)
        if "fastapi.telemetry" in scope:
            _route_selected(scope=scope, path=route.path, mount=route.kind == "mount")

    async def _unmatched(  # noqa: PLR0913, PLR0917 - an ASGI call with what was found so far
        self,
        table: Table,
        partial: tuple[TableRoute, Scope] | None,
        caller: Caller | None,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        if partial is not None:
            route, _ = partial
            self._gate.admit(scope, caller, route.policy, self.slug)
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(route.methods))})
        redirected = table.redirected(scope)
        if redirected is not None:
            route, target = redirected
            self._gate.admit(scope, caller, route.policy, self.slug)
            await RedirectResponse(url=str(URL(scope=target)))(scope, receive, send)
            return
        if caller is None and not self.public:
            raise refusal.unauthenticated(scope)
        if table.fallback is None:
            raise refusal.not_found(scope)
        route = table.fallback
        self._gate.admit(scope, caller, route.policy, self.slug)
        token = passage.set(Passage(self.slug, caller, route.policy.permissions))
        try:
            await route.app(scope, self._gate.counted(scope, receive), send)
        finally:
            passage.reset(token)


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    await scope[ENTRY][2](scope, receive, send)


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

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """
        A full match for every path below the prefix; where the prefix is shared with the host, for known slugs only.
        """
        path = get_route_path(scope)
        if not path.startswith(self._head):
            return Match.NONE, {}
        end = path.find("/", self._length)
        slug = path[self._length :] if end < 0 else path[self._length : end]
        front = self._current().fronts.get(slug)
        if front is None and (self._shared or not slug):
            return Match.NONE, {}
        return Match.FULL, {ENTRY: (front, path), "endpoint": self, "path_params": scope.get("path_params") or {}}

    def handle(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:  # type: ignore[override] # one frame less
        """
        The plugin's answer, or 404 at once.
        """
        front, path = scope[ENTRY]
        if front is None:
            raise refusal.not_found(scope)
        answer: Awaitable[None] = front.serve(path, scope, receive, send)
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
