"""
The same over the wire: a real server, with the application's lifespan, behind a proxy's prefix.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, UploadFile
from fastapi.responses import StreamingResponse
from hosting import Hosting, Plugin, hosting, serving
from starlette.routing import Mount

BASE = "/api/plugins/clinic"
HEADERS = {"x-caller": "somebody"}


def clinic(events: list[str]) -> APIRouter:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, str]]:
        events.append("start")
        yield {"pool": "pool"}
        events.append("stop")

    made = APIRouter(lifespan=lifespan)

    @made.get("/state")
    async def state(request: Request) -> dict[str, Any]:
        return {"pool": request.state.pool, "host": request.state.host, "url": str(request.url_for("state"))}

    @made.get("/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for number in range(3):
                yield f"{number}\n".encode()
                await asyncio.sleep(0)

        return StreamingResponse(parts(), media_type="text/plain")

    @made.post("/upload")
    async def upload(file: UploadFile) -> int:
        return len(await file.read())

    made.get("/slash/")(lambda: "in")
    return made


@pytest.fixture
def events() -> list[str]:
    """
    What the plugin's lifespan says.
    """
    return []


@pytest.fixture
def hosted(events: list[str]) -> Hosting:
    """
    A plugin with a lifespan in an application with one.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, str]]:
        await made.manager.start()
        yield {"host": "the host's", "pool": "not the host's"}
        await made.manager.stop()

    made = hosting(Plugin("clinic", [clinic(events)]), app=FastAPI(lifespan=lifespan), max_body_size=1000)
    return made


@pytest.fixture
def client(hosted: Hosting) -> Iterator[httpx.Client]:
    """
    A client of the application behind a server.
    """
    with serving(hosted.app) as address, httpx.Client(base_url=f"http://{address}{BASE}", headers=HEADERS, timeout=20) as made:
        yield made


def test_the_lifespan_of_the_application_starts_and_stops_plugins(hosted: Hosting, events: list[str]) -> None:
    with serving(hosted.app) as address:
        assert events == ["start"]
        found = httpx.get(f"http://{address}{BASE}/state", headers=HEADERS).json()
        assert (found["host"], found["pool"]) == ("the host's", "not the host's")
    assert events == ["start", "stop"]


def test_streams_arrive_in_pieces(client: httpx.Client) -> None:
    with client.stream("GET", "/stream") as answer:
        assert "".join(answer.iter_text()) == "0\n1\n2\n"
        assert answer.headers["transfer-encoding"] == "chunked"


def test_head_options_and_other_methods_answer_as_in_the_framework(client: httpx.Client) -> None:
    answers = [client.request(method, "/state") for method in ("HEAD", "OPTIONS", "DELETE")]
    assert [(answer.status_code, answer.headers["allow"]) for answer in answers] == [(405, "GET")] * 3
    assert client.get("/slash").headers["location"] == str(client.base_url) + "slash/"


def test_uploads_are_counted(client: httpx.Client) -> None:
    assert client.post("/upload", files={"file": b"x" * 100}).text == "100"
    assert client.post("/upload", files={"file": b"x" * 2000}).status_code == 413


def test_refusals_travel_too(client: httpx.Client) -> None:
    del client.headers["x-caller"]
    assert [client.get(path).status_code for path in ("/state", "/none")] == [401, 401]
    assert client.get(f"http://{client.base_url.netloc.decode()}/api/plugins/x").status_code == 404


@pytest.mark.parametrize("stripping", [True, False])
def test_behind_a_proxy_with_a_prefix_routes_urls_and_document_have_it(hosted: Hosting, stripping: bool) -> None:
    # A server that knows its root path puts it before the path; a proxy that strips nothing sends it along.
    app: Any = hosted.app if stripping else FastAPI(routes=[Mount("/platform", hosted.app)])
    options = {"root_path": "/platform", "lifespan": "off"} if stripping else {"lifespan": "off"}

    with serving(app, **options) as address:
        before = "" if stripping else "/platform"
        base = f"http://{address}{before}"
        slash = httpx.get(base + BASE + "/slash", headers=HEADERS)
        assert slash.headers["location"] == f"http://{address}/platform{BASE}/slash/"
        assert httpx.get(base + BASE + "/slash/", headers=HEADERS).json() == "in"
        document = httpx.get(base + "/openapi.json").json()
        assert (document["servers"], BASE + "/state" in document["paths"]) == ([{"url": "/platform"}], True)
        assert "/platform/openapi.json" in httpx.get(base + "/docs").text
        assert httpx.get(base + "/api/plugins/nobody/x").status_code == 404
        assert httpx.get(base + BASE + "/state").status_code == 401
