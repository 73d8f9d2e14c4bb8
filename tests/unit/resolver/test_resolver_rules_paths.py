from collections.abc import Callable

import pytest

from honeyhost.resolver import PathConflict


def route(path: str, method: str = "GET") -> dict[str, str]:
    return {"method": method, "path": path, "handler": "f"}


def test_a_path_of_the_host_in_the_plugins_place(found: Callable, only: Callable) -> None:
    plugin = found("users", "1.0", lines={"name": (1, 7)})
    reason = only(plugin, prefix="/api/{slug}", reserved_paths=frozenset({"/api/users/{id}", "/api/groups"}))
    assert isinstance(reason, PathConflict)
    assert reason.to_json() == {
        "code": "path-conflict",
        "params": {"path": "/api/users", "other": "/api/users/{id}", "method": None},
        "message": "plugin 'users' 1.0 would be served under /api/users, and the host answers /api/users/{id} itself",
        "hint": "serve plugins under a prefix of their own, or rename the plugin",
    }
    assert (reason.source, reason.fact_source) == ("plugins/users/plugin.yaml:1:7", "prefix: /api/{slug}")
    assert (reason.wanted, reason.found) == ("path /api/users", "/api/users/{id} of the host")
    assert reason.change == "another prefix for plugins"


def test_the_hosts_paths_do_not_matter_below_a_prefix_of_their_own(found: Callable, refuse: Callable) -> None:
    assert refuse(found("users"), reserved_paths=frozenset({"/api/users"})) == ()


def test_two_routes_for_the_same_urls(found: Callable, only: Callable) -> None:
    lines = {"routes[1].path": (20, 5), "routes[2].path": (23, 5)}
    routes = [route("/items/{id}", "POST"), route("/items/{id}"), route("/items/{name}")]
    reason = only(found(routes=routes, lines=lines))
    assert isinstance(reason, PathConflict)
    assert reason.message == (
        "plugin 'healthcare' 0.3.0 has two routes for the same URLs: GET /items/{id} and GET /items/{name}"
    )
    assert reason.hint == "remove one of them; names of parameters do not tell routes apart"
    assert (reason.source, reason.fact_source) == (
        "plugins/healthcare/plugin.yaml:23:5",
        "plugins/healthcare/plugin.yaml:20:5",
    )
    assert (reason.wanted, reason.found) == ("GET /items/{name}", "GET /items/{id}")
    assert reason.change == "remove route GET /items/{name}"


@pytest.mark.parametrize(
    "routes",
    [
        [route("/items/{id}"), route("/items/{id}", "PUT")],
        [route("/items/new"), route("/items/{id}")],
        [route("/items/{id:int}"), route("/items/{name}")],
    ],
)
def test_routes_that_can_be_told_apart(found: Callable, refuse: Callable, routes: list[dict[str, str]]) -> None:
    assert refuse(found(routes=routes)) == ()


def test_two_plugins_may_have_the_same_routes(found: Callable, refuse: Callable) -> None:
    assert refuse(found("alpha", routes=[route("/a")]), found("beta", routes=[route("/a")])) == ()
