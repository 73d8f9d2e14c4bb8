"""
The built-in identity: bearer tokens and browser sessions of the store.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from threading import Lock
from typing import Protocol

from starlette.requests import HTTPConnection, cookie_parser

from honeyhost.attach.routing import refusal
from honeyhost.errors import StoreError
from honeyhost.manager.cross_site import COOKIE, crosses_sites
from honeyhost.sdk import Caller
from honeyhost.store.protocol import CatalogStore, TokenRecord, TokenStore
from honeyhost.store.records import SessionRecord

logger = logging.getLogger("honeyhost")
_BEARER = b"bearer "
_COOKIE = COOKIE.encode()
_KEPT_SECONDS = 1.0
_KEPT_CALLERS = 1024


class SessionStore(Protocol):
    """
    The sessions of browsers.
    """

    def verify(self, secret: str) -> tuple[SessionRecord, TokenRecord] | None:
        """
        The session that this text proves with the token that opened it, or None.
        """
        ...


class TokenIdentity:
    """
    ``Authorization: Bearer TOKEN``, or the cookie of a session that such a token opened, looked up in the store. What was
    found is kept for a second, so that a revoked token ends within one.

    A request with an ``Authorization`` of any kind is judged by that alone. A change that only a cookie speaks for, and that
    another site may have sent, is a stranger's.
    """

    def __init__(
        self,
        tokens: Callable[[], TokenStore],
        catalog: Callable[[], CatalogStore],
        sessions: Callable[[], SessionStore] | None = None,
    ) -> None:
        self._tokens = tokens
        self._catalog = catalog
        self._sessions = sessions
        self._kept: dict[bytes, tuple[float, Caller | None]] = {}
        self._lock = Lock()

    async def __call__(self, connection: HTTPConnection) -> Caller | None:
        """
        The caller whose token or session the connection carries, or None.
        """
        cookies = b""
        for name, value in connection.scope["headers"]:
            if name == b"authorization":
                return await self._known(connection, value, self._by_token) if value[:7].lower() == _BEARER else None
            if name == b"cookie" and _COOKIE in value:
                cookies = value
        if not cookies or self._sessions is None or crosses_sites(connection):
            return None
        return await self._known(connection, cookies, self._by_session)

    def forget(self) -> None:
        """
        Look everybody up anew from now on: what somebody may do was changed in this process.
        """
        with self._lock:
            self._kept.clear()

    async def _known(
        self, connection: HTTPConnection, proof: bytes, look_up: Callable[[bytes], TokenRecord | None]
    ) -> Caller | None:
        kept = self._kept.get(proof)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        try:
            return await asyncio.to_thread(self._look_up, proof, look_up)
        except StoreError as error:
            logger.log(logging.ERROR, "a token cannot be looked up: %s", error.message, exc_info=error)
            raise refusal.undecided(connection.scope) from error

    def _look_up(self, proof: bytes, look_up: Callable[[bytes], TokenRecord | None]) -> Caller | None:
        record = look_up(proof)
        caller = None
        if record is not None:
            granted = self._catalog().permissions_of(f"token:{record.id}", groups=record.groups)
            caller = Caller(
                id=f"token:{record.id}",
                permissions=record.permissions | granted,
                groups=record.groups,
                scopes=record.scopes,
            )
        with self._lock:
            if len(self._kept) >= _KEPT_CALLERS:
                self._kept.clear()
            self._kept[proof] = (time.monotonic() + _KEPT_SECONDS, caller)
        return caller

    def _by_token(self, value: bytes) -> TokenRecord | None:
        return self._tokens().verify(value[7:].strip().decode("latin-1"))

    def _by_session(self, value: bytes) -> TokenRecord | None:
        secret = session_secret(value.decode("latin-1"))
        found = None if secret is None or self._sessions is None else self._sessions().verify(secret)
        return None if found is None else found[1]


def session_secret(cookies: str) -> str | None:
    """
    The secret of the session in a Cookie header.
    """
    return cookie_parser(cookies).get(COOKIE)
