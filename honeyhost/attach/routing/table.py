"""
The table: the finished routes of one plugin, each with its policy, and how a request finds its route.

The plugin's routers are included into a private router that has the settings of the host's own, so the framework builds
them exactly as it builds included routers: the host's dependencies, its overrides, default responses and limits apply. What
the framework yields is kept here in the order of the routers, and looked up without its linear scan where that is possible:
a static path by (method, path), anything else by one pass over this plugin's routes alone. First match wins, as always.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import (
    APIRoute,
    APIWebSocketRoute,
    _EffectiveRouteContext,
    _IncludedRouter,
    iter_route_contexts,
)
from starlette._utils import get_route_path
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Host, Match, Mount, NoMatchFound, Route, WebSocketRoute
from starlette.types import ASGIApp, Scope

from honeyhost.attach.routing.forwarding import behind_dependencies
from honeyhost.attach.routing.policy import RoutePolicy, strictest
from honeyhost.attach.routing.site import Site
from honeyhost.errors import RouteRefusedError
from honeyhost.names import closest
from honeyhost.sdk import Requires

RouteKind = Literal["http", "websocket", "mount"]
_EFFECTIVE = "effective_route_context"


@dataclass(frozen=True, kw_only=True, slots=True)
class RouterSource:
    """
    A router of the plugin with the policy that the manifest gives it.
    """

    router: APIRouter
    policy: RoutePolicy
    reference: str


@dataclass(slots=True, kw_only=True)
class TableRoute:
    """
    One effective route: what the framework made of it, its policy, and the app that answers.
    """

    kind: RouteKind
    path: str
    name: str
    methods: frozenset[str]
    policy: RoutePolicy
    app: ASGIApp
    matches: Callable[[Scope], tuple[Match, Scope]]
    endpoint: Any
    route: BaseRoute
    framework: Mapping[str, Any] = field(default_factory=dict)
    """What the framework expects to find in the scope under ``fastapi``."""
    source: str = ""
    urls: Callable[..., URLPath] | None = None

    @property
    def static(self) -> bool:
        """
        Whether the path has no parameters.
        """
        return self.kind == "http" and "{" not in self.path


Selected = tuple[TableRoute, Scope]


class Table:
    """
    All routes of one plugin.
    """

    __slots__ = ("_by_segment", "_everywhere", "_prefix", "_router", "_routes", "fallback", "static")

    def __init__(self, routes: Sequence[TableRoute], router: APIRouter, *, fallback: TableRoute | None = None) -> None:
        self._routes = tuple(routes)
        self._router = router
        self._prefix = router.prefix + "/"
        self.static: Mapping[tuple[str | None, str], TableRoute] = _static_index(self._routes)
        """(method, path) -> the route that the framework's scan would choose."""
        self._everywhere = tuple(route for route in self._routes if _first_segment(route, self._prefix) is None)
        self._by_segment = _segment_index(self._routes, self._prefix)
        self.fallback = fallback
        """The framework's low-priority routes (``router.frontend``), which only it can select; else None."""

    def __iter__(self) -> Iterator[TableRoute]:
        return iter(self._routes)

    def __len__(self) -> int:
        return len(self._routes)

    @property
    def router(self) -> APIRouter:
        """
        The private router, for what only the framework can do: OpenAPI and low-priority routes.
        """
        return self._router

    def find(self, scope: Scope, path: str) -> tuple[Selected | None, Selected | None]:
        """
        The route that answers, or None and the first one that would with another method.
        """
        partial: Selected | None = None
        segment = path[len(self._prefix) :].partition("/")[0]
        for route in self._by_segment.get(segment, self._everywhere):
            match, child = route.matches(scope)
            if match is Match.FULL:
                return (route, child), None
            if match is Match.PARTIAL and partial is None:
                partial = (route, child)
        return None, partial

    def redirected(self, scope: Scope) -> tuple[TableRoute, Scope] | None:
        """
        The route that a slash more or less at the end would reach, and the scope with that path.
        """
        path = get_route_path(scope)
        if scope["type"] != "http" or not self._router.redirect_slashes or path == "/":
            return None
        other = dict(scope)
        other["path"] = other["path"].rstrip("/") if path.endswith("/") else other["path"] + "/"
        found, partial = self.find(other, get_route_path(other))
        target = found or partial
        return (target[0], other) if target is not None else None

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """
        The path of a route of this plugin by its name.
        """
        for route in self._routes:
            if route.urls is not None:
                try:
                    return route.urls(name, **path_params)
                except NoMatchFound:
                    continue
        raise NoMatchFound(name, path_params)


def build_table(site: Site, sources: Sequence[RouterSource], *, plugin: str, title: str, declared: Iterable[str]) -> Table:
    """
    The table of a plugin in an application, built from finished routers.

    Raises:
        RouteRefusedError: if a route demands a permission that the manifest does not declare, or is of a kind that the
            framework would drop without a word.
    """
    private = _private_router(site, plugin)
    for source in sources:
        _refuse_unknown(source.router, plugin)
        private.include_router(source.router)
    routes: list[TableRoute] = []
    for included, source in zip(private.routes, sources, strict=True):
        routes.extend(_routes_of(site, included, source, title))
    _refuse_undeclared(routes, plugin, frozenset(declared))
    return Table(routes, private, fallback=_fallback(private, sources))


def _fallback(private: APIRouter, sources: Sequence[RouterSource]) -> TableRoute | None:
    policies = [source.policy for included, source in zip(private.routes, sources, strict=True) if _has_low_priority(included)]
    if not policies:
        return None
    return TableRoute(
        kind="mount",
        path=private.prefix,
        name="",
        methods=frozenset(),
        policy=strictest(policies),
        app=private.app,
        matches=lambda _: (Match.NONE, {}),
        endpoint=None,
        route=private.routes[0],
    )


def _private_router(site: Site, plugin: str) -> APIRouter:
    host = site.app.router
    return APIRouter(
        prefix=site.prefix.of(plugin),
        redirect_slashes=host.redirect_slashes,
        dependencies=site.dependencies,
        dependency_overrides_provider=site.app,
        default_response_class=host.default_response_class,
        responses=host.responses,
        callbacks=host.callbacks,
        deprecated=host.deprecated,
        include_in_schema=host.include_in_schema,
        generate_unique_id_function=host.generate_unique_id_function,
        strict_content_type=host.strict_content_type,
        max_body_size=host.max_body_size,
    )


def _routes_of(site: Site, included: BaseRoute, source: RouterSource, title: str) -> Iterator[TableRoute]:
    limits = _form_limits(included)
    for context in iter_route_contexts([included]):
        effective = context._route_context  # noqa: SLF001 - the framework offers no public way; pinned by tests
        if effective is None:
            continue
        original = effective.original_route
        if isinstance(original, APIRoute):
            yield _api_route(effective, original, source, limits.get(id(effective), {}), title)
        elif effective.starlette_route is not None:
            yield _other_route(site, original, effective.starlette_route, source)


def _other_route(site: Site, original: BaseRoute, effective: BaseRoute, source: RouterSource) -> TableRoute:
    websocket = isinstance(effective, WebSocketRoute)
    if isinstance(effective, APIWebSocketRoute):
        answers = effective.app
        _drop_bare_markers(effective.dependant)
    else:
        # The framework forgets the middleware of a raw route when it includes it, so the route's own app answers.
        raw = original.app if isinstance(original, Route | WebSocketRoute) else effective.handle
        answers = behind_dependencies(raw, site.app, site.dependencies, websocket=websocket) if site.dependencies else raw
    return TableRoute(
        kind="websocket" if websocket else "http" if isinstance(effective, Route) else "mount",
        path=getattr(effective, "path", ""),
        name=getattr(effective, "name", "") or "",
        methods=frozenset(getattr(effective, "methods", None) or ()),
        policy=source.policy.narrowed(_markers(getattr(effective, "dependant", None))),
        app=answers,
        matches=effective.matches,
        endpoint=getattr(effective, "endpoint", None),
        route=effective,
        source=source.reference,
        urls=effective.url_path_for,
    )


def _api_route(
    context: _EffectiveRouteContext, original: APIRoute, source: RouterSource, limits: Mapping[str, Any], title: str
) -> TableRoute:
    policy = source.policy.narrowed(_markers(context.dependant))
    _drop_bare_markers(context.dependant)
    if not context.tags:
        context.tags = [title]
    own = type(original)
    custom = own.matches is not APIRoute.matches or own.handle is not APIRoute.handle
    framework = {_EFFECTIVE: context, **({"form_limits": limits} if limits else {})}
    return TableRoute(
        kind="http",
        path=context.path,
        name=context.name,
        methods=frozenset(context.methods),
        policy=policy,
        app=original.handle if custom else context.app,  # type: ignore[arg-type] # set by the framework for API routes
        matches=_custom_matches(original, framework) if custom else context.matches,
        endpoint=context.endpoint,
        route=original,
        framework=framework,
        source=source.reference,
        urls=context.url_path_for,
    )


def _custom_matches(original: APIRoute, framework: Mapping[str, Any]) -> Callable[[Scope], tuple[Match, Scope]]:
    def matches(scope: Scope) -> tuple[Match, Scope]:
        match, child = original.matches({**scope, "fastapi": {**scope.get("fastapi", {}), **framework}})
        child.pop("fastapi", None)
        return match, child

    return matches


def _markers(dependant: Dependant | None) -> Iterator[str]:
    if dependant is None:
        return
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Requires):
            yield dependency.call.permission
        yield from _markers(dependency)


def _drop_bare_markers(dependant: Dependant | None) -> None:
    # The gate answers for them before the framework is asked; only a marker whose value the endpoint wants stays.
    if dependant is not None:
        dependant.dependencies[:] = [
            dependency for dependency in dependant.dependencies if dependency.name or not isinstance(dependency.call, Requires)
        ]


def _refuse_unknown(router: APIRouter, plugin: str) -> None:
    for route in router.routes:
        if isinstance(route, _IncludedRouter):
            _refuse_unknown(route.original_router, plugin)
        elif not isinstance(route, Route | WebSocketRoute | Mount | Host):
            raise RouteRefusedError(
                f"plugin '{plugin}' has a route of the class {type(route).__name__}, which the framework would drop",
                hint="use the routes of FastAPI or Starlette",
                plugin=plugin,
            )


def _refuse_undeclared(routes: Iterable[TableRoute], plugin: str, declared: frozenset[str]) -> None:
    for route in routes:
        for permission in sorted(route.policy.permissions - declared):
            near = closest(permission, declared)
            methods = "/".join(sorted(route.methods)) or route.kind
            raise RouteRefusedError(
                f"plugin '{plugin}' asks for the permission '{permission}' on {methods} {route.path}, "
                "and its manifest does not declare it",
                hint=f"did you mean '{near}'?" if near else f"add '{permission}' to permissions in plugin.yaml",
                plugin=plugin,
                permission=permission,
                path=route.path,
            )


def _static_index(routes: Sequence[TableRoute]) -> dict[tuple[str | None, str], TableRoute]:
    index: dict[tuple[str | None, str], TableRoute] = {}
    for number, route in enumerate(routes):
        if not route.static or not _plain(route):
            continue
        for method in route.methods:
            if (method, route.path) not in index and not _matched_earlier(routes[:number], method, route.path):
                index[method, route.path] = route
    return index


def _matched_earlier(routes: Iterable[TableRoute], method: str, path: str) -> bool:
    # Asked with the least that a scope needs; a route that wants more of it cannot be looked past.
    scope: Scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": [], "path_params": {}}
    try:
        return any(route.matches(dict(scope))[0] is Match.FULL for route in routes if route.kind != "websocket")
    except Exception:  # noqa: BLE001 - foreign matching code
        return True


def _segment_index(routes: Sequence[TableRoute], prefix: str) -> dict[str, tuple[TableRoute, ...]]:
    """
    First segment below the prefix -> the routes that can match there, in their order.
    """
    first = {id(route): _first_segment(route, prefix) for route in routes}
    literal = {segment for segment in first.values() if segment is not None}
    return {segment: tuple(route for route in routes if first[id(route)] in (None, segment)) for segment in literal}


def _first_segment(route: TableRoute, prefix: str) -> str | None:
    """
    The literal first segment that a path must have to match the route; None where any path may.
    """
    if not _plain(route):
        return None
    segment = route.path[len(prefix) :].partition("/")[0]
    return None if "{" in segment else segment


def _plain(route: TableRoute) -> bool:
    """
    Whether the framework's own matching decides, and not code of the plugin.
    """
    return isinstance(route.route, Route | WebSocketRoute | Mount) and type(route.route).matches in _FRAMEWORK_MATCHES


_FRAMEWORK_MATCHES = (
    Route.matches,
    WebSocketRoute.matches,
    Mount.matches,
    APIRoute.matches,
    APIWebSocketRoute.matches,
)


def _form_limits(included: BaseRoute) -> dict[int, Mapping[str, Any]]:
    found: dict[int, Mapping[str, Any]] = {}
    if isinstance(included, _IncludedRouter):
        _collect_limits(included, {}, found)
    return found


def _collect_limits(included: _IncludedRouter, outer: Mapping[str, Any], found: dict[int, Mapping[str, Any]]) -> None:
    limits = {**outer, **included.include_context.form_limits}
    for candidate in included.effective_candidates():
        if isinstance(candidate, _IncludedRouter):
            _collect_limits(candidate, limits, found)
        elif limits:
            found[id(candidate)] = limits


def _has_low_priority(included: BaseRoute) -> bool:
    return isinstance(included, _IncludedRouter) and bool(included.effective_low_priority_routes())
