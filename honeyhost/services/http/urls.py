"""
URLs, read strictly: what two readers could understand in two ways is refused, and what was read is what goes over the wire.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urlencode, urljoin

from honeyhost.services.hostnames import host_name, is_numeric
from honeyhost.services.unmeant import UnmeantError

_PORTS = {"http": 80, "https": 443}
_LONGEST = 8192
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]+)(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.ASCII | re.IGNORECASE,
)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:]+)(?::(?P<port>[0-9]{1,5}))?")
_NEVER = re.compile(r"[\x00-\x20\x7f\\]")
_SAFE = "/%:@!$&'()*+,;=[]~"
_FORM = "write an absolute URL, as 'https://api.example.com/v1'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Url:
    """
    A URL that was read. ``host`` is a name, an IPv4 address or an IPv6 address in brackets; ``target`` is path and query as
    they are sent.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """
        Host and port, without a port that goes without saying: what the Host header says.
        """
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """
        Scheme, host and port.
        """
        return f"{self.scheme}://{self.authority}"

    @property
    def scopes(self) -> tuple[str, ...]:
        """
        The spellings in which a grant may name its host; a port other than the usual has to be named.
        """
        plain = (self.authority, self.origin)
        usual = self.port == _PORTS[self.scheme]
        return (*plain, *(f"{spelling}:{self.port}" for spelling in plain)) if usual else plain

    def joined(self, location: str) -> "Url":
        """
        Where this URL redirects to.

        Raises:
            UnmeantError: if that is no URL that may be asked for.
        """
        try:
            there = urljoin(f"{self.origin}{self.target}", location)
        except ValueError as error:
            raise UnmeantError(f"{self.origin} redirects to something that is no URL") from error
        return read_url(there)


def read_url(text: str, params: Mapping[str, str] | None = None) -> Url:
    """
    The URL, with the parameters added to its query.

    Raises:
        UnmeantError: if it is not absolute, neither http nor https, carries a user, or names its host in any way but plainly.
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise UnmeantError(f"a URL is a text of at most {_LONGEST} characters", hint=_FORM)
    if _NEVER.search(text):
        raise UnmeantError("the URL has spaces, control characters or backslashes in it", hint="write them as '%20'")
    found = _URL.fullmatch(text)
    if found is None:
        raise UnmeantError("the URL is not absolute, or neither http nor https", hint=_FORM)
    scheme = found["scheme"].lower()
    host, port = _authority(found["authority"])
    target = _target(found["path"] or "/", found["query"], params or {})
    return Url(scheme=scheme, host=host, port=port or _PORTS[scheme], target=target)


def _authority(text: str) -> tuple[str, int | None]:
    if "@" in text:
        raise UnmeantError("the URL has a user in it", hint="send an Authorization header")
    found = _AUTHORITY.fullmatch(text)
    port = int(found["port"]) if found is not None and found["port"] else None
    if found is None or not (port is None or 0 < port < 1 << 16):
        raise UnmeantError("the URL names no host that can be read", hint=_FORM)
    return (_literal if found["host"].startswith("[") else _name)(found["host"]), port


def _literal(text: str) -> str:
    try:
        return f"[{IPv6Address(text[1:-1])}]"
    except AddressValueError as error:
        raise UnmeantError(f"'{text}' is no IPv6 address") from error


def _name(text: str) -> str:
    name = host_name(text)
    if is_numeric(name):
        try:
            return str(IPv4Address(name))
        except AddressValueError as error:
            raise UnmeantError(f"'{name}' is no IPv4 address", hint="write four numbers, as '192.0.2.1'") from error
    return name


def _target(path: str, query: str | None, params: Mapping[str, str]) -> str:
    if not all(isinstance(part, str) for pair in params.items() for part in pair):
        raise UnmeantError("names and values of params are texts", hint="turn each into a str")
    try:
        query = "&".join(filter(None, (quote(query or "", safe=f"{_SAFE}?"), urlencode(params, quote_via=quote))))
        return quote(path, safe=_SAFE) + (f"?{query}" if query else "")
    except UnicodeEncodeError as error:
        raise UnmeantError("the URL has something in it that is no text") from error
