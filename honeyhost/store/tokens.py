"""
Tokens: how programs and the first administrator prove who they are.

A token reads ``hht_<id>_<secret>``; the store keeps its hash. The id finds the row, the hash of the whole text is compared
in constant time.
"""

import hmac
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from honeyhost.errors import RefusedError, StoreUnavailableError, UsageError
from honeyhost.names import closest
from honeyhost.sdk.caller import ANY_PERMISSION
from honeyhost.store.clock import Clock, utc_now
from honeyhost.store.database import Database, changed
from honeyhost.store.protocol import IssuedToken, TokenRecord
from honeyhost.store.schema import SESSIONS, TOKENS
from honeyhost.store.sql import Connection, Row, delete, insert, select, update

PREFIX = "hht_"
"""So that scanners for leaked secrets find our tokens."""
ADMINISTRATOR = "administrator"
"""The id of the token that ``serve`` prints, or that HONEYHOST_ADMIN_TOKEN sets."""
SCOPES = ("plugins.read", "plugins.manage", "capabilities.run", ANY_PERMISSION)
"""What a token may be good for beside permissions of plugins: the host's own verbs."""

_USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenTable:
    """
    The tokens in a database.
    """

    def __init__(self, database: Database, *, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def create(
        self,
        name: str,
        *,
        scopes: Iterable[str] = (),
        groups: Iterable[str] = (),
        permissions: Iterable[str] = (),
        expires_at: datetime | None = None,
    ) -> IssuedToken:
        """
        A new token; its secret is in the answer and nowhere else.

        Args:
            name: What it is for, for people.
            scopes: Some of SCOPES.
            groups: Groups whose permissions it has.
            permissions: Permissions that it has beside those.
            expires_at: With a time zone; None for a token without an end.

        Raises:
            UsageError: A scope is unknown, or the end has no time zone or has passed.
        """
        wanted = frozenset(scopes)
        _demand_scopes(wanted)
        self._demand_future(expires_at)
        token = secrets.token_hex(8)
        values = {
            "id": token,
            "name": name,
            "scopes": wanted,
            "groups": frozenset(groups),
            "permissions": frozenset(permissions),
            "expires_at": expires_at,
        }
        secret = _secret_for(token)
        with self._database.transaction() as connection:
            return IssuedToken(record=self._insert(connection, values, secret), secret=secret)

    def verify(self, secret: str) -> TokenRecord | None:
        """
        The token that this text is, or None where it is none, has expired or was revoked.
        """
        hashed, now = _hash(secret), self._now()
        with self._database.reading() as connection:
            rows = connection.execute(select(TOKENS).where(TOKENS.c.id.in_((_id_in(secret), ADMINISTRATOR)))).all()
        for record in map(token_record, rows):
            if hmac.compare_digest(record.hash, hashed) and record.valid_at(now):
                self._note_use(record, now)
                return record
        return None

    def rotate(self, token: str) -> IssuedToken:
        """
        A new secret for the token with this id; the old one, and every session that it opened, end now.

        Raises:
            UsageError: There is no such token.
            RefusedError: It has ended.
        """
        secret = _secret_for(token)
        with self._database.transaction() as connection:
            record = token_record(_demanded_row(connection, token))
            if not record.valid_at(self._now()):
                raise RefusedError(f"the token '{token}' has ended and stays so", hint="honeyhost token create makes a new one")
            self._renew(connection, token, secret)
            return IssuedToken(record=token_record(_existing_row(connection, token)), secret=secret)

    def revoke(self, token: str) -> TokenRecord:
        """
        End the token with this id now.

        Raises:
            UsageError: There is no such token.
        """
        with self._database.transaction() as connection:
            row = _demanded_row(connection, token)
            if row.revoked_at is None:
                connection.execute(update(TOKENS).where(TOKENS.c.id == token).values(revoked_at=self._now()))
                changed(connection)
            return token_record(_existing_row(connection, token))

    def all(self) -> tuple[TokenRecord, ...]:
        """
        Every token, the oldest first.
        """
        with self._database.reading() as connection:
            rows = connection.execute(select(TOKENS)).all()
        return tuple(sorted(map(token_record, rows), key=lambda record: (record.created_at, record.id)))

    def ensure_administrator(self, secret: str | None) -> str | None:
        """
        See that the administrator has a token.

        With a secret (the setting ``admin_token``) that one is valid from now on, in the place of any earlier one. Without,
        a token is made where there has never been one, and its text is the answer, this once. A revoked one stays revoked.
        """
        with self._database.transaction() as connection:
            row = _row(connection, ADMINISTRATOR)
            if secret is not None:
                self._set_administrator(connection, row, secret)
                return None
            if row is not None:
                return None
            made = _secret_for(ADMINISTRATOR)
            self._insert(connection, _administrator(), made)
            return made

    def _set_administrator(self, connection: Connection, row: Row[Any] | None, secret: str) -> None:
        if row is None:
            self._insert(connection, _administrator(), secret)
        elif row.hash != _hash(secret) or row.revoked_at is not None:
            self._renew(connection, ADMINISTRATOR, secret)

    def _renew(self, connection: Connection, token: str, secret: str) -> None:
        values = {"hash": _hash(secret), "created_at": self._now(), "revoked_at": None, "last_used_at": None}
        connection.execute(update(TOKENS).where(TOKENS.c.id == token).values(values))
        connection.execute(delete(SESSIONS).where(SESSIONS.c.token == token))
        changed(connection)

    def _insert(self, connection: Connection, values: dict[str, Any], secret: str) -> TokenRecord:
        lists = {name: sorted(values[name]) for name in ("scopes", "groups", "permissions")}
        row = values | lists | {"hash": _hash(secret), "created_at": self._now()}
        connection.execute(insert(TOKENS).values(row))
        changed(connection)
        return token_record(_existing_row(connection, values["id"]))

    def _note_use(self, record: TokenRecord, now: datetime) -> None:
        if record.last_used_at is not None and now - record.last_used_at < _USE_IS_NOTED_EVERY:
            return
        with (
            suppress(StoreUnavailableError),
            self._database.transaction(decides=False) as connection,
        ):  # letting in matters more
            connection.execute(update(TOKENS).where(TOKENS.c.id == record.id).values(last_used_at=now))

    def _demand_future(self, moment: datetime | None) -> None:
        if moment is None:
            return
        if moment.tzinfo is None:
            raise UsageError(f"the end {moment.isoformat()} has no time zone", hint="write 2030-01-31T00:00:00Z")
        if moment <= self._now():
            raise UsageError(f"the end {moment.isoformat()} has passed")


def token_record(row: Row[Any]) -> TokenRecord:
    """
    The token in a row of the table.
    """
    lists = {name: frozenset(row._mapping[name]) for name in ("scopes", "groups", "permissions")}  # noqa: SLF001 - public by its documentation
    return TokenRecord(
        id=row.id,
        name=row.name,
        hash=row.hash,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        **lists,
    )


def _administrator() -> dict[str, Any]:
    every = frozenset({ANY_PERMISSION})
    return {"id": ADMINISTRATOR, "name": ADMINISTRATOR, "scopes": every, "groups": frozenset(), "permissions": every}


def _secret_for(token: str) -> str:
    return f"{PREFIX}{token}_{secrets.token_urlsafe(32)}"


def _id_in(secret: str) -> str:
    """
    The id that the text claims; empty for anything that no id can be, so that no odd text reaches the database.
    """
    claimed = secret.removeprefix(PREFIX).partition("_")[0] if secret.startswith(PREFIX) else ""
    return claimed if claimed.isascii() and claimed.isalnum() else ""


def _hash(secret: str) -> str:
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _row(connection: Connection, token: str) -> Row[Any] | None:
    return connection.execute(select(TOKENS).where(TOKENS.c.id == token)).one_or_none()


def _demanded_row(connection: Connection, token: str) -> Row[Any]:
    row = _row(connection, token)
    if row is not None:
        return row
    near = closest(token, connection.execute(select(TOKENS.c.id)).scalars())
    hint = f"did you mean '{near}'?" if near else "honeyhost token list shows the ids"
    raise UsageError(f"no token has the id '{token}'", hint=hint)


def _existing_row(connection: Connection, token: str) -> Row[Any]:
    return connection.execute(select(TOKENS).where(TOKENS.c.id == token)).one()


def _demand_scopes(scopes: Iterable[str]) -> None:
    for scope in sorted(scopes):
        if scope not in SCOPES:
            near = closest(scope, SCOPES)
            raise UsageError(
                f"'{scope}' is not a scope; there are {', '.join(SCOPES)}", hint=f"did you mean '{near}'?" if near else None
            )
