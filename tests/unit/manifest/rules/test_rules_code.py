from collections.abc import Callable

import pytest

Ask = Callable[..., list[str]]


def route(**fields: object) -> dict[str, object]:
    return {"method": "GET", "path": "/a", "handler": ".a:f", **fields}


def test_a_router_is_public_or_guarded_and_named_once(ask: Ask):
    routers = [".a:r", {"router": ".b:r", "public": "true", "permission": "note.read"}, ".a:r"]
    assert ask(permissions=["note.read"], routers=routers) == [
        (
            "error[duplicate-id] routers[2]: the router '.a:r' stands twice, first in routers[0] | "
            "keep one, or name the other differently"
        ),
        (
            "error[access-contradiction] routers[1]: it is public, and needs the permission 'note.read' | "
            "keep 'public: true' or 'permission'"
        ),
    ]


def test_a_route_is_public_or_guarded(ask: Ask):
    assert ask(permissions=["note.read"], routes=[route(public=True, permission="note.read")]) == [
        (
            "error[access-contradiction] routes[0]: it is public, and needs the permission 'note.read' | "
            "keep 'public: true' or 'permission'"
        )
    ]


@pytest.mark.parametrize("path", ["/", "/a", "/a/", "/a/{b}", "/a/{b:path}", "/{a}/{b:int}.json", "/a-b_c~d", "/@me"])
def test_a_route_has_a_path_that_can_be_matched(ask: Ask, path: str):
    assert ask(routes=[route(path=path)]) == []


@pytest.mark.parametrize(
    "path", ["", "a", "//a", "/a//b", "/../a", "/a/./b", "/{a}/{a}", "/{", "/{1}", "/{a:regex}", "/a b", "/a?b", "/ä", "/%2e"]
)
def test_any_other_path_is_refused(ask: Ask, path: str):
    assert ask(routes=[route(path=path)]) == [
        (
            f"error[route-path-invalid] routes[0].path: '{path}' is not the path of a route | "
            "start with '/', and write parameters as {name}, each once"
        )
    ]


def test_two_routes_that_match_the_same_requests_are_refused(ask: Ask):
    routes = [route(path="/a/{b}"), route(path="/a/{c}"), route(path="/a/{c}", method="POST")]
    assert ask(routes=routes) == [
        (
            "error[duplicate-id] routes[1]: the route 'GET /a/{}' stands twice, first in routes[0] | "
            "keep one, or name the other differently"
        )
    ]


def test_middleware_is_called_by_its_attribute_or_its_reference(ask: Ask):
    assert ask(middleware=[".limits:RateLimit"], routes=[route(middleware=["RateLimit", ".limits:RateLimit"])]) == []


def test_middleware_that_a_plugin_without_any_names_is_refused(ask: Ask):
    assert ask(routes=[route(middleware=["auth"])]) == [
        (
            "error[middleware-unknown] routes[0].middleware[0]: no middleware of this plugin is called 'auth' | it has none; "
            "list it under middleware, and say who may call the route with 'permission' or 'public'"
        )
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"routes": [route(handler=".a:f")]},
        {"plugin": ".a:Demo", "routes": [route(handler="overview")]},
        {"runtime": {"type": "wasm", "path": "a.wasm"}, "jobs": [{"id": "a", "handler": "sync", "schedule": "* * * * *"}]},
        {"plugin": ".a:Demo", "widgets": [{"id": "a", "title": "x", "handler": "stats.overview"}]},
        {"plugin": ".a:Demo", "templates": [{"name": "a", "path": "a.html"}]},
    ],
)
def test_a_handler_is_a_reference_or_a_function_of_the_plugins_object(ask: Ask, fields: dict[str, object]):
    assert ask(fields) == []


def test_a_functions_name_without_an_object_names_nothing(ask: Ask):
    assert ask(capabilities=[{"slug": "a", "handler": "overview"}]) == [
        (
            "error[handler-invalid] capabilities[0].handler: 'overview' names no function | "
            "write '.module:function', or name an object with functions under 'plugin'"
        )
    ]


def test_a_handler_that_is_neither_is_refused(ask: Ask):
    assert ask(plugin=".a:Demo", routes=[route(handler="a b"), route(path="/b", handler="a()")]) == [
        "error[handler-invalid] routes[0].handler: 'a b' names no function | write '.module:function'",
        "error[handler-invalid] routes[1].handler: 'a()' names no function | write '.module:function'",
    ]
