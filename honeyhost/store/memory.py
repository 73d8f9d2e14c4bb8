"""
The plugin table in memory: for tests, and for hosts that keep nothing. It needs no database library.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from threading import Lock
from typing import Any

from honeyhost.errors import StoreError
from honeyhost.store.clock import Clock, utc_now
from honeyhost.store.plugin_keeper import Columns, PluginKeeper, listed
from honeyhost.store.records import StoredRecords
from honeyhost.store.texts import json_text

LARGEST = 10_000
"""Records, unless somebody says otherwise."""
_DOCUMENTS = ("config", "grants", "labels", "edits", "quarantine")


class MemoryPlugins(PluginKeeper):
    """
    The plugin table of one process, gone with it. May be shared between threads.

    ``register`` and ``upsert`` raise StoreError where they would make more records than allowed, or where a value is no JSON;
    then nothing of the call is kept.

    Args:
        largest: How many records there may be.
        now: The clock.
    """

    def __init__(self, *, largest: int = LARGEST, now: Clock = utc_now) -> None:
        self._largest = largest
        self._now = now
        self._lock = Lock()
        self._rows = _Rows({}, 0, largest)

    def read(self) -> StoredRecords:
        """
        Every record by its slug, and a number that grows with every change.
        """
        rows = self._rows
        return StoredRecords(records={record.slug: record for record in listed(rows)}, revision=rows.revision)

    @contextmanager
    def _writing(self) -> Iterator["_Rows"]:
        with self._lock:
            rows = self._rows.copy()
            yield rows
            self._rows = rows

    @contextmanager
    def _reading(self) -> Iterator["_Rows"]:
        yield self._rows


class _Rows:
    """
    The rows of one moment. A row is never changed, only replaced, and nobody outside gets hold of one.
    """

    def __init__(self, rows: dict[str, dict[str, Any]], revision: int, largest: int) -> None:
        self._rows = rows
        self.revision = revision
        self._largest = largest

    def copy(self) -> "_Rows":
        return _Rows(dict(self._rows), self.revision, self._largest)

    def get(self, slug: str) -> Columns | None:
        return deepcopy(self._rows.get(slug))

    def all(self) -> list[Columns]:
        return [deepcopy(row) for row in self._rows.values()]

    def insert(self, values: Columns) -> Columns:
        if len(self._rows) >= self._largest:
            raise StoreError(
                f"the plugin table in memory is full: it holds {self._largest} records",
                hint="keep the store in SQLite or PostgreSQL, which have no such bound",
            )
        return self._keep(values["slug"], dict(values))

    def update(self, slug: str, values: Columns) -> Columns:
        return self._keep(slug, {**self._rows[slug], **values})

    def delete(self, slug: str) -> bool:
        found = self._rows.pop(slug, None) is not None
        self.revision += found
        return found

    def _keep(self, slug: str, values: dict[str, Any]) -> Columns:
        self.revision += 1
        self._rows[slug] = values | {name: _stored(values[name]) for name in _DOCUMENTS} | {"revision": self.revision}
        return deepcopy(self._rows[slug])


def _stored(document: Any) -> Any:
    """
    What comes back from a database that keeps documents as JSON.
    """
    return json.loads(json_text(document, "the plugin table in memory"))
