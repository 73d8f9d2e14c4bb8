"""
Frontends: what the routers of a plugin serve where no route matched (``router.frontend``), the most specific path first.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from fastapi.routing import (
    _EffectiveRouteContext,
    _frontend_scope_specificity,
    _FrontendRoute,
    _FrontendRouteGroup,
    _join_frontend_paths,
)
from starlette.routing import Match
from starlette.types import Scope

from honeyhost.attach.routing.policy import RoutePolicy
from honeyhost.attach.routing.route import TableRoute


class Frontends:
    """
    The frontends of one plugin.
    """

    def __init__(self, routes: tuple[TableRoute, ...]) -> None:
        self._routes = routes

    def __iter__(self) -> Iterator[TableRoute]:
        return iter(self._routes)

    def select(self, scope: Scope) -> tuple[TableRoute, Scope] | None:
        """
        The frontend for a path, if there is one.
        """
        best: tuple[tuple[bool, int], TableRoute, Scope] | None = None
        for route in self._routes:
            match, child = route.matches(scope)
            rank = (match is Match.FULL, _frontend_scope_specificity(child) or 0)
            if match is not Match.NONE and (best is None or rank > best[0]):
                best = (rank, route, child)
        if best is None:
            return None
        _, route, child = best
        return replace(route, framework={**route.framework, **child["fastapi"]}), {}


def frontend_routes(
    context: _EffectiveRouteContext, policy: RoutePolicy, source: str, framework: dict[str, Any]
) -> Iterator[TableRoute]:
    """
    A route for each frontend of one router.
    """
    group = context.original_route
    assert isinstance(group, _FrontendRouteGroup)  # noqa: S101 - the only low-priority route that the framework has
    assert context.app is not None  # noqa: S101 - set by the framework for these
    for frontend in group.routes:
        path = _join_frontend_paths(context.frontend_prefix, frontend.path)
        yield TableRoute(
            kind="mount",
            path=path,
            label=None,
            name="",
            methods=frozenset(),
            policy=policy,
            app=context.app,
            route=group,
            endpoint=frontend.app,
            urls=group.url_path_for,
            matches=partial(_matches, frontend, path),
            framework=framework,
            source=source,
        )


def _matches(frontend: _FrontendRoute, path: str, scope: Scope) -> tuple[Match, Scope]:
    return frontend.matches_with_path(scope, path)
