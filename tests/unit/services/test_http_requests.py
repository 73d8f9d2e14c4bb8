"""
Requests: what goes over the wire, what comes back, and what is counted.
"""

import asyncio
import math

import pytest
from answering import answer, serving
from guarding import Guarded

from honeyhost.errors import (
    OperationFailedError,
    OperationLimitedError,
    OperationRefusedError,
    OperationTimeoutError,
    PermissionNotGrantedError,
)
from honeyhost.sdk.operations import HTTP_REQUEST
from honeyhost.services import ServiceSettings
from honeyhost.services.http import HttpClient, PluginHttp


async def here(host, port):
    return ["127.0.0.1"]


class Given:
    """
    ``host.http`` of a plugin, and a server that it reaches as ``api.example.com``.
    """

    def __init__(self, server, *, guarded=None, **settings):
        self.server = server
        self.settings = ServiceSettings(internal_hosts=("api.example.com",), **settings)
        self.client = HttpClient(self.settings, resolve=here)
        self.guarded = guarded or Guarded(f"http:api.example.com:{server.port}")
        self.http = PluginHttp(self.guarded.guard, self.client)
        self.origin = f"http://api.example.com:{server.port}"

    async def request(self, method="GET", path="/", **given):
        return await self.http.request(method, self.origin + path, **given)


def run(test, reply=None, **settings):
    async def ok(asked, writer):
        return answer(b"ok")

    async def main():
        async with serving(reply or ok) as server:
            given = Given(server, **settings)
            try:
                return await test(given)
            finally:
                await given.client.close()

    return asyncio.run(main())


def test_a_request_goes_out_and_its_answer_comes_back():
    async def reply(asked, writer):
        return answer(
            b'{"sum": 3}',
            "Content-Type: application/json",
            "X-A: 1",
            "x-a: 2",
            "Set-Cookie: a=1",
            "Set-Cookie: b=2",
            status=404,
        )

    async def test(given):
        back = await given.request("POST", "/sums?of=1", params={"and": "2"}, json={"ü": [1, None]}, headers={"X-Key": " k "})
        (asked,) = given.server.asked
        assert (asked.method, asked.target, asked.body) == ("POST", "/sums?of=1&and=2", '{"ü":[1,null]}'.encode())
        assert asked.lines == [
            ("host", f"api.example.com:{given.server.port}"),
            ("accept", "*/*"),
            ("user-agent", "honeyhost"),
            ("x-key", "k"),
            ("content-type", "application/json"),
            ("accept-encoding", "gzip, deflate"),
            ("content-length", "15"),
        ]
        assert (back.status, back.body, back.text, back.json()) == (404, b'{"sum": 3}', '{"sum": 3}', {"sum": 3})
        assert back.headers == {
            "content-length": "10",
            "content-type": "application/json",
            "x-a": "1, 2",
            "set-cookie": "a=1\nb=2",
        }
        assert given.guarded.counted(HTTP_REQUEST) == (1, 0, 0)
        shape = HTTP_REQUEST.answer_shape.of(back).model_dump(mode="json")
        assert (shape["status"], shape["headers"]["x-a"]) == (404, "1, 2")
        with pytest.raises(TypeError):
            back.headers["x-a"] = "3"

    run(test, reply)


@pytest.mark.parametrize(
    ("method", "given", "body", "headers"),
    [
        ("GET", {}, b"", {}),
        ("HEAD", {}, b"", {}),
        ("DELETE", {}, b"", {}),
        ("OPTIONS", {}, b"", {}),
        ("POST", {}, b"", {"content-length": "0"}),
        ("PUT", {"content": b"\x00\xff"}, b"\x00\xff", {"content-length": "2"}),
        (
            "PATCH",
            {"json": 0, "headers": {"Content-Type": "application/x"}},
            b"0",
            {"content-length": "1", "content-type": "application/x"},
        ),
        ("DELETE", {"json": False}, b"false", {"content-length": "5", "content-type": "application/json"}),
        ("GET", {"headers": {"User-Agent": "mine", "ACCEPT": "text/html"}}, b"", {"user-agent": "mine", "accept": "text/html"}),
    ],
)
def test_each_method_and_body_is_sent_as_it_is(method, given, body, headers):
    async def reply(asked, writer):
        return answer() if method != "HEAD" else b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Encoding: gzip\r\n\r\n"

    async def test(plugin):
        back = await plugin.request(method, **given)
        (asked,) = plugin.server.asked
        usual = {
            "host": f"api.example.com:{plugin.server.port}",
            "accept": "*/*",
            "user-agent": "honeyhost",
            "accept-encoding": "gzip, deflate",
        }
        assert (asked.method, asked.body, asked.headers) == (method, body, usual | headers)
        assert back.body == b""

    run(test, reply)


@pytest.mark.parametrize(
    ("method", "given", "message"),
    [
        ("get", {}, "'get' is no method"),
        ("CONNECT", {}, "'CONNECT' is no method"),
        ("TRACE", {}, "'TRACE' is no method"),
        ("GET / HTTP/1.1\r\nX: y\r\n\r\nGET", {}, "'GET / HTTP/1.1\\r\\nX: y\\r\\n\\r\\nGET' is no method"),
        ("POST", {"content": b"a", "json": 1}, "a request has 'content' or 'json', not both"),
        ("POST", {"content": "text"}, "the content is not bytes"),
        ("POST", {"json": {"a": {1}}}, "the body is no JSON: Object of type set is not JSON serializable"),
        ("POST", {"json": math.nan}, "the body is no JSON: Out of range float values are not JSON compliant"),
        (
            "POST",
            {"json": "\ud800"},
            "the body is no JSON: 'utf-8' codec can't encode character '\\ud800' in position 1: surrogates not allowed",
        ),
        ("GET", {"timeout": 0}, "the timeout is no number of seconds above 0"),
        ("GET", {"timeout": -1}, "the timeout is no number of seconds above 0"),
        ("GET", {"timeout": math.nan}, "the timeout is no number of seconds above 0"),
        ("GET", {"timeout": math.inf}, "the timeout is no number of seconds above 0"),
        ("GET", {"timeout": "1"}, "the timeout is no number of seconds above 0"),
        ("GET", {"params": {"a": 1}}, "names and values of params are texts"),
        *(
            ("GET", {"headers": {name: "x"}}, f"the header '{name}' is the host's own to say")
            for name in (
                *("Host", "host", "HOST", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "TE", "Trailer"),
                *(
                    "Upgrade",
                    "Expect",
                    "Accept-Encoding",
                    "HTTP2-Settings",
                    "Proxy-Authorization",
                    "Proxy-Connection",
                    "proxy-x",
                ),
            )
        ),
        *(
            ("GET", {"headers": {name: "x"}}, f"{name!r} is no name of a header")
            for name in ("", "a b", "a:", "a\r\nHost: b", "Höst", " host", "host ", "host\t", "\x00", "host:", b"x", 1)
        ),
        *(
            ("GET", {"headers": {"X-A": value}}, "the header 'X-A' is no line of printable ASCII")
            for value in ("a\r\nb: c", "a\nb", "a\rb", "\x00", "é", "\x7f", "\u2028", b"x", 1, None)
        ),
        ("GET", {"headers": {"X-A": "1", "x-a": "2"}}, "the header 'x-a' is said twice"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(method, given, message):
    async def test(plugin):
        with pytest.raises(OperationRefusedError) as refused:
            await plugin.request(method, **given)
        assert str(refused.value) == f"http.request of plugin 'clinic' is refused: {message}"
        assert refused.value.params == {"plugin": "clinic", "operation": "http_request"}
        assert plugin.server.connections == 0
        assert plugin.guarded.counted(HTTP_REQUEST) == (0, 0, 1)

    run(test)


def test_what_was_not_granted_is_not_asked():
    async def test(given):
        given.guarded.grant("http:example.com", "email", "http:api.example.com")
        with pytest.raises(PermissionNotGrantedError) as refused:
            await given.request()
        wanted = f"http:api.example.com:{given.server.port}"
        assert str(refused.value) == f"plugin 'clinic' may not do http.request: '{wanted}' is not granted"
        assert (refused.value.params["grant"], given.server.connections) == (wanted, 0)
        assert [refusal.grant for refusal in given.guarded.refusals] == [wanted]
        assert given.guarded.counted(HTTP_REQUEST) == (0, 1, 0)

    run(test)


def test_without_any_grant_not_even_a_url_that_cannot_be_read_is_looked_at():
    async def test(given):
        given.guarded.grant("email")
        with pytest.raises(PermissionNotGrantedError, match="'http' is not granted"):
            await given.http.request("GET", "no url")

    run(test)


def test_a_grant_that_is_taken_back_counts_from_the_next_request_on():
    async def test(given):
        await given.request()
        given.guarded.grant()
        with pytest.raises(PermissionNotGrantedError):
            await given.request()
        assert len(given.server.asked) == 1
        assert given.guarded.counted(HTTP_REQUEST) == (1, 1, 0)

    run(test)


def test_a_plugin_that_asks_too_often_is_limited():
    async def test(given):
        given.guarded = Guarded("http:*", limits={"http_request": 2})
        http = PluginHttp(given.guarded.guard, given.client)
        await http.request("GET", f"{given.origin}/")
        with pytest.raises(OperationRefusedError):
            await http.request("GET", "no url")
        with pytest.raises(OperationLimitedError):
            await http.request("GET", f"{given.origin}/")

    run(test)


def test_cookies_and_the_environment_are_nobody_s(monkeypatch, tmp_path):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    (tmp_path / ".netrc").write_text("machine api.example.com login ada password secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

    async def reply(asked, writer):
        return answer(b"", "Set-Cookie: session=1; Path=/")

    async def test(given):
        await given.request()
        await given.request()
        assert [sorted(asked.headers) for asked in given.server.asked] == [
            ["accept", "accept-encoding", "host", "user-agent"]
        ] * 2

    run(test, reply)


def test_a_connection_is_used_again_by_the_same_plugin_and_by_no_other():
    async def test(given):
        other = Guarded("http:*", slug="billing")
        await given.request()
        await given.request()
        await PluginHttp(other.guard, given.client).request("GET", f"{given.origin}/")
        assert [asked.connection for asked in given.server.asked] == [1, 1, 2]

    run(test)


def test_a_closed_client_opens_again():
    async def test(given):
        await given.request()
        await given.client.close()
        await given.client.close()
        await given.request()
        assert [asked.connection for asked in given.server.asked] == [1, 2]

    run(test)


def test_an_answer_may_take_no_longer_than_the_time_that_was_given():
    waiting = asyncio.Event()

    async def reply(asked, writer):
        await waiting.wait()

    async def test(given):
        with pytest.raises(OperationTimeoutError) as late:
            await given.request(timeout=0.05)
        assert str(late.value) == f"http.request of plugin 'clinic' to {given.origin} took longer than 0.05 s"
        assert (late.value.hint, late.value.params) == (None, {"plugin": "clinic", "operation": "http_request"})
        assert given.guarded.counted(HTTP_REQUEST) == (0, 0, 1)

    run(test, reply)


def test_nor_longer_than_the_host_allows():
    async def reply(asked, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1\r\nx\r\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    async def test(given):
        with pytest.raises(OperationTimeoutError, match=r"took longer than 0\.1 s") as late:
            await given.request(timeout=1000)
        assert late.value.hint == "the operator may raise the setting 'http_timeout'"

    run(test, reply, http_seconds=0.1)


def test_the_time_is_for_finding_the_address_too():
    async def never(host, port):
        await asyncio.Event().wait()

    async def main():
        client = HttpClient(ServiceSettings(), resolve=never)
        with pytest.raises(OperationTimeoutError):
            await PluginHttp(Guarded("http:*").guard, client).request("GET", "https://api.example.com/", timeout=0.05)
        await client.close()

    asyncio.run(main())


def test_a_request_that_is_cancelled_ends_its_connection_and_the_next_one_is_answered():
    reached = asyncio.Event()

    async def reply(asked, writer):
        if asked.target == "/slow":
            reached.set()
            await asyncio.Event().wait()
        return answer(b"ok")

    async def test(given):
        task = asyncio.create_task(given.request(path="/slow"))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await given.request()).body == b"ok"
        assert [asked.connection for asked in given.server.asked] == [1, 2]
        assert given.guarded.counted(HTTP_REQUEST) == (1, 0, 0)

    run(test, reply)


def test_more_requests_than_connections_wait_for_their_turn():
    async def test(given):
        answers = await asyncio.gather(*(given.request(path=f"/{number}") for number in range(30)))
        assert {back.body for back in answers} == {b"ok"}
        assert len(given.server.asked) == 30
        assert given.server.connections <= 20

    run(test)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "RemoteProtocolError: Server disconnected without sending a response."),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "RemoteProtocolError: illegal status line"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: \x00\r\n\r\n", "RemoteProtocolError: "),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, "RemoteProtocolError: Receive buffer too long"),
    ],
)
def test_what_is_no_http_fails(raw, said):
    async def reply(asked, writer):
        writer.write(raw)
        return b""

    async def test(given):
        with pytest.raises(OperationFailedError) as failed:
            await given.request(path="/?key=secret")
        assert str(failed.value).startswith(f"http.request of plugin 'clinic' to {given.origin} failed: {said}")
        assert "secret" not in str(failed.value)
        assert given.guarded.counted(HTTP_REQUEST) == (0, 0, 1)

    run(test, reply)


def test_a_server_that_is_not_there_fails():
    async def test(given):
        port = given.server.port
        given.guarded.grant("http:*")
        return port, given

    port, given = run(test)
    with pytest.raises(
        OperationFailedError, match=f"http://api.example.com:{port} failed: ConnectError: All connection attempts failed"
    ):
        asyncio.run(given.request())


def test_the_next_address_is_tried_where_one_does_not_answer():
    async def both(host, port):
        return ["127.0.0.2", "127.0.0.1"]

    async def test(given):
        client = HttpClient(given.settings, resolve=both)
        back = await PluginHttp(given.guarded.guard, client).request("GET", f"{given.origin}/")
        await client.close()
        assert back.body == b"ok"

    run(test)


def test_a_client_serves_one_loop_after_another():
    async def main(client):
        async def reply(asked, writer):
            return answer(b"ok", "Connection: close")

        async with serving(reply) as server:
            http = PluginHttp(Guarded("http:*").guard, client)
            return (await http.request("GET", f"http://api.example.com:{server.port}/")).body

    client = HttpClient(ServiceSettings(internal_hosts=("api.example.com",)), resolve=here)
    assert [asyncio.run(main(client)), asyncio.run(main(client))] == [b"ok", b"ok"]
    asyncio.run(client.close())
