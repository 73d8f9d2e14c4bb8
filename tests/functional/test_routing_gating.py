from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Security
from fastapi.routing import APIRoute
from hosting import Plugin, hosting, router
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Host, Match, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from honeyhost.errors import RouteRefusedError
from honeyhost.sdk import Caller, current_caller, current_plugin, requires

BASE = "/api/plugins/clinic"
KINDS = ("/api", "/nested/deep", "/raw", "/class", "/mount/inside", "/mount/", "/app/inside", "/hosted")


class Asgi:
    """
    An ASGI application that says "in".
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("in")(scope, receive, send)


def every_kind() -> APIRouter:
    """
    A router with one route of every kind.
    """
    made, nested, deep, inner = APIRouter(), APIRouter(), APIRouter(), FastAPI()

    async def answer() -> str:
        return "in"

    made.get("/api")(answer)
    deep.get("/deep")(answer)
    inner.get("/inside")(answer)
    nested.include_router(deep, prefix="/nested")
    made.include_router(nested)
    made.add_route("/raw", lambda _: PlainTextResponse("in"))
    made.routes.append(Route("/class", Asgi()))
    made.mount("/mount", Router([Route("/inside", Asgi()), Route("/", Asgi())]))
    made.mount("/app", inner)
    made.routes.append(Host("{any}", Router([Route("/hosted", Asgi())])))
    return made


@pytest.mark.parametrize("path", KINDS)
def test_a_stranger_gets_401_on_every_kind_of_route(path: str) -> None:
    answer = hosting(Plugin("clinic", [every_kind()])).get(BASE + path)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not authenticated",
        "status": 401,
        "detail": "Not authenticated",
        "code": "not-authenticated",
    }


@pytest.mark.parametrize("path", KINDS)
def test_a_caller_without_the_permission_gets_403_on_every_kind_of_route(path: str) -> None:
    plugin = Plugin("clinic", [every_kind()], policy="patient.read", permissions=("patient.read",))
    answer = hosting(plugin).get(BASE + path, "patient.write")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert answer.json() == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "needs the permission 'patient.read'",
        "code": "permission-missing",
        "permission": "patient.read",
        "plugin": "clinic",
    }


@pytest.mark.parametrize("path", KINDS)
@pytest.mark.parametrize("caller", ["patient.read", "admin"])
def test_a_caller_with_the_permission_gets_in_on_every_kind_of_route(path: str, caller: str) -> None:
    plugin = Plugin("clinic", [every_kind()], policy="patient.read", permissions=("patient.read",))
    answer = hosting(plugin).get(BASE + path, caller)
    assert (answer.status_code, answer.text.strip('"')) == (200, "in")


@pytest.mark.parametrize("path", KINDS)
def test_everyone_gets_in_where_the_manifest_says_public(path: str) -> None:
    assert hosting(Plugin("clinic", [every_kind()], policy="public")).get(BASE + path).status_code == 200


def test_a_public_router_opens_no_door_in_the_closed_one_beside_it() -> None:
    async def answer() -> str:
        return "in"

    open_, closed = router(("/open", answer)), router(("/closed", answer))
    hosted = hosting(Plugin("clinic", [(open_, "public"), (closed, "patient.read")], permissions=("patient.read",)))
    assert [hosted.get(BASE + path).status_code for path in ("/open", "/closed", "/none")] == [200, 401, 404]
    assert hosted.get(BASE + "/closed", "other.read").status_code == 403


def test_answers_come_in_the_order_404_401_403() -> None:
    async def answer() -> str:
        return "in"

    plugin = Plugin("clinic", [router(("/a", answer))], policy="patient.read", permissions=("patient.read",))
    hosted = hosting(plugin)
    assert hosted.get("/api/plugins/nobody/a").status_code == 404
    assert hosted.get(BASE + "/a").status_code == 401
    assert hosted.get(BASE + "/none").status_code == 401
    assert hosted.get(BASE + "/a", "other.read").status_code == 403
    assert hosted.get(BASE + "/none", "other.read").status_code == 404
    assert hosted.request("POST", BASE + "/a").status_code == 401
    assert hosted.request("POST", BASE + "/a", "other.read").status_code == 403
    assert hosted.request("POST", BASE + "/a", "patient.read").status_code == 405


def test_an_unknown_plugin_is_a_404_before_anybody_is_asked_who_they_are() -> None:
    asked: list[Any] = []

    async def identity(connection: Any) -> None:
        asked.append(connection)

    answer = hosting(identity=identity).get("/api/plugins/nobody/a")
    assert (answer.status_code, asked) == (404, [])
    assert answer.json()["code"] == "not-found"


def test_a_route_can_ask_for_more_than_its_router_and_both_are_needed() -> None:
    made = APIRouter()

    @made.post("/patients", dependencies=[Depends(requires("patient.edit"))])
    async def add() -> str:
        return "added"

    plugin = Plugin("clinic", [made], policy="patient.read", permissions=("patient.read", "patient.edit"))
    hosted = hosting(plugin)
    named = [hosted.request("POST", BASE + "/patients", caller) for caller in ("patient.read", "patient.edit", "other.x")]
    assert [answer.json()["permission"] for answer in named] == ["patient.edit", "patient.read", "patient.edit"]
    assert hosted.request("POST", BASE + "/patients", "patient.read,patient.edit").text == '"added"'


@pytest.mark.parametrize("wrap", [Depends, lambda marker: Security(marker, scopes=["x"])])
def test_a_requirement_is_found_however_deep_it_stands(wrap: Callable[[Any], Any]) -> None:
    async def inner(_: Annotated[Caller, wrap(requires("patient.read"))]) -> str:
        return "inner"

    async def outer(value: Annotated[str, Depends(inner)]) -> str:
        return value

    made = APIRouter(dependencies=[Depends(outer)])
    nested = APIRouter()

    @nested.get("/a")
    async def answer() -> str:
        return "in"

    made.include_router(nested)
    hosted = hosting(Plugin("clinic", [made], permissions=("patient.read",)))
    assert hosted.get(BASE + "/a", "other.x").json()["permission"] == "patient.read"
    assert hosted.get(BASE + "/a", "patient.read").status_code == 200


@pytest.mark.parametrize("path", ["/raw", "/mount/x", "/ui/"])
def test_what_a_router_requires_holds_for_its_raw_routes_too(path: str, tmp_path: Any) -> None:
    (tmp_path / "index.html").write_text("page")
    made = APIRouter(dependencies=[Depends(requires("patient.read"))])
    made.add_route("/raw", lambda _: PlainTextResponse("in"))
    made.mount("/mount", Asgi())
    made.frontend("/ui", directory=tmp_path)
    outside = APIRouter()
    outside.include_router(made)
    hosted = hosting(Plugin("clinic", [outside], policy="public", permissions=("patient.read",)))
    assert [hosted.get(BASE + path, caller).status_code for caller in (None, "other.x", "patient.read")] == [401, 403, 200]


def test_a_route_of_a_public_router_that_requires_a_permission_is_not_public() -> None:
    async def answer() -> str:
        return "in"

    made = APIRouter()
    made.get("/open")(answer)
    made.get("/closed", dependencies=[Depends(requires("patient.read"))])(answer)
    hosted = hosting(Plugin("clinic", [made], policy="public", permissions=("patient.read",)))
    assert [hosted.get(BASE + path).status_code for path in ("/open", "/closed")] == [200, 401]


def test_the_endpoint_can_have_the_caller_in_three_ways() -> None:
    made = APIRouter()

    @made.get("/me")
    async def me(caller: Annotated[Caller, Depends(requires("patient.read"))]) -> list[str]:
        current = current_caller()
        assert current is caller
        return [caller.id, current_plugin() or ""]

    @made.get("/thread")
    def thread() -> list[str | None]:
        current = current_caller()
        return [current.id if current else None, current_plugin()]

    hosted = hosting(Plugin("clinic", [made], policy="public", permissions=("patient.read",)))
    assert hosted.get(BASE + "/me", "patient.read").json() == ["patient.read", "clinic"]
    assert hosted.get(BASE + "/thread", "somebody").json() == ["somebody", "clinic"]
    assert hosted.get(BASE + "/thread").json() == [None, "clinic"]
    assert (current_caller(), current_plugin()) == (None, None)


def test_a_plugin_is_known_only_while_it_answers_and_calls_between_plugins_nest() -> None:
    app = FastAPI()
    known: list[str | None] = []

    class Watching:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await self.app(scope, receive, send)
            known.append(current_plugin())

    app.add_middleware(Watching)

    async def outer() -> list[str | None]:
        before = current_plugin()
        async with hosted.client("somebody") as client:
            inner = (await client.get("/api/plugins/ledger/a")).json()
        return [before, inner, current_plugin()]

    plugins = Plugin("clinic", [router(("/a", outer))]), Plugin("ledger", [router(("/a", current_plugin))])
    hosted = hosting(*plugins, app=app)
    assert hosted.get(BASE + "/a", "somebody").json() == ["clinic", "ledger", "clinic"]
    assert known == ["clinic", None]


def test_a_permission_that_the_manifest_does_not_declare_is_refused_with_the_near_miss() -> None:
    made = APIRouter()
    made.get("/a", dependencies=[Depends(requires("pateint.read"))])(lambda: "in")
    with pytest.raises(RouteRefusedError) as refused:
        hosting(Plugin("clinic", [made], permissions=("patient.read", "visit.read")))
    assert refused.value.message == (
        "plugin 'clinic' asks for the permission 'pateint.read' on GET /api/plugins/clinic/a, "
        "and its manifest does not declare it"
    )
    assert refused.value.hint == "did you mean 'patient.read'?"
    assert refused.value.params == {"plugin": "clinic", "permission": "pateint.read", "path": "/api/plugins/clinic/a"}


def test_an_undeclared_permission_that_resembles_nothing_is_refused_with_what_to_write() -> None:
    made = APIRouter(dependencies=[Depends(requires("ledger.close"))])
    made.mount("/files", Asgi())
    with pytest.raises(RouteRefusedError) as refused:
        hosting(Plugin("clinic", [made], permissions=("patient.read",)))
    assert "'ledger.close' on mount /api/plugins/clinic/files" in refused.value.message
    assert refused.value.hint == "add 'ledger.close' to permissions in plugin.yaml"


def test_a_permission_that_the_manifest_gives_a_router_without_declaring_it_is_refused() -> None:
    with pytest.raises(RouteRefusedError, match=r"'patient\.read' on GET /api/plugins/clinic/a,"):
        hosting(Plugin("clinic", [router(("/a", lambda: "in"))], policy="patient.read"))


def test_a_route_class_that_the_framework_would_drop_is_refused() -> None:
    class Odd(BaseRoute):
        pass

    inner, outer = APIRouter(), APIRouter()
    inner.routes.append(Odd())
    outer.include_router(inner)
    with pytest.raises(RouteRefusedError) as refused:
        hosting(Plugin("clinic", [outer]))
    assert refused.value.message == "plugin 'clinic' has a route of the class Odd, which the framework would drop"
    assert refused.value.hint == "use the routes of FastAPI or Starlette"


def test_a_requirement_of_the_host_need_not_be_declared_by_the_plugin() -> None:
    made = router(("/a", lambda: "in"))
    made.add_route("/raw", lambda _: PlainTextResponse("in"))
    hosted = hosting(Plugin("clinic", [made]), dependencies=[Depends(requires("platform.use"))])
    for path in ("/a", "/raw"):
        assert hosted.get(BASE + path, "other.x").json()["permission"] == "platform.use"
        assert hosted.get(BASE + path, "platform.use").status_code == 200


# What a plugin does cannot switch the gate off.


def test_overriding_the_requirement_does_not_open_the_route() -> None:
    made = APIRouter()
    made.get("/a", dependencies=[Depends(requires("patient.read"))])(lambda: "in")
    hosted = hosting(Plugin("clinic", [made], permissions=("patient.read",)))
    hosted.app.dependency_overrides[requires("patient.read")] = lambda: None
    assert hosted.get(BASE + "/a", "other.x").status_code == 403
    assert hosted.get(BASE + "/a", "patient.read").status_code == 200


def test_a_plugin_cannot_override_dependencies_of_the_host_while_it_answers() -> None:
    async def guard() -> None:
        raise HTTPException(418)

    app = FastAPI()
    app.get("/own", dependencies=[Depends(guard)])(lambda: "in")
    made = APIRouter()

    @made.get("/switch")
    async def switch(request: Request) -> None:
        request.app.dependency_overrides[guard] = lambda: None

    @made.get("/tidy")
    async def tidy(request: Request) -> None:
        request.app.dependency_overrides.clear()

    hosted = hosting(Plugin("clinic", [made]), app=app)
    assert hosted.get(BASE + "/switch", "somebody").status_code == 500
    assert hosted.get("/own").status_code == 418
    app.dependency_overrides[guard] = lambda: None
    assert hosted.get(BASE + "/tidy", "somebody").status_code == 500
    assert hosted.get("/own").status_code == 200


def test_a_route_that_is_added_after_attaching_is_not_served_and_opens_nothing(tmp_path: Any) -> None:
    (tmp_path / "index.html").write_text("page")
    made = router(("/a", lambda: "in"))
    late = APIRouter()
    late.frontend("/late", directory=tmp_path)
    hosted = hosting(Plugin("clinic", [made], policy="patient.read", permissions=("patient.read",)))
    assert hosted.get(BASE + "/a", "patient.read").status_code == 200
    made.get("/late")(lambda: "late")
    made.add_route("/raw", lambda _: PlainTextResponse("late"))
    made.include_router(late)
    for path in ("/late", "/raw", "/late/"):
        assert [hosted.get(BASE + path, caller).status_code for caller in (None, "other.x", "patient.read")] == [401, 404, 404]
    assert hosted.get(BASE + "/a", "patient.read").status_code == 200


def test_a_catch_all_of_a_plugin_leaves_the_hosts_routes_and_other_plugins_alone() -> None:
    app = FastAPI()
    app.get("/own")(lambda: "own")
    greedy = APIRouter()
    greedy.api_route("/{rest:path}", methods=["GET", "POST"], operation_id="greedy")(lambda rest: f"greedy {rest}")
    other = router(("/a", lambda: "other"))
    with pytest.warns(UserWarning, match="Duplicate Operation ID greedy"):
        hosted = hosting(Plugin("clinic", [greedy], policy="public"), Plugin("ledger", [other]), app=app)
    assert hosted.get(BASE + "/anything/at/all").text == '"greedy anything/at/all"'
    assert hosted.get("/own").text == '"own"'
    assert hosted.get("/api/plugins/ledger/a").status_code == 401
    assert hosted.get("/api/plugins/ledger/a", "somebody").text == '"other"'
    assert hosted.get("/openapi.json").status_code == 200


class Everywhere(APIRoute):
    def matches(self, _: Scope) -> tuple[Match, Scope]:
        return Match.FULL, {"endpoint": self.endpoint, "path_params": {}, "type": "websocket", "headers": [], "root_path": "/x"}


class Deaf(APIRoute):
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("mine")(scope, receive, send)


@pytest.mark.parametrize("kind", [Everywhere, Deaf])
def test_a_route_class_with_its_own_matching_or_handling_stands_behind_the_gate(kind: type[APIRoute]) -> None:
    made = APIRouter(route_class=kind)
    made.get("/a")(lambda: "in")
    plugin = Plugin("clinic", [made], policy="patient.read", permissions=("patient.read",))
    other = router(("/b", lambda: "other"))
    hosted = hosting(plugin, Plugin("ledger", [other], policy="ledger.read", permissions=("ledger.read",)))
    assert [hosted.get(BASE + "/a", caller).status_code for caller in (None,)] == [401]
    assert hosted.get("/api/plugins/ledger/b", "patient.read").status_code == 403
    assert hosted.get("/api/plugins/ledger/b", "ledger.read").text == '"other"'


def test_a_route_class_of_its_own_is_asked_only_for_callers_where_nothing_is_public() -> None:
    asked: list[str] = []

    class Asking(APIRoute):
        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            asked.append(scope["path"])
            return super().matches(scope)

    made = APIRouter(route_class=Asking)
    made.get("/a")(lambda: "in")
    hosted = hosting(Plugin("clinic", [made]))
    assert (hosted.get(BASE + "/a").status_code, asked) == (401, [])
    assert hosted.get(BASE + "/a", "somebody").text == '"in"'
    assert asked == [BASE + "/a"]


def test_middleware_of_the_plugin_stands_behind_the_gate_and_cannot_swallow_it() -> None:
    seen: list[str] = []

    def swallowing(app: ASGIApp) -> ASGIApp:
        async def inner(scope: Scope, receive: Receive, send: Send) -> None:
            seen.append(scope["path"])
            try:
                await app(scope, receive, send)
            except BaseException:  # noqa: BLE001 - what is tested
                await PlainTextResponse("swallowed")(scope, receive, send)

        return inner

    plugin = Plugin("clinic", [router(("/a", lambda: "in"))], policy="a.b", permissions=("a.b",), middleware=[swallowing])
    hosted = hosting(plugin)
    assert [hosted.get(BASE + "/a", caller).status_code for caller in (None, "x.y")] == [401, 403]
    assert seen == []
    assert hosted.get(BASE + "/a", "a.b").text == '"in"'


def test_an_endpoint_that_catches_everything_has_still_been_gated() -> None:
    made = APIRouter()

    @made.post("/read")
    async def read(request: Request) -> str:
        try:
            return str(len(await request.body()))
        except Exception:  # noqa: BLE001 - what is tested
            return "caught"

    hosted = hosting(Plugin("clinic", [made]), max_body_size=4)

    async def chunks() -> Any:
        for _ in range(3):
            yield b"xyz"

    assert hosted.request("POST", BASE + "/read", "somebody", content=b"1234").text == '"4"'
    assert hosted.request("POST", BASE + "/read", "somebody", content=chunks()).text == '"caught"'


def test_a_trailing_newline_reaches_no_route_past_its_policy(tmp_path: Any) -> None:
    # A pattern of the framework that ends in "$" also matches a path with one more newline.
    (tmp_path / "index.html").write_text("page")
    secret, pages = router(("/secret", lambda: "secret"), ("/secret/{name}", lambda name: "secret" + name)), APIRouter()
    pages.frontend("/", directory=tmp_path, fallback=None)
    hosted = hosting(Plugin("clinic", [(secret, "patient.read"), (pages, "public")], permissions=("patient.read",)))
    assert hosted.get(BASE + "/").text == "page"
    for path in ("/secret%0A", "/secret/x%0A", "/%0A"):
        answer = hosted.get(BASE + path)
        assert (answer.status_code, "secret" in answer.text) in [(401, False), (404, False)]


def test_a_frontend_has_the_policy_of_its_own_router(tmp_path: Any) -> None:
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(name)
    open_, closed = APIRouter(), APIRouter()
    open_.frontend("/", directory=tmp_path / "open", fallback=None)
    closed.frontend("/closed", directory=tmp_path / "closed", fallback=None)
    hosted = hosting(Plugin("clinic", [(open_, "public"), (closed, "a.b")], permissions=("a.b",)))
    assert hosted.get(BASE + "/").text == "open"
    assert hosted.get(BASE + "/closed/").status_code == 401
    assert hosted.get(BASE + "/closed/", "a.b").text == "closed"
    assert hosted.request("POST", BASE + "/closed/", "x.y").status_code == 403
    assert hosted.request("POST", BASE + "/closed/", "a.b").status_code == 405
    assert hosted.get(BASE + "/none.txt").status_code == 404


def test_the_identity_may_refuse_in_its_own_words() -> None:
    async def identity(_: Any) -> None:
        raise HTTPException(400, "broken token")

    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))], policy="public"), identity=identity)
    answer = hosted.get(BASE + "/a")
    assert (answer.status_code, answer.json()) == (400, {"detail": "broken token"})


def test_a_redirect_is_given_to_those_who_may_follow_it() -> None:
    hosted = hosting(Plugin("clinic", [router(("/a/", lambda: "in"))], policy="a.b", permissions=("a.b",)))
    assert [hosted.get(BASE + "/a", caller).status_code for caller in (None, "x.y", "a.b")] == [401, 403, 307]


def test_a_redirect_has_the_policy_of_the_route_that_it_leads_to() -> None:
    open_, closed = APIRouter(), APIRouter()
    open_.post("/a/")(lambda: "in")
    closed.get("/a/")(lambda: "in")
    hosted = hosting(Plugin("clinic", [(open_, "public"), (closed, "a.b")], permissions=("a.b",)))
    assert [hosted.request(method, BASE + "/a").status_code for method in ("POST", "GET", "PUT")] == [307, 401, 307]


def test_a_requirement_without_a_gate_refuses() -> None:
    app = FastAPI()
    app.get("/a", dependencies=[Depends(requires("a.b"))])(lambda: "in")
    assert hosting(app=app).get("/a", "a.b").status_code == 500


def test_a_requirement_inside_a_mounted_application_refuses_since_the_gate_cannot_see_it() -> None:
    inner, made = FastAPI(), APIRouter()
    inner.get("/a", dependencies=[Depends(requires("a.b"))])(lambda: "in")
    made.mount("/app", inner)
    hosted = hosting(Plugin("clinic", [made], permissions=("a.b",)))
    assert hosted.get(BASE + "/app/a", "a.b").status_code == 500
