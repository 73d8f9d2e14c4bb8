"""
The keeper of plugin records: what the plugin table means, whatever holds its rows.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from honeyhost.errors import ConflictError, UnknownPluginError
from honeyhost.names import closest
from honeyhost.store.clock import Clock
from honeyhost.store.records import EDITABLE, PluginDefaults, PluginRecord

Columns = Mapping[str, Any]
"""One row by the names of the table's columns."""


class Rows(Protocol):
    """
    The rows, inside one transaction. ``insert`` and ``update`` set the row's revision, and answer the row as it is kept.
    """

    def get(self, slug: str) -> Columns | None:
        """
        One row.
        """
        ...

    def all(self) -> Iterable[Columns]:
        """
        Every row, in any order.
        """
        ...

    def insert(self, values: Columns) -> Columns:
        """
        Add a row.
        """
        ...

    def update(self, slug: str, values: Columns) -> Columns:
        """
        Change some columns of a row that exists.
        """
        ...

    def delete(self, slug: str) -> bool:
        """
        Remove a row, and say whether there was one.
        """
        ...


class PluginKeeper(ABC):
    """
    The plugin table. Whoever holds rows says how to begin: what a transaction did is kept when it ends well, and all of it is
    undone where it raises.
    """

    _now: Clock

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Rows]:
        """
        A transaction; one at a time.
        """

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Rows]:
        """
        A view that stands still.
        """

    def register(self, defaults: Iterable[PluginDefaults]) -> tuple[PluginRecord, ...]:
        """
        Record what manifests say, and return their records in the given order.

        A new plugin becomes an enabled record. A known one gets the new version, kind, nav, sort and labels; whether it is
        enabled, its configuration, its grants and the fields that an operator set stay. Nothing is written where nothing
        differs, so that registering at every start wakes nobody.
        """
        with self._writing() as rows:
            known = {row["slug"]: row for row in rows.all()}
            wanted = list(defaults)
            for one in wanted:
                known[one.slug] = self._register(rows, one, known.get(one.slug))
        return tuple(PluginRecord.from_columns(known[one.slug]) for one in wanted)

    def upsert(self, record: PluginRecord) -> PluginRecord:
        """
        Write the whole record and return it as stored.

        Of an existing record, nav, sort and labels that differ from the manifest's are kept as the operator's.

        Raises:
            ConflictError: The stored revision is not the record's (0 for a record that must not exist yet).
        """
        with self._writing() as rows:
            row = rows.get(record.slug)
            demand_revision(record.slug, record.revision, row)
            if row is None:
                return PluginRecord.from_columns(self._insert(rows, record))
            if PluginRecord.from_columns(row) == record:
                return record
            edited = [name for name in EDITABLE if getattr(record, name) != row[name]]
            return PluginRecord.from_columns(rows.update(record.slug, written(record, edited)))

    def set_enabled(self, slug: str, enabled: bool) -> PluginRecord:  # noqa: FBT001 - the value is what the call is about
        """
        Enable or disable, whatever the revision: the last wish counts.

        Raises:
            UnknownPluginError: There is no such record.
        """
        with self._writing() as rows:
            row = rows.get(slug)
            if row is None:
                raise unknown(slug, rows)
            return PluginRecord.from_columns(row if row["enabled"] == enabled else rows.update(slug, {"enabled": enabled}))

    def get(self, slug: str) -> PluginRecord | None:
        """
        One record, or None.
        """
        with self._reading() as rows:
            row = rows.get(slug)
            return None if row is None else PluginRecord.from_columns(row)

    def all(self) -> tuple[PluginRecord, ...]:
        """
        Every record, by (sort, slug).
        """
        with self._reading() as rows:
            return listed(rows)

    def delete(self, slug: str) -> bool:
        """
        Remove the record with all that the operator set in it, and say whether there was one.
        """
        with self._writing() as rows:
            return rows.delete(slug)

    def _register(self, rows: Rows, defaults: PluginDefaults, row: Columns | None) -> Columns:
        said: dict[str, Any] = {
            "kind": defaults.kind,
            "version": defaults.version,
            "nav": defaults.nav,
            "sort": defaults.sort,
            "labels": dict(defaults.labels),
        }
        if row is None:
            return self._insert(rows, PluginRecord(slug=defaults.slug, **said))
        return row if holds(row, said) else rows.update(defaults.slug, said)

    def _insert(self, rows: Rows, record: PluginRecord) -> Columns:
        values = written(record, ()) | {name: getattr(record, name) for name in EDITABLE}
        values |= {"slug": record.slug, "labels": dict(record.labels), "installed_at": record.installed_at or self._now()}
        return rows.insert(values)


def listed(rows: Rows) -> tuple[PluginRecord, ...]:
    """
    Every record, by (sort, slug).
    """
    return tuple(sorted(map(PluginRecord.from_columns, rows.all()), key=lambda record: (record.sort, record.slug)))


def written(record: PluginRecord, edited: Iterable[str]) -> dict[str, Any]:
    """
    The columns that a record fills: as they are, and of those that a manifest gives the named ones as the operator's edits.
    """
    edits = {name: getattr(record, name) for name in sorted(edited)}
    return {
        "kind": record.kind,
        "version": record.version,
        "enabled": record.enabled,
        "config": dict(record.config),
        "grants": dict(record.grants),
        "grants_digest": record.grants_digest,
        "reloads": record.reloads,
        "quarantine": None if record.quarantine is None else dict(record.quarantine),
        "edits": {name: dict(value) if isinstance(value, Mapping) else value for name, value in edits.items()},
    }


def holds(row: Columns, values: Columns) -> bool:
    """
    Whether the row has these values already.
    """
    return all(row[name] == value for name, value in values.items())


def demand_revision(slug: str, read: int, row: Columns | None) -> None:
    """
    ConflictError unless the row has the revision that somebody read (0: that there is none).
    """
    stored = row["revision"] if row is not None else 0
    if stored == read:
        return
    if row is None:
        found = "it was deleted meanwhile"
    elif read == 0:
        found = f"it exists already, with revision {stored}"
    else:
        found = f"revision {stored} is stored, {read} was read"
    raise ConflictError(
        f"the record of plugin '{slug}' was changed by somebody else: {found}",
        hint="read it again and repeat the change",
        plugin=slug,
        stored=stored,
        read=read,
    )


def unknown(slug: str, rows: Rows) -> UnknownPluginError:
    """
    The error that says that there is no such record, with the nearest one that there is.
    """
    near = closest(slug, [row["slug"] for row in rows.all()])
    hint = f"did you mean '{near}'?" if near else "honeyhost list shows every plugin"
    return UnknownPluginError(f"the store has no plugin '{slug}'", hint=hint, plugin=slug)
