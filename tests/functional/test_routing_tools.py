from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.telemetry._api import _RequestTelemetry
from hosting import Plugin, hosting, router
from starlette.responses import PlainTextResponse
from starlette.routing import Match, Mount, Route

BASE = "/api/plugins/clinic"
KNOWN = "somebody"


def observed(hosted: Any, path: str, method: str = "GET") -> _RequestTelemetry:
    """
    What the framework's own telemetry learns of a request.
    """
    telemetry = _RequestTelemetry(span=None, span_method=method)
    app = hosted.app

    async def outside(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "fastapi.telemetry": telemetry}, receive, send)

    hosted.app = outside
    try:
        hosted.request(method, path, KNOWN)
    finally:
        hosted.app = app
    return telemetry


@pytest.fixture
def hosted(tmp_path: Any) -> Any:
    """
    A plugin with a route of every kind.
    """
    (tmp_path / "index.html").write_text("page")
    made = router(("/a", lambda: "in"), ("/items/{number:int}", lambda number: number))
    made.add_route("/raw/{name}", lambda _: PlainTextResponse("in"))
    made.routes.append(Mount("/sub", FastAPI(routes=[Route("/{page}", lambda _: PlainTextResponse("in"))])))
    made.frontend("/ui", directory=tmp_path)
    return hosting(Plugin("clinic", [made]))


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/a", "/a"),
        ("/items/3", "/items/{number}"),
        ("/raw/x", "/raw/{name}"),
        ("/sub/x", "/sub/{page}"),
        ("/ui/", "/ui/{path}"),
        ("/a/", "/a"),
    ],
)
def test_telemetry_of_the_framework_labels_requests_by_the_whole_path_of_the_route(hosted: Any, path: str, label: str) -> None:
    assert observed(hosted, BASE + path).route == BASE + label


@pytest.mark.parametrize("path", ["/none", "/items/x"])
def test_a_miss_is_labelled_by_the_prefix(hosted: Any, path: str) -> None:
    assert observed(hosted, BASE + path).route == "/api/plugins/{slug}"


def test_tools_find_route_and_endpoint_in_the_scope() -> None:
    found: list[Any] = []
    made = APIRouter()

    @made.get("/items/{number:int}")
    async def item(request: Request, number: int) -> int:
        found.append((request.scope["route"], request.scope["endpoint"]))
        return number

    @made.get("/a")
    async def static(request: Request) -> None:
        found.append((request.scope["route"], request.scope["endpoint"]))

    hosted = hosting(Plugin("clinic", [made]))
    for path in ("/items/3", "/a"):
        assert hosted.get(BASE + path, KNOWN).status_code == 200
    assert [(type(route), endpoint) for route, endpoint in found] == [(APIRoute, item), (APIRoute, static)]
    assert [route.path for route, _ in found] == ["/items/{number:int}", "/a"]


def test_every_request_has_path_parameters_of_its_own() -> None:
    made = APIRouter()

    @made.get("/a")
    async def static(request: Request) -> dict[str, Any]:
        before = dict(request.scope["path_params"])
        request.scope["path_params"]["more"] = 1
        return before

    hosted = hosting(Plugin("clinic", [made]))
    assert [hosted.get(BASE + "/a", KNOWN).json() for _ in range(3)] == [{}, {}, {}]


def test_tools_that_walk_the_routes_find_one_for_all_plugins() -> None:
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]))
    scope = {"type": "http", "method": "GET", "path": BASE + "/a", "root_path": "", "headers": []}
    matching = [
        (context.path, context.path_format, context.name)
        for context in iter_route_contexts(hosted.app.routes)
        if context.matches(dict(scope))[0] is Match.FULL
    ]
    assert matching == [("/api/plugins/{slug}", "/api/plugins/{slug}", "honeyhost")]


def test_matching_changes_nothing_in_the_scope(hosted: Any) -> None:
    (route, *_) = hosted.app.router.routes
    for path in ("/a", "/items/3", "/none"):
        for _ in range(2):
            scope = {"type": "http", "method": "GET", "path": BASE + path, "headers": []}
            assert route.matches(scope)[0] is Match.FULL
            assert scope == {"type": "http", "method": "GET", "path": BASE + path, "headers": []}
            hosted.get(BASE + path, KNOWN)
