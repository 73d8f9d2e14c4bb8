"""
The table: the finished routes of one plugin, and how a request finds its route.

First match wins, as in the framework's own router, without that one's linear scan where it can be spared: a static path is
looked up by path and method, anything else is tried with the routes that have as many segments and the same first one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from fastapi import APIRouter
from starlette.datastructures import URLPath
from starlette.routing import Match, NoMatchFound
from starlette.types import Scope

from honeyhost.attach.routing.route import TableRoute

Selected = tuple[TableRoute, Scope]
"""
The route that answers, and for one with a pattern its path parameters, for any other what its own matching adds to the scope.
"""
StaticRoutes = Mapping[str | None, TableRoute]
"""The routes of one path by method."""


class LowPriority(Protocol):
    """
    What is asked when no route matched: the frontends of the plugin's routers.
    """

    def select(self, scope: Scope) -> Selected | None:
        """
        The frontend for a path, if there is one.
        """
        ...

    def __iter__(self) -> Iterator[TableRoute]: ...


class Table:
    """
    All routes of one plugin, below its prefix.
    """

    __slots__ = ("__weakref__", "_every", "_http", "_low", "_routes", "_start", "_websocket", "prefix", "router", "static")

    def __init__(self, routes: Sequence[TableRoute], router: APIRouter, prefix: str, *, low: LowPriority) -> None:
        self.prefix = prefix
        self.router = router
        """The private router, for what only the framework can do: OpenAPI."""
        self._routes = tuple(routes)
        self._low = low
        self._start = len(prefix) + 1
        self.static: Mapping[str, StaticRoutes] = _static_index(self._routes)
        """Path -> method -> the route that the framework's scan would choose."""
        head, http = prefix + "/", [route for route in self._routes if route.kind != "websocket"]
        looked_up = {id(route) for found in self.static.values() for route in found.values()}
        self._http = _Index([route for route in http if id(route) not in looked_up], head)
        self._every = _Index(http, head)
        self._websocket = _Index([route for route in self._routes if route.kind != "http"], head)

    def __iter__(self) -> Iterator[TableRoute]:
        yield from self._routes
        yield from self._low

    def select(self, scope: Scope, path: str) -> Selected | None:
        """
        The route that answers a path which is not static, or None.
        """
        method = scope.get("method")
        for route in self._near(self._websocket if method is None else self._http, path):
            if route.pattern is None:
                match, child = route.matches(scope)
                if match is Match.FULL:
                    return route, child
            elif (not route.methods or method in route.methods) and (found := route.pattern(path)) is not None:
                params = {**scope["path_params"]} if "path_params" in scope else {}  # of an application round the host
                for name, group, convert in route.parameters:
                    params[name] = convert(found[group])
                return route, params
        return None

    def partial(self, scope: Scope, path: str) -> Selected | None:
        """
        The first route that matches the path with another method.
        """
        for route in self._near(self._websocket if scope.get("method") is None else self._every, path):
            if route.pattern is None:
                match, child = route.matches(scope)
                if match is Match.PARTIAL:
                    return route, child
            elif route.pattern(path) is not None:
                return route, {}
        return None

    def redirected(self, scope: Scope, path: str) -> tuple[TableRoute, Scope] | None:
        """
        The route that a slash more or less at the end would reach, and the scope with that path.
        """
        if scope["type"] != "http" or not self.router.redirect_slashes:
            return None
        other, fewer = dict(scope), path.endswith("/")
        other["path"] = other["path"].rstrip("/") if fewer else other["path"] + "/"
        changed = path.rstrip("/") if fewer else path + "/"
        static = self.static.get(changed, {}).get(scope["method"])
        if static is not None:
            return static, other
        target = self.select(other, changed) or self.partial(other, changed)
        return (target[0], other) if target is not None else None

    def low_priority(self, scope: Scope) -> Selected | None:
        """
        The frontend that answers where no route does.
        """
        return self._low.select(scope)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path of a route of this plugin by its name.
        """
        for route in self._routes:
            try:
                return route.urls(name, **path_params)
            except NoMatchFound:
                continue
        raise NoMatchFound(name, path_params)

    def _near(self, index: "_Index", path: str) -> tuple[TableRoute, ...]:
        near = index.depths.get(path.count("/"), index.any_depth)
        end = path.find("/", self._start)
        return near[path[self._start :] if end < 0 else path[self._start : end]]


class _Index:
    """
    The routes that can match a path, in their order, by the number of its slashes and its first segment.
    """

    def __init__(self, routes: Sequence[TableRoute], head: str) -> None:
        depths = {route.depth for route in routes if route.depth is not None}
        self.depths = {depth: _Segments([route for route in routes if route.depth in (None, depth)], head) for depth in depths}
        self.any_depth = _Segments([route for route in routes if route.depth is None], head)


class _Segments(dict[str, tuple[TableRoute, ...]]):
    """
    First segment below the prefix -> the routes that can match there, in their order.
    """

    def __init__(self, routes: Sequence[TableRoute], head: str) -> None:
        super().__init__()
        segments = [(route, _first_segment(route, head)) for route in routes]
        for literal in {segment for _, segment in segments if segment is not None}:
            self[literal] = tuple(route for route, segment in segments if segment in (None, literal))
        self._everywhere = tuple(route for route, segment in segments if segment is None)

    def __missing__(self, segment: str) -> tuple[TableRoute, ...]:
        return self._everywhere


def _first_segment(route: TableRoute, head: str) -> str | None:
    """
    The literal first segment that a path must have to match the route; None where any path may.
    """
    if route.foreign or not route.path.startswith(head):
        return None
    segment = route.path[len(head) :].partition("/")[0]
    return None if "{" in segment else segment


def _static_index(routes: Sequence[TableRoute]) -> dict[str, dict[str | None, TableRoute]]:
    index: dict[str, dict[str | None, TableRoute]] = {}
    for number, route in enumerate(routes):
        if route.foreign:
            return index  # whatever stands behind it may be its own at any time
        if route.static:
            chosen = [method for method in route.methods if not _matched(routes[:number], method, route.path)]
            index.setdefault(route.path, {}).update(dict.fromkeys(chosen, route))
    return index


def _matched(routes: Iterable[TableRoute], method: str, path: str) -> bool:
    """
    Whether one of the routes would be chosen for a request.
    """
    scope: Scope = {"type": "http", "method": method, "path": path, "path_params": {}}
    for route in routes:
        if route.pattern is None:
            if route.matches(dict(scope))[0] is Match.FULL:
                return True
        elif route.kind == "http" and route.answers(method) and route.pattern(path) is not None:
            return True
    return False
