"""
The message: one request of a plugin, ready to be sent, and what becomes of it where it is redirected.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

from honeyhost.sdk.shapes import Method
from honeyhost.services.http.headers import Headers, for_strangers, read_headers, without_content
from honeyhost.services.http.urls import Url, read_url
from honeyhost.services.unmeant import UnmeantError

_METHODS = get_args(Method)
_WITH_CONTENT = frozenset({"POST", "PUT", "PATCH"})
_USUAL = {"accept": "*/*", "user-agent": "honeyhost"}
_SEE_OTHER = 303
_MOVED = frozenset({301, 302})


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """
    One request.
    """

    method: str
    url: Url
    headers: Headers
    content: bytes

    def lines(self) -> list[tuple[bytes, bytes]]:
        """
        All headers, in the order in which they are sent.
        """
        said = {"host": self.url.authority, **_USUAL, **dict(self.headers), "accept-encoding": "gzip, deflate"}
        if self.content or self.method in _WITH_CONTENT:
            said["content-length"] = str(len(self.content))
        return [(name.encode(), value.encode()) for name, value in said.items()]

    def redirected(self, status: int, location: str) -> "Message":
        """
        The request that the answer asks for, as browsers make it: 303 asks for a GET, 301 and 302 do so where it was a POST. To
        another origin only harmless headers go along.

        Raises:
            UnmeantError: if it leads nowhere, or from https to http.
        """
        url = self.url.joined(location)
        if self.url.scheme == "https" != url.scheme:
            raise UnmeantError(f"{self.url.origin} redirects to {url.origin}, which anybody could listen to")
        there = replace(self, url=url)
        if url.origin != self.url.origin:
            there = replace(there, headers=for_strangers(there.headers))
        if self._turns_to_get(status):
            there = replace(there, method="GET", content=b"", headers=without_content(there.headers))
        return there

    def _turns_to_get(self, status: int) -> bool:
        if status == _SEE_OTHER:
            return self.method not in ("GET", "HEAD")
        return status in _MOVED and self.method == "POST"


def read_message(  # noqa: PLR0913 - what a request is made of
    method: str,
    url: str,
    *,
    params: Mapping[str, str] | None,
    headers: Mapping[str, str] | None,
    content: bytes | None,
    data: Any,
) -> Message:
    """
    The request that a plugin asks for; ``data`` is sent as JSON.

    Raises:
        UnmeantError: if a part of it cannot be meant.
    """
    if method not in _METHODS:
        raise UnmeantError(f"{method!r} is no method", hint=f"write {', '.join(_METHODS)}")
    said, body = read_headers(headers or {}), _body(content, data)
    if data is not None and "content-type" not in dict(said):
        said = (*said, ("content-type", "application/json"))
    return Message(method=method, url=read_url(url, params), headers=said, content=body)


def _body(content: bytes | None, data: Any) -> bytes:
    if content is not None and data is not None:
        raise UnmeantError("a request has 'content' or 'json', not both")
    if content is not None and not isinstance(content, bytes):
        raise UnmeantError("the content is not bytes", hint="encode it, or say 'json'")
    if data is None:
        return content or b""
    try:
        return json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise UnmeantError(f"the body is no JSON: {error}") from error
