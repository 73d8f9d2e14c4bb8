"""
Construction: the table of a plugin, made from its finished routers.

The routers are included into a private router that has the settings of the host's own, so the framework builds their routes
exactly as it builds included ones: the host's dependencies, its overrides, default responses and limits apply. What it
yields is taken over in the order of the routers, each route with its policy.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from fastapi._body_limit import wrap_app_with_body_limit
from fastapi.params import Depends
from fastapi.routing import APIRoute, APIWebSocketRoute, _EffectiveRouteContext, _IncludedRouter
from starlette.convertors import FloatConvertor, IntegerConvertor, StringConvertor, UUIDConvertor
from starlette.routing import BaseRoute, Host, Match, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Scope

from honeyhost.attach.routing.forwarding import behind_dependencies
from honeyhost.attach.routing.frontends import Frontends, frontend_routes
from honeyhost.attach.routing.markers import drop_bare_markers, permissions_of, permissions_of_all
from honeyhost.attach.routing.policy import RoutePolicy
from honeyhost.attach.routing.route import Parameter, TableRoute
from honeyhost.attach.routing.site import Site
from honeyhost.attach.routing.table import Table
from honeyhost.errors import RouteRefusedError
from honeyhost.names import closest

_CONTEXT = "effective_route_context"
_LIMITS = "form_limits"


@dataclass(frozen=True, kw_only=True, slots=True)
class RouterSource:
    """
    A router of the plugin with the policy that the manifest gives it.
    """

    router: APIRouter
    policy: RoutePolicy
    reference: str


def build_table(site: Site, sources: Sequence[RouterSource], *, plugin: str, title: str, declared: Iterable[str]) -> Table:
    """
    The table of a plugin in an application, built from finished routers.

    Raises:
        RouteRefusedError: if a route demands a permission that the manifest does not declare, or is of a kind that the
            framework would drop without a word.
    """
    private, prefix = _private_router(site), site.prefix.of(plugin)
    for source in sources:
        _refuse_unknown(source.router, plugin)
        private.include_router(source.router, prefix=prefix)
    routes: list[TableRoute] = []
    frontends: list[TableRoute] = []
    for included, source in zip(private.routes, sources, strict=True):
        assert isinstance(included, _IncludedRouter)  # noqa: S101 - what including a router makes
        routes.extend(_route(effective, source, site, title) for effective in _effective(included, {}))
        frontends.extend(_frontends(included, source))
    known = frozenset(declared) | permissions_of_all(site.dependencies)
    _refuse_undeclared((*routes, *frontends), plugin, known)
    return Table(routes, private, prefix, low=Frontends(tuple(frontends)))


def _private_router(site: Site) -> APIRouter:
    host = site.app.router
    return APIRouter(
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Effective:
    """
    A route as the framework makes it for this inclusion, and what the routers round it say.
    """

    context: _EffectiveRouteContext
    form_limits: Mapping[str, Any] = field(default_factory=dict)
    max_body_size: int | None = None
    dependencies: tuple[Depends, ...] = ()


def _effective(included: _IncludedRouter, outer: Mapping[str, Any]) -> Iterator[_Effective]:
    include = included.include_context
    limits = {**outer, **include.form_limits}
    dependencies = (*include.dependencies, *included.original_router.dependencies)
    for candidate in included.effective_candidates():
        if isinstance(candidate, _IncludedRouter):
            yield from _effective(candidate, limits)
        else:
            yield _Effective(
                context=candidate, form_limits=limits, max_body_size=include.max_body_size, dependencies=dependencies
            )


def _frontends(included: _IncludedRouter, source: RouterSource) -> Iterator[TableRoute]:
    for context in included.effective_low_priority_routes():
        policy = source.policy.narrowed(permissions_of(context.dependant))
        drop_bare_markers(context.dependant)
        yield from frontend_routes(context, policy, source.reference, {_CONTEXT: context})


def _route(effective: _Effective, source: RouterSource, site: Site, title: str) -> TableRoute:
    original = effective.context.original_route
    if isinstance(original, APIRoute):
        return _api_route(effective, original, source, title)
    route = effective.context.starlette_route
    assert route is not None  # noqa: S101 - set by the framework for all routes that are not its own
    if isinstance(route, APIWebSocketRoute):
        return _api_websocket(route, source)
    return _raw_route(effective, original, route, source, site)


def _api_route(effective: _Effective, original: APIRoute, source: RouterSource, title: str) -> TableRoute:
    context = effective.context
    policy = source.policy.narrowed(permissions_of(context.dependant))
    drop_bare_markers(context.dependant)
    context.tags = context.tags or [title]
    assert context.app is not None  # noqa: S101 - set by the framework for API routes
    own = type(original)
    foreign = own.matches is not APIRoute.matches or own.handle is not APIRoute.handle
    framework: dict[str, Any] = {_LIMITS: effective.form_limits} if effective.form_limits else {}
    return TableRoute(
        kind="http",
        path=context.path,
        label=context.path_format,
        name=context.name,
        methods=frozenset(context.methods),
        policy=policy,
        app=original.handle if foreign else context.app,
        route=original,
        endpoint=context.endpoint,
        matches=_own_matches(original, context) if foreign else context.matches,
        pattern=None if foreign else context.path_regex.match,
        parameters=_parameters(context),
        depth=None if foreign else _depth(context),
        foreign=foreign,
        framework={**framework, _CONTEXT: context} if foreign else framework,
        source=source.reference,
        urls=context.url_path_for,
    )


def _own_matches(original: APIRoute, context: _EffectiveRouteContext) -> Callable[[Scope], tuple[Match, Scope]]:
    def matches(scope: Scope) -> tuple[Match, Scope]:
        match, child = original.matches({**scope, "fastapi": {**scope.get("fastapi", {}), _CONTEXT: context}})
        return match, {key: value for key, value in child.items() if key != "fastapi"}

    return matches


def _api_websocket(route: APIWebSocketRoute, source: RouterSource) -> TableRoute:
    policy = source.policy.narrowed(permissions_of(route.dependant))
    drop_bare_markers(route.dependant)
    return TableRoute(
        kind="websocket",
        path=route.path,
        label=route.path_format,
        name=route.name,
        methods=frozenset(),
        policy=policy,
        app=route.app,
        route=route,
        endpoint=route.endpoint,
        matches=route.matches,
        pattern=route.path_regex.match,
        parameters=_parameters(route),
        depth=_depth(route),
        source=source.reference,
        urls=route.url_path_for,
    )


def _raw_route(effective: _Effective, original: BaseRoute, route: BaseRoute, source: RouterSource, site: Site) -> TableRoute:
    """
    A route that the framework would answer without any dependency: the gate asks for what the routers round it require.
    """
    plain = isinstance(route, Route | WebSocketRoute)
    # The framework forgets the middleware of a raw route when it includes it, so the route's own app answers.
    own: ASGIApp = original.app if isinstance(original, Route | WebSocketRoute) else route.handle
    limited = wrap_app_with_body_limit(own, effective.max_body_size)
    return TableRoute(
        kind="websocket" if isinstance(route, WebSocketRoute) else "http" if isinstance(route, Route) else "mount",
        path=getattr(route, "path", ""),
        label=getattr(route, "path_format", None),
        name=getattr(route, "name", None) or "",
        methods=frozenset(getattr(route, "methods", None) or ()),
        policy=source.policy.narrowed(permissions_of_all(effective.dependencies)),
        app=behind_dependencies(limited, site.app, site.dependencies),
        route=route,
        endpoint=getattr(route, "endpoint", None),
        matches=route.matches,
        pattern=route.path_regex.match if isinstance(route, Route | WebSocketRoute) else None,
        parameters=_parameters(route) if plain else (),
        depth=_depth(route) if plain else None,
        foreign=not plain and type(route).matches is not Mount.matches,
        source=source.reference,
        urls=route.url_path_for,
    )


def _parameters(route: Any) -> tuple[Parameter, ...]:
    groups = route.path_regex.groupindex
    return tuple(
        (name, groups[name], _SAME.get(type(convertor), convertor.convert))
        for name, convertor in route.param_convertors.items()
    )


def _depth(route: Any) -> int | None:
    one_segment = all(type(convertor) in _ONE_SEGMENT for convertor in route.param_convertors.values())
    return route.path.count("/") if one_segment else None


_ONE_SEGMENT = frozenset({StringConvertor, IntegerConvertor, FloatConvertor, UUIDConvertor})
"""Convertors that take no slash."""
_SAME: Mapping[type, Callable[[str], Any]] = {IntegerConvertor: int, FloatConvertor: float, StringConvertor: str}
"""What the framework's convertors do, without a call in between."""


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
