"""
The semi-private things of the framework that routing leans on. Where one of these fails after an upgrade of FastAPI or
Starlette, read what is named in the message before anything else.
"""

import inspect
import re
from contextlib import asynccontextmanager
from typing import Any, get_type_hints

import fastapi.routing as framework
import starlette.routing as below
from fastapi import APIRouter, Depends, FastAPI
from fastapi.telemetry._api import _RequestTelemetry, _route_selected
from starlette.convertors import FloatConvertor, IntegerConvertor, StringConvertor

from honeyhost.attach.routing import construction


def included(router: APIRouter, **options: Any) -> Any:
    """
    What including a router makes.
    """
    outer = APIRouter(dependencies=[Depends(len)])
    outer.include_router(router, prefix="/prefix", **options)
    (made,) = outer.routes
    return made


def test_including_a_router_makes_one_object_with_its_context() -> None:
    inner = APIRouter(form_limits={"max_fields": 3}, max_body_size=7)
    made = included(inner)
    assert isinstance(made, framework._IncludedRouter), "include_router makes something else: see construction._effective"
    names = {"prefix", "dependencies", "form_limits", "max_body_size"}
    assert names <= vars(made.include_context).keys(), (
        "the context of an inclusion has other names: see construction._effective"
    )
    assert (made.original_router is inner, made.include_context.form_limits) == (True, {"max_fields": 3})
    assert (made.include_context.max_body_size, len(made.include_context.dependencies)) == (7, 1)


def test_candidates_are_built_once_and_nested_inclusions_stand_among_them() -> None:
    inner, outer = APIRouter(), APIRouter()
    inner.get("/b")(lambda: None)
    outer.get("/a")(lambda: None)
    outer.include_router(inner, prefix="/inner")
    made = included(outer)
    first, second = made.effective_candidates()
    assert isinstance(first, framework._EffectiveRouteContext), "candidates changed: see construction._effective"
    assert isinstance(second, framework._IncludedRouter), "candidates changed: see construction._effective"
    assert made.effective_candidates()[0] is first, "candidates are not kept: tables would answer with others than described"
    (deep,) = second.effective_candidates()
    assert deep.path == "/prefix/inner/b"


def test_the_context_of_an_api_route_has_what_a_table_route_takes_from_it() -> None:
    inner = APIRouter()
    inner.get("/items/{number:int}", name="item")(lambda number: number)
    (context,) = included(inner).effective_candidates()
    message = "the framework's route context changed: see construction._api_route"
    assert (context.path, context.path_format) == ("/prefix/items/{number:int}", "/prefix/items/{number}"), message
    assert (context.name, context.methods, context.original_route) == ("item", {"GET"}, inner.routes[0]), message
    assert (callable(context.app), context.starlette_route, list(context.param_convertors)) == (True, None, ["number"]), message
    assert context.path_regex.match("/prefix/items/3").groupdict() == {"number": "3"}, message
    assert context.dependant.dependencies[0].call is len, message
    assert isinstance(context.tags, list), message


def test_the_context_of_other_routes_has_a_route_of_its_own() -> None:
    inner = APIRouter()
    inner.add_route("/raw", lambda _: None)  # type: ignore[arg-type, return-value] # never called
    inner.websocket("/talk")(lambda: None)
    inner.add_websocket_route("/socket", lambda _: None)  # type: ignore[arg-type, return-value] # as above
    inner.mount("/mount", FastAPI())
    kinds = [type(context.starlette_route) for context in included(inner).effective_candidates()]
    expected = [below.Route, framework.APIWebSocketRoute, below.WebSocketRoute, below.Mount]
    assert kinds == expected, "the framework includes raw routes otherwise: see construction._route"


def test_an_own_matching_of_a_route_class_is_told_by_these_two_methods() -> None:
    assert {"matches", "handle"} <= vars(framework.APIRoute).keys(), "APIRoute matches elsewhere: see construction._api_route"
    source = inspect.getsource(framework._get_scope_effective_route_context)
    keys = (framework._FASTAPI_SCOPE_KEY, framework._FASTAPI_EFFECTIVE_ROUTE_CONTEXT_KEY, framework._FASTAPI_FORM_LIMITS_KEY)
    assert keys == ("fastapi", construction._CONTEXT, construction._LIMITS), "keys of the scope changed: see construction"
    assert "_FASTAPI_EFFECTIVE_ROUTE_CONTEXT_KEY" in source, "route contexts are found elsewhere: see construction._own_matches"


def test_frontends_are_low_priority_routes_with_a_specificity(tmp_path: Any) -> None:
    inner = APIRouter()
    inner.frontend("/ui", directory=tmp_path, check_dir=False)
    made = included(inner)
    assert made.effective_candidates() == [], "frontends are among the routes now: see frontends"
    (context,) = made.effective_low_priority_routes()
    message = "the framework's frontends changed: see frontends.frontend_routes"
    assert isinstance(context.original_route, framework._FrontendRouteGroup), message
    assert (context.frontend_prefix, callable(context.app), context.dependant.dependencies[0].call) == ("/prefix", True, len), (
        message
    )
    (frontend,) = context.original_route.routes
    scope = {"type": "http", "method": "GET", "path": "/prefix/ui/a"}
    match, child = frontend.matches_with_path(scope, framework._join_frontend_paths("/prefix", frontend.path))
    assert match is below.Match.FULL, message
    assert framework._frontend_scope_specificity(child) == len("/prefix/ui"), message


def test_lifespans_are_told_by_class_and_by_the_closure_of_merging() -> None:
    @asynccontextmanager
    async def mine(_: Any) -> Any:
        yield

    empty = APIRouter().lifespan_context
    message = "default lifespans changed: see lifespans.has_lifespan"
    assert isinstance(empty, framework._DefaultLifespan), message
    assert isinstance(empty._router, APIRouter), message
    merged: Any = framework._merge_lifespan_context(mine, empty)
    assert merged.__name__ == "merged_lifespan", "merged lifespans changed: see lifespans._empty"
    found = inspect.getclosurevars(inspect.unwrap(merged)).nonlocals
    assert found == {"original_context": mine, "nested_context": empty}, "merged lifespans changed: see lifespans._empty"


def test_telemetry_is_told_the_route_through_the_scope() -> None:
    telemetry = _RequestTelemetry(span=None, span_method="GET")
    _route_selected(scope={"fastapi.telemetry": telemetry}, path="/a/{b}", mount=False)
    assert telemetry.route == "/a/{b}", "the framework's telemetry changed: see dispatch"
    assert "fastapi.telemetry" in inspect.getsource(_route_selected), "telemetry has another key in the scope: see dispatch"


def test_the_hosts_router_asks_routes_in_order_and_lets_them_add_to_the_scope() -> None:
    source = inspect.getsource(framework.APIRouter.app)
    assert "match, child_scope = route.matches(scope)" in source, (
        "the host's router matches otherwise: see dispatch.PluginRoute"
    )
    assert "await route.handle(scope, receive, send)" in source, "the host's router handles otherwise: see dispatch.PluginRoute"
    assert get_type_hints(below.BaseRoute.matches)["return"].__args__[0] is below.Match


def test_convertors_do_what_their_types_do() -> None:
    message = "a convertor of the framework does more now: see construction._SAME"
    assert IntegerConvertor().convert("007") == int("007"), message
    assert FloatConvertor().convert("1.50") == float("1.50"), message
    assert StringConvertor().convert("x") == "x", message
    sources = [inspect.getsource(kind.convert) for kind in construction._SAME]
    assert ["return int(value)" in sources[0], "return float(value)" in sources[1], "return value" in sources[2]] == [
        True
    ] * 3, message


def test_these_convertors_take_no_slash() -> None:
    for kind in construction._ONE_SEGMENT:
        for text in ("a/b", "1/2", "/", "00000000-0000-0000-0000-0000/0000007"):
            assert re.fullmatch(kind.regex, text) is None, "a convertor takes a slash now: see construction._depth"


def test_the_overrides_are_looked_up_by_attribute_at_every_request() -> None:
    source = inspect.getsource(framework.solve_dependencies)
    assert 'getattr(\n                dependency_overrides_provider, "dependency_overrides", {}\n            )' in source, (
        "dependencies are overridden otherwise: see overrides.close_overrides"
    )
