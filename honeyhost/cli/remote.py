"""
The remote host: a running platform, asked over HTTP.

Proxies of the environment are not used and redirects not followed: a token goes to the address that was named only.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from honeyhost.cli.failures import CouldNotRunError
from honeyhost.errors import RefusedError, UsageError
from honeyhost.settings import Settings

ADDRESS = "http://127.0.0.1:8000"
"""Where ``honeyhost serve`` listens unless it is told otherwise."""
_BASE = "/api/plugin-host"
_SECONDS = 60.0
"""Without a byte; a stream has a comment every quarter of a minute."""
_FINE = 200
"""The status that all these verbs answer."""
_LONGEST_LINE = 4 * 1024 * 1024
_SCHEMES = ("http", "https")


class HostUnreachableError(CouldNotRunError):
    """
    No running host answers there.
    """

    code = "host-unreachable"


@dataclass(frozen=True, slots=True)
class Event:
    """
    A server-sent event.
    """

    name: str
    data: Any
    id: str | None
    """The last id of the stream so far."""


class RemoteHost:
    """
    A running host.

    Args:
        url: of the platform, as ``serve`` prints it.
        token: of whoever asks; None for a stranger.

    Raises:
        UsageError: if it is no URL of a platform, or no token.
    """

    def __init__(self, url: str, token: str | None) -> None:
        self.url = url
        self._parts = _parts(url)
        if token is not None and not (token.isascii() and token.isprintable()):
            raise UsageError("the token has characters that no token has", hint="write it as it was shown when it was made")
        self._token = token

    def get(self, path: str, query: Mapping[str, Any]) -> Any:
        """
        The document at a path below the host's base.

        Raises:
            HostUnreachableError: if nothing answers there, or something else than a host.
            RefusedError: if the host refuses.
        """
        with self._asked(path, query, {}) as answer:
            try:
                return json.loads(answer.read())
            except (OSError, HTTPException, ValueError) as cause:
                raise self._unreachable(f"what answers at {self.url} is no honeyhost, or stopped") from cause

    def events(self, path: str, query: Mapping[str, Any], last_id: str | None) -> Iterator[Event]:
        """
        The events of a stream, until it ends.

        Raises:
            HostUnreachableError: if nothing answers there.
            RefusedError: if the host refuses.
        """
        headers = {} if last_id is None else {"Last-Event-ID": last_id}
        with self._asked(path, query, headers) as answer:
            try:
                yield from _events(answer, last_id)
            except (OSError, HTTPException, ValueError):
                return  # torn in the middle: whoever listens comes back with the last id

    @contextmanager
    def _asked(self, path: str, query: Mapping[str, Any], headers: Mapping[str, str]) -> Iterator[HTTPResponse]:
        """
        An answer that is one; any other is an error.
        """
        said = urlencode({name: value for name, value in query.items() if value is not None})
        own = {} if self._token is None else {"Authorization": f"Bearer {self._token}"}
        with ExitStack() as stack:
            connection = stack.enter_context(closing(self._connection()))
            try:
                connection.request("GET", f"{self._parts.path}{_BASE}{path}?{said}", headers={**own, **headers})
                answer = stack.enter_context(closing(connection.getresponse()))
                body = b"" if answer.status == _FINE else answer.read(_LONGEST_LINE)
            except (OSError, HTTPException) as cause:
                raise self._unreachable(f"no running host answers at {self.url}: {_cause(cause)}") from cause
            if answer.status != _FINE:
                raise self._refused(answer.status, body)
            yield answer

    def _connection(self) -> HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            return HTTPSConnection(host, port, timeout=_SECONDS)
        return HTTPConnection(host, port, timeout=_SECONDS)

    def _refused(self, status: int, body: bytes) -> Exception:
        try:
            problem = json.loads(body)
            said, hint = str(problem["detail"]), problem.get("hint")
        except (ValueError, LookupError, TypeError):
            return self._unreachable(f"what answers at {self.url} is no honeyhost: it says {status}")
        if status >= 500:  # noqa: PLR2004 - the host's own troubles, which pass
            return self._unreachable(f"the host at {self.url} cannot answer: {said}")
        faults = problem.get("problems") or [{}]
        hint = hint or faults[0].get("hint") or _HINTS.get(status)
        return RefusedError(f"the host at {self.url} refuses: {said}", hint=hint, status=status, answered=problem.get("code"))

    def _unreachable(self, said: str) -> HostUnreachableError:
        hint = "start one with 'honeyhost serve', or name the address of yours with --url"
        return HostUnreachableError(said, hint=hint, url=self.url)


_HINTS = {
    401: "make a token with 'honeyhost token create logs --scope plugins.manage', and put it into HONEYHOST_TOKEN",
    403: "take a token that has the scope",
}


def remote_host(url: str | None, token: str | None) -> RemoteHost:
    """
    The running host that somebody means: what is not said comes from HONEYHOST_URL and HONEYHOST_TOKEN. To a host on this
    machine the administrator's token goes where no other is given and the settings have it.

    Raises:
        UsageError: if it is no URL of a platform.
    """
    address = url or os.environ.get("HONEYHOST_URL") or ADDRESS
    secret = token or os.environ.get("HONEYHOST_TOKEN")
    if not secret and _is_here(_parts(address)):
        administrator = Settings.load().admin_token
        secret = None if administrator is None else administrator.get_secret_value()
    return RemoteHost(address, secret or None)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.rstrip("/"))
        usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username is not None or parts.query or parts.fragment:
        raise UsageError(f"'{url}' is no address of a platform", hint=f"write one as {ADDRESS}")
    return parts


def _is_here(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _cause(cause: Exception) -> str:
    return (getattr(cause, "strerror", None) or str(cause) or type(cause).__name__).lower()


def _events(answer: HTTPResponse, last_id: str | None) -> Iterator[Event]:
    """
    The events in the lines of an answer; a line that stops in the middle is none.
    """
    name, data, number = "message", list[str](), last_id
    while line := answer.readline(_LONGEST_LINE):
        field, _, value = line.decode("utf-8", "replace").rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
        elif field == "id":
            number = value
        elif not field and not value and data:
            yield Event(name, json.loads("\n".join(data)), number)
            name, data = "message", []
