import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import StreamingResponse
from hosting import Plugin, hosting, router, serving

BASE = "/api/plugins/clinic"
KNOWN = "somebody"


async def read(request: Request) -> int:
    return len(await request.body())


async def pieces(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size


def reading(**options: Any) -> APIRouter:
    made = APIRouter(**options)
    made.post("/read")(read)
    made.get("/read")(read)
    return made


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read() -> None:
    read_at_all: list[Any] = []
    made = APIRouter()

    @made.post("/read")
    async def endpoint(request: Request) -> None:
        read_at_all.append(request)

    answer = hosting(Plugin("clinic", [made]), max_body_size=10).request("POST", BASE + "/read", KNOWN, content=b"x" * 11)
    assert (answer.status_code, read_at_all) == (413, [])
    assert answer.json() == {
        "type": "about:blank",
        "title": "Content too large",
        "status": 413,
        "detail": "the body is larger than 10 bytes",
        "code": "content-too-large",
        "limit": 10,
    }


@pytest.mark.parametrize("length", ["0011", "9" * 30, "1" * 5000])
def test_a_length_is_read_however_it_is_written(length: str) -> None:
    hosted = hosting(Plugin("clinic", [reading()]), max_body_size=10)
    headers = {"content-length": length}
    assert hosted.request("POST", BASE + "/read", KNOWN, headers=headers, content=b"x").status_code == 413


@pytest.mark.parametrize("length", ["0010", "0000", "", "-1", "eleven", "+11"])
def test_a_length_that_is_small_or_none_is_left_to_the_counting(length: str) -> None:
    hosted = hosting(Plugin("clinic", [reading()]), max_body_size=10)
    headers = {"content-length": length}
    assert hosted.request("POST", BASE + "/read", KNOWN, headers=headers, content=b"x").text == "1"
    assert hosted.request("POST", BASE + "/read", KNOWN, headers=headers, content=pieces(6, 6)).status_code == 413


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_the_gate_counts_what_comes_whatever_was_said(method: str) -> None:
    hosted = hosting(Plugin("clinic", [reading()]), max_body_size=10)
    assert hosted.request(method, BASE + "/read", KNOWN, content=pieces(4, 6)).text == "10"
    assert hosted.request(method, BASE + "/read", KNOWN, content=pieces(4, 6, 1)).json()["code"] == "content-too-large"


def test_a_plugin_cannot_lift_the_limit_of_the_gate_with_one_of_its_own() -> None:
    hosted = hosting(Plugin("clinic", [reading(max_body_size=1000)]), app=FastAPI(max_body_size=5), max_body_size=10)
    assert hosted.request("POST", BASE + "/read", KNOWN, content=pieces(6)).text == "6"
    assert hosted.request("POST", BASE + "/read", KNOWN, content=pieces(6, 5)).status_code == 413
    assert hosted.request("POST", BASE + "/read", KNOWN, content=b"x" * 11).status_code == 413


def test_a_plugin_can_be_stricter_than_the_gate() -> None:
    hosted = hosting(Plugin("clinic", [reading(max_body_size=5)]), max_body_size=10)
    assert [hosted.request("POST", BASE + "/read", KNOWN, content=pieces(n)).status_code for n in (5, 6)] == [200, 413]


def test_the_limit_of_the_application_holds_where_nothing_else_is_said() -> None:
    hosted = hosting(Plugin("clinic", [reading()]), app=FastAPI(max_body_size=5))
    assert [hosted.request("POST", BASE + "/read", KNOWN, content=pieces(n)).status_code for n in (5, 6)] == [200, 413]


def test_each_request_is_counted_anew_and_a_refused_caller_is_refused_first() -> None:
    hosted = hosting(Plugin("clinic", [reading()]), max_body_size=10)
    assert [hosted.request("POST", BASE + "/read", KNOWN, content=b"x" * 10).text for _ in range(3)] == ["10"] * 3
    assert hosted.request("POST", BASE + "/read", content=b"x" * 11).status_code == 401


def test_without_a_limit_bodies_are_not_counted() -> None:
    assert hosting(Plugin("clinic", [reading()])).request("POST", BASE + "/read", KNOWN, content=b"x" * 99999).text == "99999"


def test_an_endpoint_that_takes_too_long_is_stopped_and_answered_504() -> None:
    stopped: list[str] = []

    async def slow() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.append("stopped")
            raise

    answer = hosting(Plugin("clinic", [router(("/slow", slow))]), timeout=0.01).get(BASE + "/slow", KNOWN)
    assert (answer.status_code, stopped) == (504, ["stopped"])
    assert answer.json() == {
        "type": "about:blank",
        "title": "Timed out",
        "status": 504,
        "detail": "the plugin 'clinic' did not answer within 0.01 s",
        "code": "plugin-timeout",
        "plugin": "clinic",
    }


def test_an_endpoint_that_blocks_its_thread_is_answered_504_too() -> None:
    go = threading.Event()
    hosted = hosting(Plugin("clinic", [router(("/slow", go.wait))]), timeout=0.01)

    async def ask() -> int:
        async with hosted.client(KNOWN) as client:
            try:
                return (await client.get(BASE + "/slow")).status_code
            finally:
                go.set()

    assert asyncio.run(ask()) == 504


def test_what_answers_in_time_is_left_alone() -> None:
    async def quick() -> str:
        await asyncio.to_thread(int)
        return "in"

    assert hosting(Plugin("clinic", [router(("/a", quick))]), timeout=30).get(BASE + "/a", KNOWN).text == '"in"'


def test_a_timeout_of_the_plugins_own_is_its_own_failure() -> None:
    async def fall() -> None:
        raise TimeoutError("mine")

    assert hosting(Plugin("clinic", [router(("/a", fall))]), timeout=30).get(BASE + "/a", KNOWN).status_code == 500


def test_an_answer_that_has_begun_is_broken_off() -> None:
    async def endless() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"begun"
            await asyncio.Event().wait()

        return StreamingResponse(parts())

    hosted = hosting(Plugin("clinic", [router(("/a", endless))]), timeout=0.2)
    with serving(hosted.app) as address, pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"http://{address}{BASE}/a", headers={"x-caller": KNOWN}, timeout=20)


def test_middleware_of_the_plugin_is_inside_the_time_limit() -> None:
    def hanging(_: Any) -> Any:
        async def inner(*_: Any) -> None:
            await asyncio.Event().wait()

        return inner

    plugin = Plugin("clinic", [router(("/a", lambda: "in"))], middleware=[hanging])
    assert hosting(plugin, timeout=0.01).get(BASE + "/a", KNOWN).status_code == 504
