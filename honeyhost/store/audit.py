"""
The audit: who changed what, newest first, bounded.
"""

import json
from collections.abc import Mapping
from typing import Any

from honeyhost.errors import UsageError
from honeyhost.store.clock import Clock, utc_now
from honeyhost.store.database import Database
from honeyhost.store.records import AuditRecord
from honeyhost.store.schema import AUDIT
from honeyhost.store.sql import Row, delete, insert, select

KEPT = 10_000
"""Records; older ones are dropped."""
LARGEST_DETAILS = 16 * 1024
"""Characters of JSON; what is larger is left out, and the record says so."""


class AuditTable:
    """
    The audit in a database.

    Args:
        database: The store's.
        now: The clock.
        keep: How many records are kept.
    """

    def __init__(self, database: Database, *, now: Clock = utc_now, keep: int = KEPT) -> None:
        self._database = database
        self._now = now
        self._keep = keep

    def add(self, actor: str, action: str, target: str, details: Mapping[str, Any] | None = None) -> AuditRecord:
        """
        Write down that somebody did something, in the transaction of what they did. Details hold no secrets.
        """
        values: dict[str, Any] = {
            "at": self._now(),
            "actor": actor,
            "action": action,
            "target": target,
            "details": _bounded(details or {}),
        }
        with self._database.transaction() as connection:
            number: int = connection.execute(insert(AUDIT).values(values).returning(AUDIT.c.id)).scalar_one()
            connection.execute(delete(AUDIT).where(AUDIT.c.id <= number - self._keep))
        return AuditRecord(id=number, **values)

    def all(
        self, *, limit: int = 100, before: int | None = None, target: str | None = None, actor: str | None = None
    ) -> tuple[AuditRecord, ...]:
        """
        Records, newest first.

        Args:
            limit: At most that many.
            before: Only those with a smaller id: the next page after that record.
            target: Only what was done to this plugin, group or token.
            actor: Only what was done by this one.

        Raises:
            UsageError: The limit is less than 1.
        """
        if limit < 1:
            raise UsageError(f"a list of {limit} records is none", hint="ask for at least one")
        query = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
        for column, value in ((AUDIT.c.target, target), (AUDIT.c.actor, actor)):
            if value is not None:
                query = query.where(column == value)
        if before is not None:
            query = query.where(AUDIT.c.id < before)
        with self._database.reading() as connection:
            return tuple(map(_record, connection.execute(query)))


def _bounded(details: Mapping[str, Any]) -> dict[str, Any]:
    size = len(json.dumps(details, default=str))
    return dict(details) if size <= LARGEST_DETAILS else {"left_out": f"{size} characters of details"}


def _record(row: Row[Any]) -> AuditRecord:
    return AuditRecord(**row._mapping)  # noqa: SLF001 - public by its documentation
