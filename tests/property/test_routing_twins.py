"""
Random plugins answer exactly as included routers would: status, headers and body of random requests.
"""

import asyncio
import tempfile
from asyncio import Event
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.routing import APIRoute
from hosting import Plugin, hosting
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Route, Router
from starlette.types import Message, Receive, Scope, Send

PREFIX = "/api/plugins/p"
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS")
PIECES = ("a", "b", "ab", "{%}", "{%:int}", "{%:float}", "{%:path}", "a-{%}", "{%:uuid}")
VALUES = ("a", "b", "ab", "7", "1.5", "a-7", "00000000-0000-0000-0000-000000000007", "x", "", "a/b", "%C3%A9", "A", "a%2Fb")
FILES = Path(tempfile.mkdtemp())
for name in ("index.html", "a", "b/index.html"):
    (FILES / name).parent.mkdir(exist_ok=True)
    (FILES / name).write_text(name)


@dataclass(frozen=True)
class Made:
    """
    One thing in a router: a route, a mount, a frontend or another router.
    """

    kind: str
    path: str
    methods: tuple[str, ...] = ("GET",)
    inner: tuple["Made", ...] = ()


class Versioned(APIRoute):
    """
    A route that a header chooses.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if (b"x-version", b"2") not in scope["headers"]:
            return Match.NONE, {}
        return super().matches(scope)


class Opposing(APIRoute):
    """
    A route that answers itself.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(f"opposing {scope['method']}")(scope, receive, send)


@st.composite
def paths(draw: Any, *, empty: bool = False) -> str:
    pieces = draw(st.lists(st.sampled_from(PIECES), min_size=0 if empty else 1, max_size=3))
    text = "".join("/" + piece for piece in pieces)
    return text if empty else text + draw(st.sampled_from(("", "", "/")))


def with_names(path: str, number: int) -> str:
    """
    A path whose parameters have names that occur nowhere else.
    """
    for place in range(path.count("%")):
        path = path.replace("%", f"p{number}_{place}", 1)
    return path


LEAVES = st.builds(
    Made,
    kind=st.sampled_from(
        ("api", "api", "api", "sync", "empty", "teapot", "raw", "class", "mount", "app", "versioned", "opposing")
    ),
    path=paths(),
    methods=st.lists(st.sampled_from(METHODS), min_size=1, max_size=3, unique=True).map(tuple),
)
FRONTENDS = st.builds(Made, kind=st.just("frontend"), path=st.sampled_from(("/", "/a", "/b/a")))
ROUTERS = st.recursive(
    st.lists(LEAVES | FRONTENDS, max_size=5).map(tuple),
    lambda inner: st.lists(
        LEAVES | st.builds(Made, kind=st.just("router"), path=paths(empty=True), inner=inner), min_size=1, max_size=4
    ).map(tuple),
    max_leaves=6,
)


def endpoint(number: int, kind: str) -> Callable[..., Any]:
    async def answer(request: Request) -> Any:
        if kind == "empty":
            return Response(status_code=204, headers={"x-number": str(number)})
        if kind == "teapot":
            raise HTTPException(418, [number], headers={"x-teapot": "1"})
        return {"number": number, "params": {key: str(value) for key, value in request.path_params.items()}}

    def blocking(request: Request) -> Any:
        return {"number": number, "params": {key: str(value) for key, value in request.path_params.items()}}

    return blocking if kind == "sync" else answer


class Asgi:
    def __init__(self, text: str) -> None:
        self.text = text

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = f"{self.text} {scope['path']} {scope.get('root_path')}"
        await PlainTextResponse(said)(scope, receive, send)


def build(things: Sequence[Made], counter: list[int]) -> APIRouter:
    made = APIRouter()
    for thing in things:
        counter[0] += 1
        number, methods, path = counter[0], list(thing.methods), with_names(thing.path, counter[0])
        if thing.kind == "router":
            made.include_router(build(thing.inner, counter), prefix=path)
        elif thing.kind == "frontend":
            made.frontend(path, directory=FILES, fallback=None)
        elif thing.kind == "raw":

            async def raw(request: Request, number: int = number) -> Response:
                return PlainTextResponse(f"raw {number} {sorted(request.path_params)}")

            made.add_route(path, raw, methods=methods)
        elif thing.kind == "class":
            made.routes.append(Route(path, Asgi(f"class {number}")))
        elif thing.kind == "mount":
            made.mount(path, Router([Route("/a", Asgi(f"mount {number}")), Route("/b/", Asgi(f"deep {number}"))]))
        elif thing.kind == "app":
            inner = FastAPI(openapi_url=None)
            inner.get("/a")(endpoint(number, "api"))
            made.mount(path, inner)
        else:
            classes = {"versioned": Versioned, "opposing": Opposing}
            made.add_api_route(
                path,
                endpoint(number, thing.kind),
                methods=methods,
                include_in_schema=False,
                route_class_override=classes.get(thing.kind),
            )
    return made


@dataclass(frozen=True)
class Asked:
    """
    One request.
    """

    method: str
    path: str
    version: str | None


@st.composite
def requests(draw: Any, things: Sequence[Made]) -> Asked:
    def flat(these: Sequence[Made], before: str) -> list[str]:
        found: list[str] = []
        for thing in these:
            found.append(before + thing.path + ("/a" if thing.kind in ("mount", "app", "frontend") else ""))
            found.extend(flat(thing.inner, before + thing.path))
        return found

    known = [piece for path in flat(things, "") for piece in (path, path + "/", path.rstrip("/"))]
    template = draw(st.sampled_from([*known, "/none", "", "/"]))
    while "{" in template:
        start, end = template.index("{"), template.index("}")
        template = template[:start] + draw(st.sampled_from(VALUES)) + template[end + 1 :]
    extra = draw(st.sampled_from(("", "", "", "/", "//", "/a", ".", "?q=1")))
    return Asked(draw(st.sampled_from(METHODS)), PREFIX + template + extra, draw(st.sampled_from((None, "2"))))


@st.composite
def cases(draw: Any) -> tuple[tuple[tuple[Made, ...], ...], list[Asked], bool]:
    routers = draw(st.lists(ROUTERS, min_size=1, max_size=2).map(tuple))
    every = [thing for router in routers for thing in router]
    asked = draw(st.lists(requests(every), min_size=1, max_size=12))
    return routers, asked, draw(st.booleans())


Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


async def answered(app: FastAPI, asked: Asked) -> Answer:
    path, _, query = asked.path.partition("?")
    headers = [
        (b"host", b"host"),
        (b"x-caller", b"somebody"),
        *([(b"x-version", asked.version.encode())] if asked.version else []),
    ]
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        "path": path.replace("%C3%A9", "é").replace("%2F", "/"),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "server": ("host", 80),
    }
    sent: list[Message] = []

    incoming = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        message = next(incoming, None)
        return message if message is not None else await Event().wait()  # type: ignore[func-returns-value] # never

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], sorted(sent[0]["headers"]), body


def comparable(answer: Answer) -> Answer:
    """
    The answer without what is known to differ: the words of a 404, and the order of methods that a set gives.
    """
    status, headers, body = answer
    if status == 404:
        return status, [], b""
    names = {name: b", ".join(sorted(value.split(b", "))) if name == b"allow" else value for name, value in headers}
    return status, sorted(names.items()), body


@settings(max_examples=150, deadline=None)
@given(cases())
def test_random_plugins_answer_as_included_routers_would(case: tuple[Any, list[Asked], bool]) -> None:
    routers, asked, redirects = case
    twin, app = FastAPI(redirect_slashes=redirects), FastAPI(redirect_slashes=redirects)
    counter, again = [0], [0]
    for things in routers:
        twin.include_router(build(things, counter), prefix=PREFIX)
    hosting(Plugin("p", [build(things, again) for things in routers], policy="public"), app=app)

    async def compare() -> None:
        for one in asked:
            expected, found = comparable(await answered(twin, one)), comparable(await answered(app, one))
            assert found == expected, one

    asyncio.run(compare())
