"""
Cross-site requests: what a page of another site can make a browser send with our cookie, and how it is told from our own.

A cookie goes along by itself; a header of one's own does not, a browser asks the host before it sends one across sites. So a
change that is proved by a cookie alone needs that header, and an origin that is the host's.
"""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

HEADER = "x-honeyhost-request"
"""The header that our own pages send with every change; its value does not matter."""
COOKIE = "honeyhost_session"
"""The cookie of a browser's session."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def crosses_sites(connection: HTTPConnection) -> bool:
    """
    Whether another site may have sent this: it has a cookie for its only proof, and not the signs of our own pages. Websockets
    change things too, and no page can give them a header: the origin alone speaks for them.
    """
    if connection.scope.get("method") in SAFE or "authorization" in connection.headers or "cookie" not in connection.headers:
        return False
    signed = connection.scope["type"] == "websocket" or HEADER in connection.headers
    return not (signed and is_own_origin(connection))


def is_own_origin(connection: HTTPConnection) -> bool:
    """
    Whether a browser says that the request comes from a page of this very host.
    """
    said = connection.headers.get("origin")
    site = connection.headers.get("sec-fetch-site")
    if said is None or (site is not None and site != "same-origin"):
        return False
    # A proxy may have changed the name that we were asked under; a browser that knows this word cannot be made to lie.
    return site == "same-origin" or _netloc(said) == _named(connection, said)


def is_foreign_origin(connection: HTTPConnection) -> bool:
    """
    Whether a browser says that the request comes from a page of another origin.
    """
    return "origin" in connection.headers and not is_own_origin(connection)


def _netloc(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc.lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, " ")) or None


def _named(connection: HTTPConnection, origin: str) -> str:
    host = connection.headers.get("host", "").lower()
    return host.removesuffix(_DEFAULT_PORTS.get(origin.partition(":")[0], " "))
