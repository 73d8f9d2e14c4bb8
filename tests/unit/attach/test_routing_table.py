import asyncio
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Match, Mount, Route, Router

from honeyhost.attach.routing.construction import RouterSource, build_table
from honeyhost.attach.routing.policy import AUTHENTICATED
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.site import Site
from honeyhost.attach.routing.table import Table

BASE = "/plugins/clinic"


def made(router: APIRouter, **options: Any) -> Table:
    """
    The table of one router.
    """
    site = Site(app=FastAPI(), prefix=Prefix.parse("/plugins/{slug}"), **options)
    source = RouterSource(router=router, policy=AUTHENTICATED, reference=".routes:router")
    return build_table(site, [source], plugin="clinic", title="Clinic", declared=())


def named(router: APIRouter, path: str, name: str, **options: Any) -> None:
    router.add_api_route(path, lambda: name, name=name, **options)


def static(table: Table) -> dict[str, dict[str | None, str]]:
    """
    What can be looked up, by path and method.
    """
    return {
        path.removeprefix(BASE): {method: route.name for method, route in found.items()} for path, found in table.static.items()
    }


def test_static_routes_are_looked_up_by_path_and_method_and_the_first_wins() -> None:
    router = APIRouter()
    named(router, "/a", "first")
    named(router, "/a", "second", methods=["GET", "POST"])
    router.add_route("/raw", lambda _: PlainTextResponse(""), name="raw")
    assert static(made(router)) == {"/a": {"GET": "first", "POST": "second"}, "/raw": {"GET": "raw", "HEAD": "raw"}}


def test_a_static_route_behind_one_with_a_parameter_is_not_looked_up_where_that_one_matches() -> None:
    router = APIRouter()
    named(router, "/{name}", "any", methods=["POST"])
    named(router, "/items/{number:int}", "item")
    named(router, "/a", "static", methods=["GET", "POST"])
    named(router, "/items/x", "word")
    named(router, "/items/3", "hidden")
    assert static(made(router)) == {"/a": {"GET": "static"}, "/items/x": {"GET": "word"}, "/items/3": {}}


def test_a_static_route_behind_a_mount_is_not_looked_up_where_that_one_matches() -> None:
    router = APIRouter()
    router.routes.append(Mount("/files", Router()))
    named(router, "/files/a", "hidden")
    named(router, "/files", "beside")
    assert static(made(router)) == {"/files/a": {}, "/files": {"GET": "beside"}}


def test_nothing_behind_a_route_of_a_class_with_its_own_matching_is_looked_up() -> None:
    class Own(APIRoute):
        def matches(self, scope: Any) -> Any:
            return super().matches(scope)

    router = APIRouter()
    named(router, "/before", "before")
    named(router, "/own", "own", route_class_override=Own)
    named(router, "/after", "after")
    assert static(made(router)) == {"/before": {"GET": "before"}}


def test_a_route_of_a_class_with_its_own_matching_is_asked_for_every_path() -> None:
    class Anywhere(APIRoute):
        def matches(self, scope: Any) -> Any:
            return Match.FULL, {"path": scope["path"]}

    router = APIRouter()
    named(router, "/before/{name}", "before")
    named(router, "/own", "own", route_class_override=Anywhere)
    table = made(router)
    for path, name in (("/before/x", "before"), ("/before", "own"), ("/elsewhere/x", "own"), ("", "own")):
        found = table.select({"type": "http", "method": "GET", "path": BASE + path}, BASE + path)
        assert found is not None
        assert found[0].name == name


def test_an_app_that_answers_every_method_is_found_by_scanning() -> None:
    class App:
        async def __call__(self, *_: Any) -> None: ...

    router = APIRouter()
    router.routes.append(Route("/app", App(), name="app"))
    table = made(router)
    found = table.select({"type": "http", "method": "BREW", "path": BASE + "/app"}, BASE + "/app")
    assert (static(table), found is not None and found[0].name) == ({"/app": {}}, "app")


def test_only_routes_of_as_many_segments_and_the_same_first_one_are_tried() -> None:
    router = APIRouter()
    named(router, "/items/static", "static")
    named(router, "/items/{number:int}", "item")
    named(router, "/items/{number:int}/owner", "owner")
    named(router, "/items/{rest:path}", "rest")
    named(router, "/{any}/{thing}", "any")
    table = made(router)

    def near(path: str) -> list[str]:
        return [route.name for route in table._near(table._http, BASE + path)]

    assert near("/items/3") == ["item", "rest", "any"]
    assert near("/items/3/owner") == ["owner", "rest"]
    assert near("/items/3/owner/x") == ["rest"]
    assert near("/others/3") == ["any"]
    assert near("/others") == []


def test_routes_are_described_in_order_frontends_last(tmp_path: Any) -> None:
    router = APIRouter()
    router.frontend("/ui", directory=tmp_path)
    named(router, "/a/{number:int}", "item")
    router.mount("/files", Router())
    described = [(route.kind, route.path, route.label, route.source) for route in made(router)]
    assert described == [
        ("http", f"{BASE}/a/{{number:int}}", f"{BASE}/a/{{number}}", ".routes:router"),
        ("mount", f"{BASE}/files", f"{BASE}/files/{{path}}", ".routes:router"),
        ("mount", f"{BASE}/ui", None, ".routes:router"),
    ]


def test_a_path_that_does_not_begin_with_a_slash_matches_what_it_matches_in_the_framework() -> None:
    router = APIRouter()
    named(router, "{rest:path}", "rest")
    found = made(router).select({"type": "http", "method": "GET", "path": BASE + "/x"}, BASE + "/x")
    assert found is not None
    assert (found[0].name, found[1]) == ("rest", {"rest": "/x"})


@pytest.mark.parametrize(
    ("app", "dependencies", "plain"),
    [
        (FastAPI(), (), True),
        (FastAPI(title="other", version="9"), (), True),
        (FastAPI(), (Depends(len),), False),
        (FastAPI(dependencies=[Depends(len)]), (), False),
        (FastAPI(responses={404: {}}), (), False),
        (FastAPI(callbacks=[APIRoute("/a", len)]), (), False),
        (FastAPI(deprecated=True), (), False),
        (FastAPI(include_in_schema=False), (), False),
        (FastAPI(default_response_class=PlainTextResponse), (), False),
        (FastAPI(default_response_class=JSONResponse), (), False),
        (FastAPI(generate_unique_id_function=lambda route: route.name), (), False),
        (FastAPI(separate_input_output_schemas=False), (), False),
    ],
)
def test_an_application_without_settings_that_show_in_a_document_is_plain(app: FastAPI, dependencies: Any, plain: bool) -> None:
    assert Site(app=app, prefix=Prefix.parse("/plugins/{slug}"), own_dependencies=dependencies).plain is plain


def test_a_raw_route_without_dependencies_is_answered_by_its_own_app() -> None:
    async def answer(*_: Any) -> None:
        answered.append("in")

    class App:
        __call__ = staticmethod(answer)

    answered: list[str] = []
    router = APIRouter()
    app = App()
    router.routes.append(Route("/app", app))
    (route,) = made(router)
    assert route.app is app
    asyncio.run(route.app({}, None, None))  # type: ignore[arg-type] # it looks at nothing
    assert answered == ["in"]
