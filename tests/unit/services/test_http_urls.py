"""
URLs: how a host is spelled for grants, and what is not read at all.
"""

import pytest

from honeyhost.services.grants import Grant
from honeyhost.services.http.urls import read_url
from honeyhost.services.unmeant import UnmeantError


@pytest.mark.parametrize(
    ("url", "scopes"),
    [
        (
            "https://api.example.com/v1",
            ("api.example.com", "https://api.example.com", "api.example.com:443", "https://api.example.com:443"),
        ),
        (
            "HTTP://API.Example.Com.",
            ("api.example.com", "http://api.example.com", "api.example.com:80", "http://api.example.com:80"),
        ),
        ("https://api.example.com:8443/", ("api.example.com:8443", "https://api.example.com:8443")),
        ("https://api.example.com:80/", ("api.example.com:80", "https://api.example.com:80")),
        ("http://api.example.com:443/", ("api.example.com:443", "http://api.example.com:443")),
        (
            "https://bücher.example?a",
            (
                "xn--bcher-kva.example",
                "https://xn--bcher-kva.example",
                "xn--bcher-kva.example:443",
                "https://xn--bcher-kva.example:443",
            ),
        ),
        ("http://192.0.2.1:8000/", ("192.0.2.1:8000", "http://192.0.2.1:8000")),
        ("http://[2001:DB8:0:0::1]:8000/", ("[2001:db8::1]:8000", "http://[2001:db8::1]:8000")),
        ("http://my_service:8000/", ("my_service:8000", "http://my_service:8000")),
    ],
)
def test_a_host_is_spelled_in_each_way_that_a_grant_may_spell_it(url, scopes):
    assert read_url(url).scopes == scopes


@pytest.mark.parametrize(
    ("url", "params", "target"),
    [
        ("http://a.b", None, "/"),
        ("http://a.b?", None, "/"),
        ("http://a.b?x=1#part", None, "/?x=1"),
        ("http://a.b/p%2Fq/é?q=ü&r=%20", None, "/p%2Fq/%C3%A9?q=%C3%BC&r=%20"),
        ("http://a.b/x", {"q": "a b&c", "r": "/?"}, "/x?q=a%20b%26c&r=%2F%3F"),
        ("http://a.b/x?q=1", {"r": "2"}, "/x?q=1&r=2"),
        ("http://a.b/x?filter[name]=1|2", None, "/x?filter[name]=1%7C2"),
    ],
)
def test_path_and_query_go_as_they_are_and_what_may_not_stand_there_is_escaped(url, params, target):
    assert read_url(url, params).target == target


HOST = "the URL names no host that can be read"
SHAPE = "the URL is not absolute, or neither http nor https"
SIGNS = "the URL has spaces, control characters or backslashes in it"
USER = "the URL has a user in it"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", SHAPE),
        ("/path", SHAPE),
        ("//127.0.0.1/", SHAPE),
        ("http:/127.0.0.1/", SHAPE),
        ("http:///127.0.0.1/", SHAPE),
        ("http://", SHAPE),
        ("ftp://example.com/", SHAPE),
        ("file:///etc/passwd", SHAPE),
        ("http+unix://example.com/", SHAPE),
        ("http\u017f://example.com/", SHAPE),
        (" http://example.com/", SIGNS),
        ("http://example.com/\r\nHost: evil", SIGNS),
        ("http://exa\tmple.com/", SIGNS),
        ("http://exa\x00mple.com/", SIGNS),
        ("http:\\\\example.com/", SIGNS),
        ("http://example.com\\@127.0.0.1/", SIGNS),
        ("http://example.com@127.0.0.1/", USER),
        ("http://user:pw@example.com/", USER),
        ("http://@example.com/", USER),
        ("http://127.0.0.1:80@example.com/", USER),
        ("http://example.com:/", HOST),
        ("http://example.com:0/", HOST),
        ("http://example.com:65536/", HOST),
        ("http://example.com:80:80/", HOST),
        ("http://example.com:80.example.com/", HOST),
        ("http://example.com:٨٠/", HOST),
        ("http://::1/", HOST),
        ("http://[::1/", HOST),
        ("http://[::1]x/", HOST),
        ("http://[fe80::1%25lo]/", HOST),
        ("http://[fe80::1%lo]/", HOST),
        ("http://[v1.x]/", HOST),
        ("http://[1.2.3.4]/", "'[1.2.3.4]' is no IPv6 address"),
        ("http://[::1::2]/", "'[::1::2]' is no IPv6 address"),
        ("http://%31%32%37.0.0.1/", "'%31%32%37.0.0.1' is no name of a host"),
        ("http://example.com%00.evil.example/", "'example.com%00.evil.example' is no name of a host"),
        ("http://exa mple.com/".replace(" ", "\u00a0"), "'exa\\xa0mple.com' is no name of a host"),
        ("http://127.0.0.1。example.com。。/", "'127.0.0.1。example.com。。' is no name of a host"),
        ("http://①②⑦.⓪.⓪.①/", "'①②⑦.⓪.⓪.①' is no name of a host"),
        ("http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/", "'\uff11\uff12\uff17.\uff10.\uff10.\uff11' is no name of a host"),
        ("http://127\u30020\uff0e0\uff611/", "'127\u30020\uff0e0\uff611' is no name of a host"),
        ("http://example..com/", "'example..com' is no name of a host"),
        ("http://.example.com/", "'.example.com' is no name of a host"),
        ("http://example.com../", "'example.com..' is no name of a host"),
        ("http://-a.example/", "'-a.example' is no name of a host"),
        ("http://*.example.com/", "'*.example.com' is no name of a host"),
        (f"http://{'a' * 64}.example/", f"'{'a' * 64}.example' is no name of a host"),
        (f"http://{'a.' * 200}b/", f"'{('a.' * 200)[:253]}' is no name of a host"),
        ("http://2130706433/", "'2130706433' is no IPv4 address"),
        ("http://0x7f000001/", "'0x7f000001' is no IPv4 address"),
        ("http://0x7f.0.0.0x1/", "'0x7f.0.0.0x1' is no IPv4 address"),
        ("http://0177.0.0.1/", "'0177.0.0.1' is no IPv4 address"),
        ("http://127.1/", "'127.1' is no IPv4 address"),
        ("http://127.0.0.1.1/", "'127.0.0.1.1' is no IPv4 address"),
        ("http://1.2.3.256/", "'1.2.3.256' is no IPv4 address"),
        ("http://0x/", "'0x' is no IPv4 address"),
        ("http://evil.example.0x7f000001/", "'evil.example.0x7f000001' is no IPv4 address"),
        ("http://a.b/\ud800", "the URL has something in it that is no text"),
        (f"http://a.b/{'x' * 8192}", "a URL is a text of at most 8192 characters"),
        (b"http://a.b/", "a URL is a text of at most 8192 characters"),
        (None, "a URL is a text of at most 8192 characters"),
    ],
)
def test_what_could_be_read_in_two_ways_is_not_read(url, message):
    with pytest.raises(UnmeantError) as refused:
        read_url(url)
    assert refused.value.message == message


@pytest.mark.parametrize("params", [{"a": 1}, {1: "a"}, {"a": ["b"]}, {"a": None}])
def test_parameters_are_texts(params):
    with pytest.raises(UnmeantError, match="names and values of params are texts"):
        read_url("http://a.b", params)


@pytest.mark.parametrize(
    ("base", "location", "url"),
    [
        ("https://a.example/x/y?q", "z", "https://a.example/x/z"),
        ("https://a.example/x", "/y?r#part", "https://a.example/y?r"),
        ("https://a.example/x", "//b.example/y", "https://b.example/y"),
        ("https://a.example/x", "?r", "https://a.example/x?r"),
        ("https://a.example:8443/x", "../y", "https://a.example:8443/y"),
        ("https://a.example/x", "HTTPS://B.example:443", "https://b.example/"),
    ],
)
def test_a_redirection_is_read_from_where_it_stands(base, location, url):
    there = read_url(base).joined(location)
    assert f"{there.origin}{there.target}" == url


@pytest.mark.parametrize("location", ["ftp://b.example/", "//u:p@b.example/", "http://[::1", "\\\\b.example", "//2130706433/"])
def test_a_redirection_is_read_as_strictly(location):
    with pytest.raises(UnmeantError):
        read_url("https://a.example/").joined(location)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://evilexample.com/",
        "https://evil.test/.example.com",
        "https://evil.test/?.example.com",
        "https://evil.test/#.example.com",
        "https://evil.test:8443/x.example.com",
        "https://api.example.com:8443/",
        "https://api.example.com.evil.test/",
        "https://192.0.2.1/",
        "https://[2001:db8::1]/",
    ],
)
def test_a_star_grants_no_host_but_those_below_it(url):
    grant = Grant(type="http", scope="*.example.com")
    assert not any(grant.covers(Grant(type="http", scope=scope)) for scope in read_url(url).scopes)


@pytest.mark.parametrize("url", ["https://api.example.com/", "http://a.b.example.com./", "https://API.EXAMPLE.com:443"])
def test_a_star_grants_the_hosts_below_it(url):
    grant = Grant(type="http", scope="*.example.com")
    assert any(grant.covers(Grant(type="http", scope=scope)) for scope in read_url(url).scopes)
