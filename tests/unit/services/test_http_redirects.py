"""
Redirections: where they may lead, and what goes along.
"""

import asyncio
import ssl
import subprocess

import pytest
from answering import answer, redirect, serving
from guarding import Guarded

from honeyhost.errors import OperationFailedError, OperationRefusedError, PermissionNotGrantedError
from honeyhost.sdk.operations import HTTP_REQUEST
from honeyhost.services import ServiceSettings
from honeyhost.services.http import HttpClient, PluginHttp

HOSTS = ("a.example", "b.example")


async def here(host, port):
    return ["127.0.0.1"]


def run(test, reply, guarded=None, *, tls=None, trust=None):
    """
    A test of a server that both hosts lead to; ``reply`` is told its port.
    """
    guarded = guarded or Guarded("http:*")

    async def main():
        port = 0

        async def replied(asked, writer):
            return await reply(asked, port)

        async with serving(replied, tls=tls) as server:
            port = server.port
            client = HttpClient(ServiceSettings(internal_hosts=HOSTS), resolve=here, trust=trust)
            try:
                return await test(PluginHttp(guarded.guard, client), server)
            finally:
                await client.close()

    return asyncio.run(main())


def leading(location, status=302):
    """
    A server whose ``/first`` leads elsewhere.
    """

    async def reply(asked, port):
        return redirect(location.format(port=port), status) if asked.target == "/first" else answer(b"there")

    return reply


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        *((303, method, "GET") for method in ("GET", "POST", "PUT", "PATCH", "DELETE")),
        (303, "HEAD", "HEAD"),
        *((status, "POST", "GET") for status in (301, 302)),
        *((status, method, method) for status in (301, 302) for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE")),
        *((status, method, method) for status in (307, 308) for method in ("GET", "HEAD", "POST", "PUT", "DELETE")),
    ],
)
def test_the_method_changes_as_it_does_in_browsers(status, method, then):
    async def reply(asked, port):
        there = redirect("/second?x", status) if asked.target == "/first" else answer(b"")
        return there.removesuffix(b"moved") if asked.method == "HEAD" else there

    async def test(http, server):
        body = (
            {"content": b"body", "headers": {"Content-Type": "text/x", "Content-Language": "de"}}
            if method in ("POST", "PUT")
            else {}
        )
        await http.request(method, f"http://a.example:{server.port}/first", **body)
        _, second = server.asked
        assert (second.method, second.target) == (then, "/second?x")
        kept = bool(body) and then == method
        assert second.body == (b"body" if kept else b"")
        assert {name for name in second.headers if name.startswith("content-")} == (
            {"content-type", "content-language", "content-length"}
            if kept
            else {"content-length"}
            if then in ("POST", "PUT", "PATCH")
            else set()
        )

    run(test, reply)


KEYS = {
    "Authorization": "Bearer key",
    "Cookie": "a=1",
    "X-Api-Key": "key",
    "Accept": "text/x",
    "Content-Type": "text/y",
    "User-Agent": "mine",
}


@pytest.mark.parametrize(
    ("location", "kept"),
    [
        ("/second", {"authorization", "cookie", "x-api-key", "accept", "content-type", "user-agent"}),
        ("http://A.example:{port}/second", {"authorization", "cookie", "x-api-key", "accept", "content-type", "user-agent"}),
        ("http://b.example:{port}/second", {"accept", "content-type", "user-agent"}),
        ("//b.example:{port}/second", {"accept", "content-type", "user-agent"}),
    ],
)
def test_keys_stay_with_the_origin_that_they_were_meant_for(location, kept):
    async def test(http, server):
        back = await http.request("PUT", f"http://a.example:{server.port}/first", headers=KEYS, content=b"body")
        assert back.body == b"there"
        first, second = server.asked
        assert {"authorization", "cookie", "x-api-key"} <= first.headers.keys()
        assert second.headers.keys() - {"host", "accept-encoding", "content-length"} == kept
        assert second.headers["host"] == f"{'b' if 'b.ex' in location else 'a'}.example:{server.port}"
        assert second.body == b"body"

    run(test, leading(location, 307))


def test_a_redirection_leads_only_to_what_is_granted():
    guarded = Guarded()

    async def test(http, server):
        guarded.grant(f"http:a.example:{server.port}")
        with pytest.raises(PermissionNotGrantedError) as refused:
            await http.request("GET", f"http://a.example:{server.port}/first")
        assert refused.value.params["grant"] == f"http:b.example:{server.port}"
        assert [refusal.grant for refusal in guarded.refusals] == [f"http:b.example:{server.port}"]
        assert len(server.asked) == 1
        assert guarded.counted(HTTP_REQUEST) == (0, 1, 0)

    run(test, leading("http://b.example:{port}/second"), guarded)


def test_a_grant_that_is_taken_back_counts_for_the_next_redirection():
    guarded = Guarded("http:*")

    async def reply(asked, port):
        guarded.grant()
        return redirect("/second")

    async def test(http, server):
        with pytest.raises(PermissionNotGrantedError):
            await http.request("GET", f"http://a.example:{server.port}/first")
        assert len(server.asked) == 1

    run(test, reply, guarded)


@pytest.mark.parametrize("times", [5, 6])
def test_five_redirections_are_followed_and_no_more(times):
    async def reply(asked, port):
        number = int(asked.target[1:])
        return redirect(f"/{number + 1}") if number < times else answer(b"there")

    async def test(http, server):
        asked = http.request("GET", f"http://a.example:{server.port}/0")
        if times == 5:
            assert (await asked).body == b"there"
        else:
            with pytest.raises(OperationFailedError, match=r"a\.example:\d+ failed: it redirects more than 5 times$"):
                await asked
        assert len(server.asked) == 6

    run(test, reply)


@pytest.mark.parametrize(
    ("status", "headers"),
    [(302, ()), (300, ("Location: /second",)), (304, ("Location: /second",)), (201, ("Location: /second",))],
)
def test_an_answer_that_does_not_redirect_is_the_answer(status, headers):
    async def reply(asked, port):
        return answer(b"", *headers, status=status)

    async def test(http, server):
        assert (await http.request("GET", f"http://a.example:{server.port}/")).status == status
        assert len(server.asked) == 1

    run(test, reply)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """
    A certificate for ``a.example``, and its key.
    """
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
            *(
                "-subj",
                "/CN=a.example",
                "-addext",
                "subjectAltName=DNS:a.example",
                "-keyout",
                folder / "key",
                "-out",
                folder / "cert",
            ),
        ],
        check=True,
        capture_output=True,
    )
    return folder / "cert", folder / "key"


@pytest.fixture
def secure(certificate):
    """
    A server's context, which remembers the names that it was asked for, and a client's that trusts it.
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*certificate)
    server.names = []

    def asked(_connection, name, _context):
        server.names.append(name)

    server.sni_callback = asked
    return server, ssl.create_default_context(cafile=certificate[0])


def test_a_server_is_known_by_its_name_although_the_connection_goes_to_an_address(secure):
    context, trust = secure

    async def test(http, server):
        back = await http.request("GET", f"https://a.example:{server.port}/")
        assert back.body == b"there"
        assert (context.names, server.asked[0].headers["host"]) == (["a.example"], f"a.example:{server.port}")

    run(test, leading(""), tls=context, trust=trust)


def test_a_server_with_a_certificate_for_another_name_is_not_asked(secure):
    context, trust = secure

    async def test(http, server):
        with pytest.raises(
            OperationFailedError, match=r"https://b\.example:\d+ failed: ConnectError: .*certificate verify failed"
        ):
            await http.request("GET", f"https://b.example:{server.port}/")
        assert server.asked == []

    run(test, leading(""), tls=context, trust=trust)


def test_a_certificate_that_nobody_trusts_is_not_enough(secure):
    async def test(http, server):
        with pytest.raises(
            OperationFailedError, match=r"https://a\.example:\d+ failed: ConnectError: .*certificate verify failed"
        ):
            await http.request("GET", f"https://a.example:{server.port}/")
        assert server.asked == []

    run(test, leading(""), tls=secure[0])


def test_no_redirection_leads_from_https_to_http(secure):
    async def test(http, server):
        with pytest.raises(OperationRefusedError) as refused:
            await http.request("GET", f"https://a.example:{server.port}/first")
        assert str(refused.value) == (
            f"http.request of plugin 'clinic' is refused: https://a.example:{server.port} redirects to http://a.example, "
            "which anybody could listen to"
        )
        assert len(server.asked) == 1

    run(test, leading("http://a.example/second"), tls=secure[0], trust=secure[1])
