"""
ASGI: a request without a socket. Light, because the boot child imports it and must not be slower for it.
"""

from typing import Any

TOKEN = b"Bearer measured"


def scope(path: str, *, token: bytes | None = TOKEN) -> dict[str, Any]:
    """
    What a server makes of a GET request, with or without a word of who is asking.
    """
    headers = [(b"host", b"measured"), (b"accept", b"*/*")]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [*headers, (b"authorization", token)] if token is not None else headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "state": {},
    }


async def receive() -> dict[str, Any]:
    """
    No body.
    """
    return {"type": "http.request", "body": b"", "more_body": False}
