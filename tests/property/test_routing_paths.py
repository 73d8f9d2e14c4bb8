"""
Path games: whatever is asked for, the decision is the one of the framework's router, or a refusal; nobody gets past a policy.
"""

import asyncio
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import APIRouter, FastAPI
from hosting import Plugin, hosting
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router
from starlette.types import Message, Scope

PREFIX = "/api/plugins/p"
PIECES = (
    *("/", "//", "/..", "/.", "..", ".", "%2e%2e", "%2E", "%2f", "%2F", "%00", "%0a", "%0d", "\\", "%5c", ";", "%3b", "?", "#"),
    *(
        "api",
        "API",
        "plugins",
        "Plugins",
        "p",
        "P",
        "%70",
        "q",
        "secret",
        "Secret",
        "%73ecret",
        "open",
        "raw",
        "mount",
        "files",
    ),
    *("é", "%c3%a9", "\u202e", "{slug}", "*", "~", "+", " ", "%20", "%25", "%ff", "1", "-1"),
)
PATHS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
GAMES = st.one_of(PATHS.map(lambda tail: PREFIX + tail), PATHS.map(lambda tail: PREFIX + "/secret" + tail), PATHS)


def make() -> tuple[APIRouter, APIRouter]:
    """
    A closed router with routes of many kinds, and an open one.
    """
    closed, open_ = APIRouter(), APIRouter()
    closed.get("/secret")(lambda: "secret")
    closed.get("/secret/{name}")(lambda name: "secret" + name)
    closed.get("/secret/{rest:path}/end")(lambda rest: "secret" + rest)
    closed.add_route("/raw", lambda _: PlainTextResponse("secret"))
    closed.mount("/mount", Router([Route("/{rest:path}", lambda _: PlainTextResponse("secret"))]))
    open_.get("/open")(lambda: "open")
    open_.get("/{number:int}")(lambda number: number)
    return closed, open_


CLOSED, OPEN = make()
APP, TWIN = FastAPI(), FastAPI()
for router in make():
    TWIN.include_router(router, prefix=PREFIX)
HOSTED = hosting(Plugin("p", [(CLOSED, "a.b"), (OPEN, "public")], permissions=("a.b",)), app=APP)


async def asked(app: FastAPI, path: str, caller: str | None) -> tuple[int, bytes, bytes]:
    headers = [(b"host", b"host"), *([(b"x-caller", caller.encode())] if caller else [])]
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path, errors="replace"),  # as servers do it
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "server": ("host", 80),
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    location = dict(sent[0]["headers"]).get(b"location", b"")
    return sent[0]["status"], location, b"".join(message.get("body", b"") for message in sent[1:])


@settings(max_examples=400, deadline=None)
@given(GAMES)
@example(PREFIX + "/secret%0a")
@example(PREFIX + "/secret%0a/")
@example(PREFIX + "%2fsecret")
@example("/api/plugins/P/secret")
@example("/api/plugins/p./secret")
@example("//api/plugins/p/secret")
@example("/api/plugins//p/secret")
@example("/api/plugins/../plugins/p/secret")
def test_the_decision_is_the_routers_or_a_404(path: str) -> None:
    async def both() -> tuple[Any, Any]:
        return await asked(TWIN, path, None), await asked(APP, path, "a.b")

    expected, found = asyncio.run(both())
    assert found[0] == 404 or found == expected
    inside = unquote(path, errors="replace").startswith(PREFIX + "/")
    # The framework's patterns also match before a newline at the end, behind which its redirect looks as well; ours do not.
    if expected[0] != 404 and inside and not unquote(path).rstrip("/").endswith("\n"):
        assert found == expected


@settings(max_examples=400, deadline=None)
@given(GAMES, st.sampled_from((None, "x.y")))
def test_nobody_gets_past_a_policy(path: str, caller: str | None) -> None:
    status, location, body = asyncio.run(asked(APP, path, caller))
    assert b"secret" not in body
    assert b"secret" not in location
    assert status in (200, 307, 401, 403, 404, 405)


@pytest.mark.parametrize("path", ["/secret", "/secret/x", "/raw", "/mount/x", "/secret/a/b/end"])
def test_the_games_are_about_something(path: str) -> None:
    assert b"secret" in asyncio.run(asked(APP, PREFIX + path, "a.b"))[2]
