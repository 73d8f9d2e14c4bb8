"""
Answers: how much of them is read, and as what.
"""

import asyncio
import gzip
import zlib

import pytest
from answering import answer, serving
from guarding import Guarded

from honeyhost.errors import OperationFailedError
from honeyhost.services import ServiceSettings
from honeyhost.services.http import HttpClient, PluginHttp
from honeyhost.services.http.answer import HttpAnswer
from honeyhost.services.http.decoding import decoder

SIZE = 100_000


async def here(host, port):
    return ["127.0.0.1"]


def ask(reply):
    async def main():
        async with serving(reply) as server:
            client = HttpClient(ServiceSettings(internal_hosts=("api.example.com",), http_size=SIZE), resolve=here)
            try:
                return await PluginHttp(Guarded("http:*").guard, client).request(
                    "GET", f"http://api.example.com:{server.port}/"
                )
            finally:
                await client.close()

    return asyncio.run(main())


def bare(data):
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


TEXT = b"some text, " * 1000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        (" GZIP", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", bare(TEXT)),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT) + b"\x00\x00 behind the end"),
    ],
    ids=["gzip", "x-gzip", "in capitals", "deflate", "bare deflate", "identity", "more behind the end"],
)
def test_what_is_compressed_is_read_as_what_it_was(encoding, body):
    async def reply(asked, writer):
        return answer(body, f"Content-Encoding: {encoding}")

    back = ask(reply)
    assert back.body == TEXT
    assert back.headers["content-encoding"] == encoding.strip()


def test_it_may_come_in_any_pieces():
    undo, found = decoder("gzip"), b""
    for byte in gzip.compress(TEXT) + b"more":
        found += undo.decode(bytes([byte]), 100_000)
    assert (found, undo.complete) == (TEXT, True)


def test_nothing_that_is_compressed_is_nothing():
    async def reply(asked, writer):
        return answer(b"", "Content-Encoding: gzip")

    assert ask(reply).body == b""


@pytest.mark.parametrize(
    ("encoding", "body", "said"),
    [
        ("br", b"x", "the answer is encoded as 'br', which was not asked for"),
        ("zstd", b"x", "the answer is encoded as 'zstd', which was not asked for"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"x")), "the answer is encoded as 'gzip, gzip', which was not asked for"),
        (
            "gzip",
            b"no gzip",
            "the answer is not compressed as it says: Error -3 while decompressing data: incorrect header check",
        ),
        (
            "deflate",
            b"\xff no deflate",
            "the answer is not compressed as it says: Error -3 while decompressing data: invalid block type",
        ),
        ("gzip", gzip.compress(TEXT)[:-9], "the answer ends before its end"),
    ],
    ids=["br", "zstd", "twice", "no gzip", "no deflate", "cut off"],
)
def test_what_is_not_compressed_as_it_should_be_fails(encoding, body, said):
    async def reply(asked, writer):
        return answer(body, f"Content-Encoding: {encoding}")

    with pytest.raises(OperationFailedError) as failed:
        ask(reply)
    assert str(failed.value).endswith(f"failed: {said}")


def test_an_answer_of_just_the_most_bytes_is_read():
    async def reply(asked, writer):
        return answer(b"x" * SIZE)

    assert len(ask(reply).body) == SIZE


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("identity", b"x" * (SIZE + 1)),
        ("gzip", gzip.compress(b"x" * (SIZE + 1))),
        ("gzip", gzip.compress(b"\x00" * 50_000_000)),
        ("deflate", zlib.compress(b"\x00" * 20_000_000)),
        ("gzip", gzip.compress(b"x") + b"\x00" * SIZE),
    ],
    ids=["plain", "compressed", "bomb", "deflated bomb", "behind the end"],
)
def test_a_larger_answer_is_not_read_to_its_end(encoding, body):
    async def reply(asked, writer):
        return answer(body, f"Content-Encoding: {encoding}")

    with pytest.raises(OperationFailedError, match=f"failed: the answer has more than {SIZE} bytes$") as failed:
        ask(reply)
    assert failed.value.hint == "the operator may raise the setting 'http_max_size'"


def test_no_more_of_a_bomb_is_unpacked_than_may_be_kept():
    undo = decoder("gzip")
    assert len(undo.decode(gzip.compress(b"\x00" * 10_000_000), 1000)) == 1000


def test_an_answer_without_an_end_is_left():
    async def reply(asked, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
            await writer.drain()

    with pytest.raises(OperationFailedError, match=f"failed: the answer has more than {SIZE} bytes$"):
        ask(reply)


def test_an_answer_that_ends_too_early_fails():
    async def reply(asked, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        return b""

    with pytest.raises(OperationFailedError, match="RemoteProtocolError: peer closed connection"):
        ask(reply)


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain", "é".encode(), "é"),
        ("", b"\xff", "\ufffd"),
        ("text/plain; charset=latin-1", b"\xe9", "é"),
        ('text/plain; charset="ISO-8859-1"', b"\xe9", "é"),
        ("text/plain; charset=unknown", "é".encode(), "é"),
        ("text/plain; charset=rot13", b"abc", "abc"),
        ("text/plain; charset=hex", b"abc", "abc"),
        ("text/plain; charset=idna", b"\xff", "\ufffd"),
        ("text/plain; charset=a\x00b", b"abc", "abc"),
    ],
)
def test_text_is_read_in_the_character_set_that_is_named_if_there_is_one(content_type, body, text):
    assert HttpAnswer(status=200, headers={"content-type": content_type}, body=body).text == text


def test_what_is_no_json_is_said():
    with pytest.raises(ValueError, match="Expecting value"):
        HttpAnswer(status=200, headers={}, body=b"<html>").json()
