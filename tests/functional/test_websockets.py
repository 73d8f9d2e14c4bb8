import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket, WebSocketException
from hosting import Hosting, Plugin, hosting, serving
from starlette.routing import Mount, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from honeyhost.sdk import Caller, current_plugin, requires

BASE = "/api/plugins/clinic"
KINDS = ("/api/1", "/nested/api/1", "/raw", "/class", "/mount/inside")


async def say(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_json([current_plugin(), websocket.url.path])
    await websocket.close()


class Asgi:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await say(WebSocket(scope, receive, send))


def every_kind() -> APIRouter:
    """
    A router with one websocket route of every kind.
    """
    made, nested = APIRouter(), APIRouter(prefix="/nested")

    async def numbered(websocket: WebSocket, number: int) -> None:
        assert number == 1
        await say(websocket)

    nested.websocket("/api/{number:int}")(numbered)
    made.websocket("/api/{number}")(numbered)
    made.include_router(nested)
    made.add_websocket_route("/raw", say)
    made.routes.append(WebSocketRoute("/class", Asgi()))
    made.routes.append(Mount("/mount", Router([WebSocketRoute("/inside", say)])))
    made.get("/http")(lambda: "in")
    return made


class Messages:
    """
    A websocket in this process, as a server would drive it.
    """

    def __init__(self, hosted: Hosting, path: str, caller: str | None = None, **scope: Any) -> None:
        headers = [] if caller is None else [(b"x-caller", caller.encode())]
        self.scope = {"type": "websocket", "path": path, "headers": headers, "query_string": b"", "scheme": "ws", **scope}
        self.sent: list[Any] = []
        self._app = hosted.app

    def exchange(self) -> list[Any]:
        """
        What the application sends to a client that connects and leaves.
        """
        incoming: Iterator[Any] = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}])

        async def receive() -> Any:
            return next(incoming)

        async def send(message: Any) -> None:
            self.sent.append(message)

        asyncio.run(self._app(self.scope, receive, send))
        return self.sent


def closed(code: int, reason: str) -> list[Any]:
    return [{"type": "websocket.close", "code": code, "reason": reason}]


@pytest.mark.parametrize("path", KINDS)
def test_a_stranger_is_closed_with_1008_on_every_kind_of_route(path: str) -> None:
    hosted = hosting(Plugin("clinic", [every_kind()]))
    assert Messages(hosted, BASE + path).exchange() == closed(1008, "not-authenticated")


@pytest.mark.parametrize("path", KINDS)
def test_a_caller_without_the_permission_is_closed_with_1008_on_every_kind_of_route(path: str) -> None:
    hosted = hosting(Plugin("clinic", [every_kind()], policy="a.b", permissions=("a.b",)))
    assert Messages(hosted, BASE + path, "x.y").exchange() == closed(1008, "permission-missing")


@pytest.mark.parametrize("path", KINDS)
@pytest.mark.parametrize("caller", ["a.b", "admin"])
def test_a_caller_with_the_permission_gets_in_on_every_kind_of_route(path: str, caller: str) -> None:
    hosted = hosting(Plugin("clinic", [every_kind()], policy="a.b", permissions=("a.b",)))
    accepted, message, _ = Messages(hosted, BASE + path, caller).exchange()
    assert (accepted["type"], json.loads(message["text"])) == ("websocket.accept", ["clinic", BASE + path])


@pytest.mark.parametrize("path", ["/none", "/http", "/api/x"])
def test_a_websocket_where_there_is_none_is_closed(path: str) -> None:
    hosted = hosting(Plugin("clinic", [every_kind()], policy="public"))
    if path == "/api/x":
        (message,) = Messages(hosted, BASE + path, "x.y").exchange()
        assert (message["type"], message["code"]) == ("websocket.close", 1008)  # the framework refuses what is no number
    else:
        assert Messages(hosted, BASE + path, "x.y").exchange() == closed(1008, "not-found")


def test_a_disabled_or_unknown_plugin_closes_websockets() -> None:
    hosted = hosting(Plugin("clinic", [every_kind()]), enabled={"clinic": False})
    for slug in ("clinic", "nobody"):
        assert Messages(hosted, f"/api/plugins/{slug}/raw", "admin").exchange() == closed(1008, "not-found")


def test_a_plugin_that_cannot_start_says_try_again_later() -> None:
    def once(app: Any) -> Any:
        if made:
            raise ValueError
        made.append(app)
        return app

    made: list[Any] = []
    hosted = hosting(Plugin("clinic", [every_kind()], middleware=[once]))
    assert Messages(hosted, BASE + "/raw", "admin").exchange() == closed(1013, "plugin-failed")


def test_requirements_on_websockets_are_read_by_the_gate_and_give_the_caller() -> None:
    made = APIRouter()

    @made.websocket("/talk")
    async def talk(websocket: WebSocket, caller: Annotated[Caller, Depends(requires("a.b"))]) -> None:
        await websocket.accept()
        await websocket.send_text(caller.id)

    @made.websocket("/bare", dependencies=[Depends(requires("a.b"))])
    async def bare(websocket: WebSocket) -> None:
        await say(websocket)

    hosted = hosting(Plugin("clinic", [made], permissions=("a.b",)))
    for path in ("/talk", "/bare"):
        assert Messages(hosted, BASE + path, "x.y").exchange() == closed(1008, "permission-missing")
    assert Messages(hosted, BASE + "/talk", "a.b").exchange()[1]["text"] == "a.b"
    assert len(Messages(hosted, BASE + "/bare", "a.b").exchange()) == 3


@pytest.mark.parametrize("path", KINDS)
def test_dependencies_of_the_host_come_before_every_kind_of_websocket(path: str) -> None:
    async def closed_hours(websocket: WebSocket) -> None:
        if "open" not in websocket.query_params:
            raise WebSocketException(4000, "closed")

    def guard(connection: Annotated[None, Depends(closed_hours)]) -> None:
        pass

    hosted = hosting(Plugin("clinic", [every_kind()]), app=FastAPI(dependencies=[Depends(guard)]))
    assert Messages(hosted, BASE + path, "x.y").exchange() == closed(4000, "closed")
    assert len(Messages(hosted, BASE + path, "x.y", query_string=b"open=1").exchange()) == 3


def test_overrides_from_outside_act_on_websockets() -> None:
    def name() -> str:
        return "real"

    made = APIRouter()

    @made.websocket("/name")
    async def told(websocket: WebSocket, value: Annotated[str, Depends(name)]) -> None:
        await websocket.accept()
        await websocket.send_text(value)

    hosted = hosting(Plugin("clinic", [made]))
    hosted.app.dependency_overrides[name] = lambda: "fake"
    assert Messages(hosted, BASE + "/name", "x.y").exchange()[1]["text"] == "fake"


def test_middleware_limits_and_lifespan_of_a_plugin_leave_websockets_alone() -> None:
    seen: list[str] = []

    def middleware(app: Any) -> Any:
        async def inner(scope: Any, receive: Any, send: Any) -> None:
            seen.append(scope["type"])
            await app(scope, receive, send)

        return inner

    made = every_kind()
    made.add_event_handler("startup", lambda: None)
    hosted = hosting(Plugin("clinic", [made], middleware=[middleware]), timeout=20, max_body_size=1)
    assert len(Messages(hosted, BASE + "/raw", "x.y").exchange()) == 3
    assert seen == ["websocket"]


def test_a_path_below_another_root_is_stripped() -> None:
    hosted = hosting(Plugin("clinic", [every_kind()]))
    messages = Messages(hosted, "/root" + BASE + "/api/1", "x.y", root_path="/root")
    assert messages.exchange()[0]["type"] == "websocket.accept"


# The same over the wire.


def talk(address: str, path: str, caller: str | None, ask: Callable[[ClientConnection], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        headers = {} if caller is None else {"x-caller": caller}
        async with connect(f"ws://{address}{path}", additional_headers=headers, proxy=None) as connection:
            return await ask(connection)

    return asyncio.run(main())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """
    A plugin with websockets behind a real server.
    """
    made = every_kind()

    @made.websocket("/echo")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(text.upper())

    hosted = hosting(Plugin("clinic", [made], policy="a.b", permissions=("a.b",)), max_body_size=4, timeout=20)
    with serving(hosted.app, ws="websockets-sansio", lifespan="off") as found:
        yield found


def test_messages_go_both_ways_and_are_not_bodies(address: str) -> None:
    async def ask(connection: ClientConnection) -> list[Any]:
        found = []
        for text in ("a", "longer than the limit of a body"):
            await connection.send(text)
            found.append(await connection.recv())
        return found

    assert talk(address, BASE + "/echo", "a.b", ask) == ["A", "LONGER THAN THE LIMIT OF A BODY"]


@pytest.mark.parametrize("path", KINDS)
def test_every_kind_of_route_answers_over_the_wire(address: str, path: str) -> None:
    async def ask(connection: ClientConnection) -> list[Any]:
        said = json.loads(await connection.recv())
        with pytest.raises(ConnectionClosed):
            await connection.recv()
        return [said, connection.close_code]

    assert talk(address, BASE + path, "a.b", ask) == [["clinic", BASE + path], 1000]


@pytest.mark.parametrize("path", ["/raw", "/api/1", "/none"])
@pytest.mark.parametrize("caller", [None, "x.y"])
def test_a_refused_websocket_never_opens(address: str, path: str, caller: str | None) -> None:
    async def ask(_: ClientConnection) -> None:
        raise AssertionError

    with pytest.raises(InvalidStatus) as refused:
        talk(address, BASE + path, caller, ask)
    assert refused.value.response.status_code == 403
