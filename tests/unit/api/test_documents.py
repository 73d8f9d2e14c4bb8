"""
Bodies: what is read as JSON, what is not, and how long is waited for it.
"""

import asyncio
import json

import pytest
from starlette.requests import Request

from honeyhost.api.documents import DEEPEST, read_body, read_json
from honeyhost.api.problems import ProblemError


def request(*messages, headers=()):
    waiting = list(messages)

    async def receive():
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return Request({"type": "http", "method": "POST", "path": "/", "headers": list(headers)}, receive)


def chunk(body, *, more=True):
    return {"type": "http.request", "body": body, "more_body": more}


def refused(body):
    with pytest.raises(ProblemError) as caught:
        read_json(body)
    assert (caught.value.status, caught.value.code) == (422, "request-invalid")
    return caught.value.detail


@pytest.mark.parametrize("value", [{}, [], None, True, "é", 2**63 - 1, -(2**63), 1.5e300, {"a": [{"b": None}]}])
def test_what_json_can_say_is_read_as_it_is(value):
    assert read_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"NaN", "holds NaN, which is no JSON"),
        (b"[Infinity]", "holds Infinity, which is no JSON"),
        (b"-Infinity", "holds -Infinity, which is no JSON"),
        (b"1e999", "holds a number that is too large"),
        (b"9223372036854775808", "more than 64 bits"),
        (b"9" * 5000, "more than 64 bits"),
        (b'{"a": 1, "a": 2}', "holds an object with the same key twice"),
        (b'{"a": {"b": 1, "b": 1}}', "holds an object with the same key twice"),
        (b'"\\u0000"', "character that cannot be kept"),
        (b'{"\\ud800": 1}', "character that cannot be kept"),
        (b"\xff", "is not UTF-8 at byte 0"),
        (b"{", "is no JSON"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "nested deeper than 32 levels"),
        (b"[" * 100_000, "nested deeper than 32 levels"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(body, said):
    assert said in refused(body)


def test_a_body_is_not_quoted():
    assert "hunter2" not in refused(b'{"password": "hunter2",}')


def test_a_document_may_be_as_deep_as_the_limit():
    body = b"[" * DEEPEST + b"]" * DEEPEST
    assert json.dumps(read_json(body)).encode() == body


def read(made, **limits):
    return asyncio.run(read_body(made, **{"limit": 10, "seconds": 5.0, **limits}))


def test_a_body_in_parts_is_put_together_up_to_the_limit():
    assert read(request(chunk(b"12345"), chunk(b"67890", more=False))) == b"1234567890"


@pytest.mark.parametrize("said", [b"11", b"9" * 30])
def test_a_body_that_is_announced_too_large_is_refused_before_it_is_read(said):
    with pytest.raises(ProblemError) as caught:
        read(request(headers=[(b"content-length", said)]))
    assert (caught.value.status, caught.value.params) == (413, {"limit": 10})


def test_a_body_that_grows_too_large_is_refused():
    with pytest.raises(ProblemError) as caught:
        read(request(chunk(b"123456"), chunk(b"123456")))
    assert caught.value.code == "content-too-large"


def test_a_body_that_does_not_come_is_given_up():
    with pytest.raises(ProblemError) as caught:
        read(request(chunk(b"1")), seconds=0.01)
    assert (caught.value.status, caught.value.code) == (408, "body-too-slow")


def test_a_connection_that_ends_within_the_body_is_told_so():
    with pytest.raises(ProblemError) as caught:
        read(request(chunk(b"1"), {"type": "http.disconnect"}))
    assert (caught.value.status, caught.value.code) == (400, "body-incomplete")
