"""
Sessions: how a browser proves for a while that its user has shown a token.

A session's cookie reads ``hhs_<id>_<secret>``; the store keeps its hash. A session has the rights of its token, and ends when
the token does.
"""

import hmac
import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any

from honeyhost.errors import UsageError
from honeyhost.store.clock import Clock, utc_now
from honeyhost.store.database import Database
from honeyhost.store.records import SessionRecord, TokenRecord
from honeyhost.store.schema import SESSIONS, TOKENS
from honeyhost.store.sql import Row, delete, insert, select
from honeyhost.store.tokens import token_record

PREFIX = "hhs_"


class SessionTable:
    """
    The sessions in a database.
    """

    def __init__(self, database: Database, *, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def open(self, token: str, expires_at: datetime) -> tuple[SessionRecord, str]:
        """
        A new session with the rights of a token, and the secret of its cookie, which is nowhere else.

        Args:
            token: The id of a valid token.
            expires_at: With a time zone.

        Raises:
            UsageError: There is no such token, it has ended, or the end has no time zone or has passed.
        """
        now = self._now()
        if expires_at.tzinfo is None or expires_at <= now:
            raise UsageError(f"a session cannot end at {expires_at.isoformat()}: the end has no time zone or has passed")
        record = SessionRecord(id=secrets.token_hex(8), token=token, created_at=now, expires_at=expires_at)
        secret = f"{PREFIX}{record.id}_{secrets.token_urlsafe(32)}"
        with self._database.transaction(decides=False) as connection:
            # held until the session stands, so that a rotation finds it and ends it
            row = connection.execute(select(TOKENS).where(TOKENS.c.id == token).with_for_update(read=True)).one_or_none()
            if row is None or not token_record(row).valid_at(now):
                raise UsageError(f"no valid token has the id '{token}'", hint="honeyhost token list shows the ids")
            connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= now))
            values = {"id": record.id, "token": token, "created_at": now, "expires_at": expires_at, "hash": _hash(secret)}
            connection.execute(insert(SESSIONS).values(values))
        return record, secret

    def verify(self, secret: str) -> tuple[SessionRecord, TokenRecord] | None:
        """
        The session that this cookie proves, with its token; None where it proves none, or either has ended.
        """
        hashed, now = _hash(secret), self._now()
        with self._database.reading() as connection:
            row = connection.execute(select(SESSIONS).where(SESSIONS.c.id == _id_in(secret))).one_or_none()
            if row is None or not hmac.compare_digest(row.hash, hashed) or row.expires_at <= now:
                return None
            token = connection.execute(select(TOKENS).where(TOKENS.c.id == row.token)).one_or_none()
        if token is None or not (record := token_record(token)).valid_at(now):
            return None
        return _record(row), record

    def close(self, session: str) -> bool:
        """
        End the session with this id, and say whether there was one.
        """
        with self._database.transaction(decides=False) as connection:
            return connection.execute(delete(SESSIONS).where(SESSIONS.c.id == session)).rowcount > 0


def _id_in(secret: str) -> str:
    """
    The id that the text claims; empty for anything that no id can be, so that no odd text reaches the database.
    """
    claimed = secret.removeprefix(PREFIX).partition("_")[0] if secret.startswith(PREFIX) else ""
    return claimed if claimed.isascii() and claimed.isalnum() else ""


def _hash(secret: str) -> str:
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _record(row: Row[Any]) -> SessionRecord:
    return SessionRecord(id=row.id, token=row.token, created_at=row.created_at, expires_at=row.expires_at)
