"""
Token changes: which programs and people get in. Secrets are in the answers and never in the audit.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from honeyhost.store.clock import Clock, utc_now
from honeyhost.store.database import Database
from honeyhost.store.records import IssuedToken, TokenRecord
from honeyhost.store.signed import Signed
from honeyhost.store.texts import demand_text
from honeyhost.store.tokens import TokenTable

LONGEST_NAME = 200


class TokenChanges(Signed):
    """
    Changes of access tokens. Every method raises StoreUnavailableError.
    """

    def __init__(self, database: Database, actor: str, *, now: Clock = utc_now) -> None:
        super().__init__(database, actor, now=now)
        self._tokens = TokenTable(database, now=now)

    def create_token(
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

        Raises:
            UsageError: A scope is unknown, a name cannot be kept, or the end has no time zone or has passed.
        """
        demand_text("a token", name, LONGEST_NAME)
        with self._database.transaction():
            issued = self._tokens.create(name, scopes=scopes, groups=groups, permissions=permissions, expires_at=expires_at)
            self._note("token.create", issued.record.id, **_told(issued.record))
        return issued

    def rotate_token(self, token: str) -> IssuedToken:
        """
        A new secret for the token with this id; the old one, and every session that it opened, end now.

        Raises:
            UsageError: There is no such token.
            RefusedError: It has ended.
        """
        with self._database.transaction():
            issued = self._tokens.rotate(token)
            self._note("token.rotate", token, name=issued.record.name)
        return issued

    def revoke_token(self, token: str) -> TokenRecord:
        """
        End the token with this id, and its sessions, now.

        Raises:
            UsageError: There is no such token.
        """
        with self._database.transaction():
            ended = any(record.id == token and record.revoked_at is not None for record in self._tokens.all())
            record = self._tokens.revoke(token)
            if not ended:
                self._note("token.revoke", token, name=record.name)
        return record


def _told(record: TokenRecord) -> dict[str, Any]:
    ends = None if record.expires_at is None else record.expires_at.isoformat()
    lists = {name: sorted(getattr(record, name)) for name in ("scopes", "groups", "permissions")}
    return {"name": record.name, **lists, "expires_at": ends}
