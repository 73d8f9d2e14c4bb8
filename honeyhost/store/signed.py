"""
Signed: what every change is made of - a database, somebody who acts, and the record that they did.
"""

from typing import Any

from honeyhost.store.audit import AuditTable
from honeyhost.store.clock import Clock, utc_now
from honeyhost.store.database import Database
from honeyhost.store.texts import demand_text

_LONGEST_ACTOR = 255


class Signed:
    """
    Changes by one actor; each is one transaction with its record in the audit.

    Args:
        database: Of the store.
        actor: Who acts: a caller's id, ``cli:<login name>`` or ``host``.
        now: The clock.

    Raises:
        UsageError: The actor has no name that can be kept.
    """

    def __init__(self, database: Database, actor: str, *, now: Clock = utc_now) -> None:
        self._database = database
        self._actor = demand_text("an actor", actor, _LONGEST_ACTOR)
        self._now = now
        self._audit = AuditTable(database, now=now)

    def _note(self, action: str, target: str, **details: Any) -> None:
        self._audit.add(self._actor, action, target, details)
