from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.staticfiles import StaticFiles
from hosting import Hosting, Plugin, hosting, router, serving
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, NoMatchFound, Route

BASE = "/api/plugins/clinic"
KNOWN = "somebody"


def named() -> APIRouter:
    """
    A router with named routes, and one that says what it finds.
    """
    made = APIRouter()

    @made.get("/items/{number:int}", name="get_item")
    async def item(number: int) -> int:
        return number

    @made.get("/urls")
    async def urls(request: Request, name: str) -> str:
        params = {key: value for key, value in request.query_params.items() if key != "name"}
        try:
            return str(request.url_for(name, **params))
        except NoMatchFound as error:
            return str(error)

    return made


def found(hosted: Hosting, name: str, **params: Any) -> str:
    """
    What ``url_for`` finds inside the plugin.
    """
    answer: str = hosted.get(BASE + "/urls", KNOWN, params={"name": name, **params}).json()
    return answer


def test_inside_a_plugin_its_own_routes_have_bare_names() -> None:
    assert found(hosting(Plugin("clinic", [named()])), "get_item", number=3) == f"http://host{BASE}/items/3"


def test_a_bare_name_is_the_plugins_own_before_it_is_the_hosts() -> None:
    app = FastAPI()
    app.get("/own/{number}", name="get_item")(lambda number: number)
    app.get("/only", name="only")(lambda: "in")
    hosted = hosting(Plugin("clinic", [named()]), app=app)
    assert found(hosted, "get_item", number=3) == f"http://host{BASE}/items/3"
    assert found(hosted, "only") == "http://host/only"
    assert app.url_path_for("get_item", number=3) == "/own/3"


def test_everywhere_a_route_of_a_plugin_is_named_by_slug_and_name() -> None:
    app = FastAPI()

    @app.get("/where")
    async def where(request: Request) -> str:
        return str(request.url_for("ledger:get_item", number=4))

    hosted = hosting(Plugin("clinic", [named()]), Plugin("ledger", [named()]), app=app)
    assert found(hosted, "ledger:get_item", number=3) == "http://host/api/plugins/ledger/items/3"
    assert hosted.get("/where").json() == "http://host/api/plugins/ledger/items/4"
    assert app.url_path_for("clinic:get_item", number=5) == f"{BASE}/items/5"
    assert hosted.manager.state("ledger") == "attached"


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("clinic:none", {}),
        ("clinic:get_item", {}),
        ("clinic:get_item", {"number": 1, "more": 2}),
        ("nobody:get_item", {"number": 1}),
        ("none", {}),
    ],
)
def test_what_is_not_there_is_said_as_the_framework_says_it(name: str, params: dict[str, Any]) -> None:
    hosted = hosting(Plugin("clinic", [named()]))
    with pytest.raises(NoMatchFound):
        hosted.app.url_path_for(name, **params)
    assert found(hosted, name, **params).startswith(f'No route exists for name "{name}"')


def test_a_handler_of_the_host_finds_names_for_a_plugin_that_was_not_loaded() -> None:
    app = FastAPI()
    app.get("/login", name="login")(lambda: "in")

    @app.exception_handler(401)
    async def to_login(request: Request, _: Exception) -> PlainTextResponse:
        return PlainTextResponse(str(request.url_for("login")), 401)

    hosted = hosting(Plugin("clinic", [named()]), app=app)
    assert hosted.get(BASE + "/urls").text == "http://host/login"
    assert hosted.manager.state("clinic") == "attached"


def test_a_disabled_plugin_has_no_names() -> None:
    hosted = hosting(Plugin("clinic", [named()]), Plugin("ledger", [named()]), enabled={"ledger": False})
    assert found(hosted, "ledger:get_item", number=3).startswith("No route exists")


def test_mounts_and_websockets_have_names_too(tmp_path: Any) -> None:
    made = named()
    made.mount("/files", StaticFiles(directory=tmp_path), name="files")
    made.routes.append(Mount("/sub", routes=[Route("/page", lambda _: PlainTextResponse("in"), name="page")], name="sub"))

    @made.websocket("/talk/{room}", name="talk")
    async def talk(room: str) -> None: ...

    hosted = hosting(Plugin("clinic", [made]))
    assert found(hosted, "files", path="a.css") == f"http://host{BASE}/files/a.css"
    assert found(hosted, "sub:page") == f"http://host{BASE}/sub/page"
    assert found(hosted, "talk", room="x") == f"ws://host{BASE}/talk/x"
    assert found(hosted, "clinic:files", path="/a.css") == f"http://host{BASE}/files/a.css"
    assert found(hosted, "clinic:talk", room="x") == f"ws://host{BASE}/talk/x"


def test_the_first_of_two_routes_with_one_name_and_the_same_parameters_is_meant() -> None:
    made = named()
    made.get("/things/{number}", name="get_item")(lambda number: number)
    hosted = hosting(Plugin("clinic", [made]))
    assert found(hosted, "get_item", number=3) == f"http://host{BASE}/items/3"
    assert hosted.app.url_path_for("clinic:get_item", number=3) == f"{BASE}/items/3"


def test_a_host_route_whose_name_has_a_colon_is_found(tmp_path: Any) -> None:
    app = FastAPI()
    app.routes.append(Mount("/sub", routes=[Route("/page", lambda _: PlainTextResponse("in"), name="page")], name="sub"))
    hosted = hosting(Plugin("clinic", [named()]), app=app)
    assert (app.url_path_for("sub:page"), found(hosted, "sub:page")) == ("/sub/page", "http://host/sub/page")


def test_urls_behind_a_proxy_that_strips_its_prefix_have_it() -> None:
    hosted = hosting(Plugin("clinic", [named()]))
    with serving(hosted.app, root_path="/platform") as address:
        answer = httpx.get(
            f"http://{address}{BASE}/urls", params={"name": "get_item", "number": 3}, headers={"x-caller": KNOWN}
        )
    assert answer.json() == f"http://{address}/platform{BASE}/items/3"


def test_a_host_below_another_application_serves_and_names_its_plugins_there() -> None:
    inner = hosting(Plugin("clinic", [named(), router(("/go/", lambda: "in"))]))
    outer = FastAPI(routes=[Mount("/outer", inner.app)])
    outside = Hosting(outer, inner.site, inner.manager, inner.detach)
    answer = outside.get("/outer" + BASE + "/urls", KNOWN, params={"name": "get_item", "number": 3})
    assert answer.json() == f"http://host/outer{BASE}/items/3"
    assert outside.get("/outer" + BASE + "/items/7", KNOWN).json() == 7
    assert outside.get("/outer" + BASE + "/go", KNOWN).headers["location"] == f"http://host/outer{BASE}/go/"
    assert outside.get("/outer" + BASE + "/items/7").status_code == 401
    assert outside.get("/outer/api/plugins/nobody/x").status_code == 404


def test_path_parameters_of_an_application_outside_are_kept() -> None:
    made = APIRouter()

    @made.get("/static")
    async def static(request: Request) -> dict[str, Any]:
        return request.path_params

    @made.get("/with/{number:int}")
    async def with_number(request: Request, number: int) -> dict[str, Any]:
        return {**request.path_params, "number": number}

    inner = hosting(Plugin("clinic", [made]))
    outside = Hosting(FastAPI(routes=[Mount("/of/{tenant}", inner.app)]), inner.site, inner.manager, inner.detach)
    assert outside.get(f"/of/x{BASE}/static", KNOWN).json() == {"tenant": "x"}
    assert outside.get(f"/of/x{BASE}/with/3", KNOWN).json() == {"tenant": "x", "number": 3}
