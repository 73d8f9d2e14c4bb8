"""
Requests that a page of another site may have made a browser send, and those that it cannot have.
"""

import pytest
from starlette.requests import HTTPConnection

from honeyhost.manager.cross_site import HEADER, crosses_sites, is_foreign_origin, is_own_origin

COOKIE = {"cookie": "honeyhost_session=x"}
SIGNED = {**COOKIE, HEADER: "1"}
OWN = {"origin": "https://host.example"}


def connection(headers, *, method="POST", kind="http", host="host.example"):
    raw = [(name.lower().encode(), value.encode()) for name, value in {"host": host, **headers}.items()]
    scope = {"type": kind, "headers": raw, "path": "/", "query_string": b""}
    return HTTPConnection(scope if kind == "websocket" else {**scope, "method": method})


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "post", "PURGE"])
@pytest.mark.parametrize(
    "headers",
    [
        COOKIE,
        {**COOKIE, **OWN},
        SIGNED,
        {**SIGNED, "origin": "https://evil.example"},
        {**SIGNED, "origin": "null"},
        {**SIGNED, "origin": ""},
        {**SIGNED, "origin": "https://host.example.evil.example"},
        {**SIGNED, "origin": "https://host.example@evil.example"},
        {**SIGNED, "origin": "https://host.example:8443"},
        {**SIGNED, "origin": "http://["},
        {**SIGNED, **OWN, "sec-fetch-site": "cross-site"},
        {**SIGNED, **OWN, "sec-fetch-site": "same-site"},
        {**SIGNED, **OWN, "sec-fetch-site": "none"},
        {**COOKIE, **OWN, "content-type": "text/plain"},
        {**COOKIE, "referer": "https://host.example/page"},
    ],
    ids=lambda headers: ",".join(f"{name}={value}" for name, value in headers.items() if name != "cookie") or "cookie alone",
)
def test_a_change_that_another_site_may_have_sent_is_told(method, headers):
    assert crosses_sites(connection(headers, method=method))


@pytest.mark.parametrize(
    "headers",
    [
        {**SIGNED, **OWN},
        {**SIGNED, **OWN, "sec-fetch-site": "same-origin"},
        {**SIGNED, "origin": "HTTPS://HOST.example"},
        {**SIGNED, "origin": "https://host.example:443"},
        {**SIGNED, "origin": "https://outside.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_a_change_of_our_own_pages_is_none(headers):
    assert not crosses_sites(connection(headers))


def test_whatever_carries_a_proof_that_no_browser_adds_by_itself_is_none():
    assert not crosses_sites(connection({**COOKIE, "authorization": "Bearer x", "origin": "https://evil.example"}))
    assert not crosses_sites(connection({"origin": "https://evil.example"}))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
def test_what_changes_nothing_is_none(method):
    assert not crosses_sites(connection({**COOKIE, "origin": "https://evil.example"}, method=method))


@pytest.mark.parametrize(
    ("headers", "crosses"),
    [
        (COOKIE, True),
        ({**COOKIE, "origin": "https://evil.example"}, True),
        ({**COOKIE, **OWN, "sec-fetch-site": "cross-site"}, True),
        ({**COOKIE, **OWN}, False),
        ({"origin": "https://evil.example"}, False),
    ],
)
def test_websockets_are_judged_by_their_origin_alone(headers, crosses):
    assert crosses_sites(connection(headers, kind="websocket")) is crosses


@pytest.mark.parametrize(
    ("host", "origin", "own"),
    [
        ("host.example:8000", "http://host.example:8000", True),
        ("host.example:8000", "http://host.example", False),
        ("host.example:80", "http://host.example", True),
        ("host.example", "http://host.example:80", True),
        ("host.example:80", "https://host.example:443", False),
        ("[::1]:8000", "http://[::1]:8000", True),
        ("", "", False),
        ("", "null", False),
        ("", "file://", False),
    ],
)
def test_an_origin_is_our_own_where_name_and_port_are(host, origin, own):
    assert is_own_origin(connection({"origin": origin}, host=host)) is own
    assert is_foreign_origin(connection({"origin": origin}, host=host)) is not own


def test_without_an_origin_it_is_neither():
    assert not is_own_origin(connection({}))
    assert not is_foreign_origin(connection({}))
