"""
Whatever a plugin asks for, and wherever that redirects: connections go to addresses that a granted name has, all of them public.
"""

import asyncio
import re
from ipaddress import ip_address

import httpcore
from guarding import Guarded
from hypothesis import given, settings
from hypothesis import strategies as st

from honeyhost.errors import OperationError
from honeyhost.services import ServiceSettings
from honeyhost.services.hostnames import host_name
from honeyhost.services.http import HttpClient, PluginHttp
from honeyhost.services.http.urls import read_url
from honeyhost.services.unmeant import UnmeantError

PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:4700::1111"]
INSIDE = [
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "fe80::1%lo",
    "0.0.0.0",  # noqa: S104 - nobody listens
    "fd00::1",
]
GRANTED = re.compile(r"(?:[a-z0-9_-]+\.)+example\.com|api\.acme\.org")

names = st.sampled_from(
    [
        *(
            "api.example.com",
            "API.Example.COM",
            "a.b.example.com.",
            "example.com",
            "evil.org",
            "evilexample.com",
            "api.acme.org",
        ),
        *("127.0.0.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:10.0.0.1]", "localhost", "8.8.8.8", "[2606:4700::1111]"),
        *(
            "127.0.0.1.example.com",
            "evil.org#.example.com",
            "evil.org?.example.com",
            "evil.org/.example.com",
            "evil.org\\.example.com",
        ),
        *(
            "bücher.example.com",
            "\uff11\uff12\uff17.0.0.1",
            "a\u3002example.com",
            "127.0.0.1%00.example.com",
            "*.example.com",
            "",
        ),
    ]
)
parts = st.one_of(names, st.text(max_size=12), st.sampled_from(["api.example.com", "api.acme.org"]))
urls = st.one_of(
    st.builds(lambda scheme, name: f"{scheme}://{name}/", st.sampled_from(["http", "https"]), names),
    st.sampled_from(["http://api.example.com/", "https://api.example.com", "http://api.acme.org?x"]),
    st.text(max_size=40),
    st.builds(
        lambda scheme, user, host, port, path: f"{scheme}{user}{host}{port}{path}",
        st.sampled_from(["http://", "https://", "HTTP://", "http:", "//", "http:\\\\", "ftp://", "", "http://\t", "http:///"]),
        st.sampled_from(["", "", "", "u@", "u:p@", "api.example.com@", "api.example.com:80@", "127.0.0.1:80#@"]),
        parts,
        st.sampled_from(["", "", "", ":80", ":443", ":8443", ":0", ":99999", ":", ":80:80", ":80@evil.org"]),
        st.one_of(st.sampled_from(["", "/", "/x?y=z", "?@evil.org/", "#@evil.org/", "\\@evil.org"]), st.text(max_size=8)),
    ),
)
addresses = st.lists(st.one_of(st.sampled_from(PUBLIC), st.sampled_from(PUBLIC + INSIDE)), max_size=3)


class Network(httpcore.AsyncNetworkBackend):
    """
    Answers each connection with the next redirection, and remembers where it went.
    """

    def __init__(self, locations):
        self.locations = list(locations)
        self.connected = []

    async def connect_tcp(self, host, port, *others):
        self.connected.append((host, port))
        location = self.locations.pop(0).encode("utf-8", "replace") if self.locations else b""
        status = b"302 Found\r\nLocation: " + re.sub(rb"[\x00-\x1f]", b"", location).strip() if location else b"200 OK"
        return httpcore.AsyncMockStream([b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"])


class Names:
    """
    Draws the addresses of a name when it is asked for, another time others.
    """

    def __init__(self, draws):
        self.draws = draws
        self.asked = []

    async def __call__(self, host, port):
        found = self.draws.pop(0) if self.draws else ["93.184.215.14"]
        self.asked.append((host, port, found))
        return found


def is_inside(address):
    return address in INSIDE


@settings(deadline=None, max_examples=400)
@given(url=urls, locations=st.lists(urls, max_size=3), draws=st.lists(addresses, max_size=4))
def test_connections_go_to_public_addresses_of_granted_names_only(url, locations, draws):
    guarded, network, names_of = Guarded("http:*.example.com", "http:api.acme.org"), Network(locations), Names(draws)

    async def main():
        client = HttpClient(ServiceSettings(), resolve=names_of, network=network)
        try:
            await PluginHttp(guarded.guard, client).request("GET", url)
        except OperationError:
            pass
        finally:
            await client.close()

    asyncio.run(main())
    for host, port, _ in names_of.asked:
        assert GRANTED.fullmatch(host), host
        assert port in (80, 443)
    for address, port in network.connected:
        assert ip_address(address).is_global
        assert any(address in found and port == asked and not any(map(is_inside, found)) for _, asked, found in names_of.asked)


@settings(max_examples=400)
@given(urls)
def test_a_url_that_is_read_says_the_same_when_it_is_read_again(text):
    try:
        url = read_url(text)
    except UnmeantError:
        return
    again = read_url(f"{url.origin}{url.target}")
    assert again == url
    assert f"{url.origin}{url.target}".isascii()
    assert url.scopes[0] == url.authority == url.scopes[1].removeprefix(f"{url.scheme}://")


@settings(max_examples=400)
@given(st.one_of(st.text(max_size=30), names, st.from_regex(r"[a-zA-Z0-9_.ü-]{1,20}", fullmatch=True)))
def test_a_name_has_one_spelling(text):
    try:
        name = host_name(text)
    except UnmeantError:
        return
    assert host_name(name) == host_name(f"{name}.") == host_name(name.upper()) == name
    assert re.fullmatch(r"[a-z0-9_.-]+", name)
