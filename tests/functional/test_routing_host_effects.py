from typing import Annotated, Any

import pytest
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, File, Form, HTTPException, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from hosting import Plugin, hosting, router
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

BASE = "/api/plugins/clinic"
KNOWN = "somebody"


class IllError(Exception):
    pass


def test_exception_handlers_of_the_host_word_what_plugins_raise() -> None:
    app = FastAPI()

    @app.exception_handler(IllError)
    async def ill(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"ill": str(error)}, 418)

    @app.exception_handler(RequestValidationError)
    async def invalid(*_: Any) -> JSONResponse:
        return JSONResponse({"invalid": True}, 400)

    made = APIRouter()

    @made.get("/raise")
    async def fall() -> None:
        raise IllError("flu")

    @made.get("/typed")
    async def typed(number: int) -> int:
        return number

    hosted = hosting(Plugin("clinic", [made]), app=app)
    answer = hosted.get(BASE + "/raise", KNOWN)
    assert (answer.status_code, answer.json()) == (418, {"ill": "flu"})
    assert hosted.get(BASE + "/typed?number=x", KNOWN).json() == {"invalid": True}


def test_an_exception_that_nobody_handles_is_a_500_of_the_host() -> None:
    async def fall() -> None:
        raise IllError

    assert hosting(Plugin("clinic", [router(("/a", fall))])).get(BASE + "/a", KNOWN).status_code == 500


@pytest.mark.parametrize("blocking", [False, True])
def test_a_host_that_words_http_exceptions_itself_words_refusals_too(blocking: bool) -> None:
    app = FastAPI()

    def said(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"said": error.detail}, error.status_code)

    async def said_later(request: Request, error: HTTPException) -> JSONResponse:
        return said(request, error)

    app.exception_handlers[HTTPException.__mro__[1]] = said if blocking else said_later
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), app=app)
    assert hosted.get(BASE + "/a").json() == {"said": "Not authenticated"}
    assert hosted.get("/api/plugins/nobody/a").json() == {"said": "Not Found"}
    assert hosted.get(BASE + "/none", KNOWN).json() == {"said": "Not Found"}


def test_a_host_that_words_a_status_words_refusals_of_it() -> None:
    app = FastAPI()
    app.exception_handler(404)(lambda *_: PlainTextResponse("nothing here", 404))
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), app=app)
    assert hosted.get("/api/plugins/nobody/a").text == "nothing here"
    assert hosted.get(BASE + "/a").json()["code"] == "not-authenticated"


def test_a_host_with_words_for_refusals_keeps_them() -> None:
    app = FastAPI()
    first = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), app=app)
    before = dict(app.exception_handlers)
    second = hosting(Plugin("ledger", [router(("/a", lambda: "in"))]), app=app, prefix="/ext/plugins/{slug}")
    assert app.exception_handlers == before
    assert second.get("/ext/plugins/ledger/a").json()["code"] == "not-authenticated"
    assert first.get(BASE + "/a").json()["code"] == "not-authenticated"


def test_a_host_that_was_asked_before_it_had_plugins_words_refusals_in_the_frameworks_way() -> None:
    app = FastAPI()
    assert hosting(app=app).get("/own").status_code == 404
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), app=app)
    assert hosted.get(BASE + "/a", KNOWN).text == '"in"'


def raw_router() -> APIRouter:
    made = APIRouter()
    made.get("/api")(lambda: "in")
    made.add_route("/raw", lambda _: PlainTextResponse("in"))
    made.mount("/mount", FastAPI(routes=[Route("/inside", lambda _: PlainTextResponse("in"))], openapi_url=None))
    return made


@pytest.mark.parametrize("path", ["/api", "/raw", "/mount/inside"])
def test_dependencies_of_the_application_come_before_every_kind_of_route(path: str) -> None:
    async def closed(request: Request) -> None:
        if "open" not in request.query_params:
            raise HTTPException(423, "closed")

    hosted = hosting(Plugin("clinic", [raw_router()]), app=FastAPI(dependencies=[Depends(closed)]))
    assert [hosted.get(BASE + path + query, KNOWN).status_code for query in ("", "?open")] == [423, 200]


@pytest.mark.parametrize("path", ["/api", "/raw", "/mount/inside"])
def test_dependencies_of_the_host_for_plugins_come_after_those_of_the_application(path: str) -> None:
    order: list[str] = []
    app = FastAPI(dependencies=[Depends(lambda: order.append("application"))])
    hosted = hosting(Plugin("clinic", [raw_router()]), app=app, dependencies=[Depends(lambda: order.append("host"))])
    assert hosted.get(BASE + path, KNOWN).status_code == 200
    assert order == ["application", "host"]


@pytest.mark.parametrize("path", ["/api", "/raw"])
def test_dependencies_run_behind_the_gate_and_their_background_tasks_run_too(path: str) -> None:
    done: list[str] = []

    async def later(tasks: BackgroundTasks) -> None:
        tasks.add_task(done.append, "later")

    hosted = hosting(Plugin("clinic", [raw_router()]), dependencies=[Depends(later)])
    hosted.get(BASE + path)
    assert done == []
    hosted.get(BASE + path, KNOWN)
    assert done == ["later"]


def test_overrides_from_outside_act_on_plugin_routes() -> None:
    def clock() -> str:
        return "now"

    made = APIRouter()

    @made.get("/time")
    async def time(value: Annotated[str, Depends(clock)]) -> str:
        return value

    app = FastAPI(dependencies=[Depends(clock)])
    hosted = hosting(Plugin("clinic", [made]), app=app)
    assert hosted.get(BASE + "/time", KNOWN).text == '"now"'
    app.dependency_overrides[clock] = lambda: "then"
    assert hosted.get(BASE + "/time", KNOWN).text == '"then"'
    app.dependency_overrides = {clock: lambda: "soon"}
    assert hosted.get(BASE + "/time", KNOWN).text == '"soon"'
    app.dependency_overrides = {}
    assert hosted.get(BASE + "/time", KNOWN).text == '"now"'


def test_middleware_of_the_host_acts_on_plugin_routes() -> None:
    app = FastAPI()
    app.add_middleware(GZipMiddleware, minimum_size=10)
    app.add_middleware(CORSMiddleware, allow_origins=["http://shell"], allow_methods=["GET"])

    @app.middleware("http")
    async def stamp(request: Request, call_next: Any) -> Any:
        answer = await call_next(request)
        answer.headers["x-seen"] = getattr(request.state, "seen", "")
        return answer

    made = APIRouter()

    @made.get("/long")
    async def long(request: Request) -> str:
        request.state.seen = "by the plugin"
        return "x" * 1000

    hosted = hosting(Plugin("clinic", [made]), app=app)
    answer = hosted.get(BASE + "/long", KNOWN, headers={"origin": "http://shell", "accept-encoding": "gzip"})
    assert answer.json() == "x" * 1000
    names = ("content-encoding", "access-control-allow-origin", "x-seen")
    assert [answer.headers[name] for name in names] == ["gzip", "http://shell", "by the plugin"]
    headers = {"origin": "http://shell", "access-control-request-method": "GET"}
    assert hosted.request("OPTIONS", BASE + "/long", headers=headers).status_code == 200


def test_settings_of_the_application_act_on_plugin_routes() -> None:
    class Loud(JSONResponse):
        media_type = "application/loud+json"

    app = FastAPI(default_response_class=Loud, redirect_slashes=False, strict_content_type=False)
    made = router(("/a", lambda: "in"))

    @made.post("/body")
    async def body(value: dict[str, int]) -> int:
        return value["a"]

    hosted = hosting(Plugin("clinic", [made]), app=app)
    assert hosted.get(BASE + "/a", KNOWN).headers["content-type"] == "application/loud+json"
    assert hosted.get(BASE + "/a/", KNOWN).status_code == 404
    assert hosted.request("POST", BASE + "/body", KNOWN, content=b'{"a": 1}').json() == 1


def test_the_application_of_a_request_is_the_hosts() -> None:
    app = FastAPI()
    app.state.name = "the platform"
    made = APIRouter()

    @made.get("/app")
    async def name(request: Request) -> list[Any]:
        return [request.app.state.name, request.scope["router"].routes is app.router.routes]

    assert hosting(Plugin("clinic", [made]), app=app).get(BASE + "/app", KNOWN).json() == ["the platform", True]


def counting(seen: list[str], name: str) -> Any:
    class Seen:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            seen.append(f"{name} {scope['path']}")
            await self.app(scope, receive, send)

    return Seen


def test_middleware_of_a_manifest_wraps_all_routes_of_its_plugin_alone_outermost_first(tmp_path: Any) -> None:
    seen: list[str] = []
    (tmp_path / "index.html").write_text("page")
    made = raw_router()
    made.frontend("/ui", directory=tmp_path)
    plugin = Plugin("clinic", [made], middleware=[counting(seen, "first"), counting(seen, "second")])
    hosted = hosting(plugin, Plugin("ledger", [router(("/a", lambda: "in"))]))
    for path in ("/api", "/raw", "/ui/", "/api/"):
        assert hosted.get(BASE + path, KNOWN).status_code in (200, 307)
        assert seen == [f"first {BASE}{path}", f"second {BASE}{path}"]
        seen.clear()
    assert hosted.get(BASE + "/mount/inside", KNOWN).text == "in"
    assert seen == [f"first {BASE}/mount/inside", f"second {BASE}/mount/inside"]
    seen.clear()
    assert hosted.get("/api/plugins/ledger/a", KNOWN).text == '"in"'
    assert hosted.get(BASE + "/none", KNOWN).status_code == 404
    assert hosted.request("POST", BASE + "/api", KNOWN).status_code == 405
    assert seen == []


def test_middleware_and_body_limit_of_a_raw_route_are_kept() -> None:
    seen: list[str] = []

    async def read(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    made = APIRouter()
    made.routes.append(Route("/raw", read, methods=["POST"], middleware=[Middleware(counting(seen, "own"))], max_body_size=4))
    hosted = hosting(Plugin("clinic", [made]))
    assert hosted.request("POST", BASE + "/raw", KNOWN, content=b"1234").text == "4"
    assert hosted.request("POST", BASE + "/raw", KNOWN, content=b"12345").status_code == 413
    assert seen == [f"own {BASE}/raw"] * 2


def test_a_raw_route_obeys_the_body_limit_of_the_router_round_it() -> None:
    async def read(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    inner, outer = APIRouter(), APIRouter(max_body_size=4)
    inner.add_route("/raw", read, methods=["POST"])
    outer.include_router(inner)
    hosted = hosting(Plugin("clinic", [outer]))
    assert hosted.request("POST", BASE + "/raw", KNOWN, content=b"1234").text == "4"
    assert hosted.request("POST", BASE + "/raw", KNOWN, content=b"12345").status_code == 413


def test_form_limits_of_routers_and_of_the_host_add_up() -> None:
    app = FastAPI()
    app.router.form_limits = {"max_part_size": 8}
    made, inner = APIRouter(form_limits={"max_fields": 2}), APIRouter()

    @inner.post("/form")
    async def form(a: Annotated[str, Form()]) -> str:
        return a

    @inner.post("/file")
    async def file(data: Annotated[UploadFile, File()]) -> int:
        return len(await data.read())

    made.include_router(inner)
    hosted = hosting(Plugin("clinic", [made]), app=app)
    post = BASE + "/form"

    def sent(**fields: str) -> int:
        parts = [(name, (None, value)) for name, value in fields.items()]
        return hosted.request("POST", post, KNOWN, files=parts).status_code

    assert sent(a="1", b="2") == 200
    assert sent(a="1", b="2", c="3") == 400  # the router's limit of fields
    assert sent(a="123456789") == 400  # the host's limit of a part
    assert hosted.request("POST", BASE + "/file", KNOWN, files={"data": b"123456789"}).text == "9"


def test_streams_background_tasks_and_static_files_work(tmp_path: Any) -> None:
    (tmp_path / "a.txt").write_text("file")
    done: list[str] = []
    made = APIRouter()
    made.mount("/files", StaticFiles(directory=tmp_path), name="files")

    @made.get("/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> Any:
            yield b"a"
            yield b"b"

        return StreamingResponse(parts())

    @made.get("/task")
    async def task(tasks: BackgroundTasks) -> str:
        tasks.add_task(done.append, "done")
        return "in"

    hosted = hosting(Plugin("clinic", [made]))
    assert hosted.get(BASE + "/stream", KNOWN).text == "ab"
    assert hosted.get(BASE + "/files/a.txt", KNOWN).text == "file"
    assert (hosted.get(BASE + "/task", KNOWN).status_code, done) == (200, ["done"])


def test_a_whole_application_named_as_a_router_brings_its_routes() -> None:
    inner = FastAPI()
    inner.get("/a")(lambda: "in")
    assert hosting(Plugin("clinic", [inner])).get(BASE + "/a", KNOWN).text == '"in"'
