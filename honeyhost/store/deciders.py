"""
Deciders: who enabled or disabled each plugin last, read from an SQLite file without the database library.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from honeyhost.store.peek import read_with

ACTIONS = ("plugin.enable", "plugin.disable")
_LAST = """
SELECT target, actor, at FROM hh_audit
WHERE id IN (SELECT max(id) FROM hh_audit WHERE action IN (?, ?) GROUP BY target)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """
    Who decided, and when.
    """

    actor: str
    at: datetime


def read_decisions(url: str) -> Mapping[str, Decision]:
    """
    The last decision about each plugin, as far as the audit reaches back; nothing where it cannot be read.
    """
    return read_with(url, _decisions) or {}


def _decisions(connection: sqlite3.Connection, _revision: int) -> dict[str, Decision]:
    rows = connection.execute(_LAST, ACTIONS).fetchall()
    return {slug: Decision(actor=actor, at=datetime.fromisoformat(at).replace(tzinfo=UTC)) for slug, actor, at in rows}
