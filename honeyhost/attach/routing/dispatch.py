"""
The dispatch: one route object of the host before all plugins.

It takes the slug from the path, looks it up in the snapshot of this moment, and hands the request to what stands there for
the plugin: gate, table, route. It costs the same for one plugin and for a thousand, and an unknown slug ends here.
"""

from asyncio import current_task
from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter_ns
from typing import Any, Protocol

from fastapi.telemetry._api import _route_selected
from starlette._utils import get_route_path
from starlette.datastructures import URLPath
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from honeyhost.attach.routing import refusal
from honeyhost.attach.routing.flights import is_failure
from honeyhost.attach.routing.front import ENTRY, Front
from honeyhost.attach.routing.gate import BODILESS, counted
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.sdk.requires import passage


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
        table = front.table
        static = table.static.get(path) if table is not None else None
        match = Match.FULL, {ENTRY: (front, path, static), "router": front.urls}
        if static is not None:
            current.known[path] = match
        return match

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: C901, PLR0912, PLR0915 - see below
        """
        The plugin's answer, or 404 at once.
        """
        # Every request to a plugin goes through here. It is written out in one piece, since a call costs what four lines do.
        front, path, static = scope[ENTRY]
        if front is None:
            raise refusal.not_found(scope)
        flights, key, began = front.flights, id(scope), 0
        flights.tasks[key] = current_task()
        method = scope.get("method")  # a websocket has none
        try:
            caller = await front.identity(_Connection(scope))
            if caller is None and not front.public:
                raise refusal.unauthenticated(scope)  # noqa: TRY301 - as above
            table = front.table
            if table is None:
                table = await front.loaded(scope)
            if static is None:  # it may have been loaded since the path was looked up
                static = table.static.get(path)
            route = static.get(method) if static is not None else None
            added = None
            if route is None:
                route, added = table.select(scope, path) or front.unmatched(table, caller, scope, path)
            wanted = route.policy.permissions
            if caller is None or not wanted <= caller.permissions:
                front.gate.admit(scope, caller, route.policy, front.slug)
            if route.pattern is None:
                scope.update(added or {})
            else:
                scope["endpoint"] = route.endpoint
                scope["path_params"] = scope.get("path_params", {}) if added is None else added
            if route.framework:
                _update_framework(scope, route.framework)
            scope["route"] = route.route
            if "fastapi.telemetry" in scope:
                _route_selected(scope=scope, path=route.label, mount=route.kind == "mount")
            app = route.app
            if front.around is not None:
                scope[ENTRY] = app
                app = front.around
            if method is None:
                socket = flights.opened(key, receive, send)
                receive, send = socket.receive, socket.send
            elif front.limit is not None:
                if method not in BODILESS:
                    front.gate.refuse_large(scope)
                receive = partial(counted, scope, receive, front.limit, [0])
            token = passage.set((front.slug, caller, wanted, None, front.given))
            began = perf_counter_ns()
            try:
                await app(scope, receive, send)
            finally:
                passage.reset(token)
        except refusal.Refusal:
            raise  # by the gate: nothing of the plugin ran
        except BaseException as error:
            said = flights.ended(key, scope, error, front.slug)
            if said is error:
                front.traffic.errors += is_failure(error)
                raise
            if said is not None:
                raise said from None
        finally:
            traffic = front.traffic
            traffic.requests += 1
            if method is None:
                flights.sockets.pop(key, None)
            elif began:
                traffic.nanoseconds += perf_counter_ns() - began
            del flights.tasks[key]
            if flights.idle is not None:
                flights.landed()

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path of ``slug:route_name``.
        """
        slug, colon, route = name.partition(":")
        if not colon:
            raise NoMatchFound(name, path_params)
        return self._current().url_path_for(slug, route, path_params)


def _update_framework(scope: Scope, own: Mapping[str, Any]) -> None:
    """
    Lay the framework's part of a route into the scope; form limits add to those of the routers outside.
    """
    known = scope.get("fastapi", {})
    limits = {**known.get("form_limits", {}), **own.get("form_limits", {})}
    scope["fastapi"] = {**known, **own, **({"form_limits": limits} if limits else {})}
