"""
The answer of another server, read to its end and never further than the limit.
"""

import json
from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from types import MappingProxyType
from typing import Any

from honeyhost.services.http.decoding import AnswerError, decoder

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpAnswer:
    """
    What another server answered.

    Names of headers are in lower case. Where one stands there several times, its values are joined by ``", "``; those of
    ``set-cookie``, which have commas of their own, by a line feed.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """
        The body as text, in the character set that the answer names, else UTF-8. What is no text is replaced.
        """
        try:
            return self.body.decode(_charset(self.headers.get("content-type", "")), "replace")
        except (LookupError, ValueError):
            return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """
        The body read as JSON.

        Raises:
            ValueError: if it is none.
        """
        return json.loads(self.body)


def read_headers(lines: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """
    The headers of an answer.
    """
    found: dict[str, list[str]] = {}
    for name, value in lines:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return MappingProxyType({name: ("\n" if name == "set-cookie" else ", ").join(values) for name, values in found.items()})


def redirection(status: int, headers: Mapping[str, str]) -> str | None:
    """
    Where an answer redirects to, or None.
    """
    return headers.get("location") if status in _REDIRECTS else None


async def read_body(chunks: AsyncIterable[bytes], encoding: str, size: int) -> bytes:
    """
    The body, decompressed. Neither what comes nor what is in it may be more than ``size`` bytes: reading stops there.

    Raises:
        AnswerError: if it is larger, broken, or compressed in a way that was not asked for.
    """
    decoded, body, received = decoder(encoding), bytearray(), 0
    async for chunk in chunks:
        received += len(chunk)
        body += decoded.decode(chunk, size + 1 - len(body))
        if max(received, len(body)) > size:
            hint = "the operator may raise the setting 'http_max_size'"
            raise AnswerError(f"the answer has more than {size} bytes", hint=hint)
    if received and not decoded.complete:
        raise AnswerError("the answer ends before its end")
    return bytes(body)


def _charset(content_type: str) -> str:
    header = Message()
    header["content-type"] = content_type
    return header.get_content_charset("utf-8")
