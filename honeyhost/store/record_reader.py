"""
The light reader of whole records: as ``peek``, for those who need more than the flags.
"""

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

from honeyhost.errors import StoreError
from honeyhost.store.peek import read_with
from honeyhost.store.records import PluginRecord, StoredRecords

_BEFORE_LIVING = {"reloads": 0, "quarantine": None}
"""Columns that a database lacks which no honeyhost of this version has prepared yet."""
_DOCUMENTS = ("config", "labels", "edits", "grants")
_FLAGS = ("enabled", "nav")


def read_records(url: str) -> StoredRecords | None:
    """
    The records in the SQLite file behind the URL, by (sort, slug).

    None where they cannot be read this way: another database, no file, no permission, no tables of honeyhost in it, or
    something in them that honeyhost did not write.
    """
    try:
        return read_with(url, _records)
    except StoreError:
        return None


def _records(connection: sqlite3.Connection, revision: int) -> StoredRecords:
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT * FROM hh_plugins").fetchall()
    records = sorted((PluginRecord.from_columns(_columns(row)) for row in rows), key=lambda record: (record.sort, record.slug))
    return StoredRecords(records={record.slug: record for record in records}, revision=revision)


def _columns(row: sqlite3.Row) -> dict[str, Any]:
    values = _BEFORE_LIVING | dict(row)
    for name in _DOCUMENTS:
        text = values[name]
        values[name] = {} if text == "{}" else json.loads(str(text))  # most are empty, and a start reads thousands
    for name in _FLAGS:
        values[name] = bool(values[name])
    quarantine, installed_at = values["quarantine"], str(values["installed_at"])
    values["quarantine"] = None if quarantine is None else json.loads(str(quarantine))
    values["installed_at"] = datetime.fromisoformat(installed_at).replace(tzinfo=UTC)
    return values
