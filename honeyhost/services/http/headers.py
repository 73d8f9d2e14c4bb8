"""
Headers of a request, as far as a plugin may say them.
"""

import re
from collections.abc import Mapping

from honeyhost.services.unmeant import UnmeantError

Headers = tuple[tuple[str, str], ...]

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_OURS = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect"),
        *("accept-encoding", "http2-settings"),
    }
)
_HARMLESS = frozenset({"accept", "accept-language", "content-language", "content-type", "user-agent"})
_OF_CONTENT = "content-"


def read_headers(given: Mapping[str, str]) -> Headers:
    """
    The headers, names in lower case.

    Raises:
        UnmeantError: if one is no header, stands there twice, or is the client's own to say.
    """
    found: dict[str, str] = {}
    for name, value in given.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise UnmeantError(f"{name!r} is no name of a header")
        if not isinstance(value, str) or not _VALUE.fullmatch(value):
            raise UnmeantError(f"the header '{name}' is no line of printable ASCII")
        low = name.lower()
        if low in _OURS or low.startswith("proxy-"):
            raise UnmeantError(f"the header '{name}' is the host's own to say", hint="leave it out")
        if low in found:
            raise UnmeantError(f"the header '{name}' is said twice")
        found[low] = value.strip()
    return tuple(found.items())


def without_content(headers: Headers) -> Headers:
    """
    Those of a request that has lost its body.
    """
    return tuple(pair for pair in headers if not pair[0].startswith(_OF_CONTENT))


def for_strangers(headers: Headers) -> Headers:
    """
    Those that may go along to another origin. Any that is not known to be harmless may be a key.
    """
    return tuple(pair for pair in headers if pair[0] in _HARMLESS)
