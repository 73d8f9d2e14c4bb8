"""
The built-in identity: bearer tokens of the store.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from threading import Lock

from starlette.requests import HTTPConnection

from honeyhost.attach.routing import refusal
from honeyhost.errors import StoreError
from honeyhost.sdk import Caller
from honeyhost.store.protocol import CatalogStore, TokenStore

logger = logging.getLogger("honeyhost")
_BEARER = b"bearer "
_KEPT_SECONDS = 1.0
_KEPT_CALLERS = 1024


class TokenIdentity:
    """
    ``Authorization: Bearer TOKEN``, looked up in the store. What was found is kept for a second, so that a revoked token
    ends within one.
    """

    def __init__(self, tokens: Callable[[], TokenStore], catalog: Callable[[], CatalogStore]) -> None:
        self._tokens = tokens
        self._catalog = catalog
        self._kept: dict[bytes, tuple[float, Caller | None]] = {}
        self._lock = Lock()

    async def __call__(self, connection: HTTPConnection) -> Caller | None:
        """
        The caller whose token the connection carries, or None.
        """
        for name, value in connection.scope["headers"]:
            if name == b"authorization" and value[:7].lower() == _BEARER:
                kept = self._kept.get(value)
                if kept is not None and kept[0] > time.monotonic():
                    return kept[1]
                try:
                    return await asyncio.to_thread(self._look_up, value)
                except StoreError as error:
                    logger.log(logging.ERROR, "a token cannot be looked up: %s", error.message, exc_info=error)
                    raise refusal.undecided(connection.scope) from error
        return None

    def _look_up(self, value: bytes) -> Caller | None:
        record = self._tokens().verify(value[7:].strip().decode("latin-1"))
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
            self._kept[value] = (time.monotonic() + _KEPT_SECONDS, caller)
        return caller
