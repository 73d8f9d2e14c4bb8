"""
The plugin table: one record per plugin, what its manifest says and what the operator changed.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from honeyhost.errors import ConflictError, UnknownPluginError
from honeyhost.names import closest
from honeyhost.store.clock import Clock, utc_now
from honeyhost.store.database import Database, changed
from honeyhost.store.records import EDITABLE, PluginDefaults, PluginRecord, StoredRecords
from honeyhost.store.schema import PLUGINS
from honeyhost.store.sql import Connection, Row, delete, insert, select, update


class PluginTable:
    """
    The plugin table in a database.
    """

    def __init__(self, database: Database, *, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def register(self, defaults: Iterable[PluginDefaults]) -> tuple[PluginRecord, ...]:
        """
        Record what manifests say, and return their records in the given order.

        A new plugin becomes an enabled record. A known one gets the new version, kind, nav, sort and labels; whether it is
        enabled, its configuration, its grants and the fields that an operator set stay. Nothing is written where nothing
        differs, so that registering at every start wakes nobody.
        """
        with self._database.transaction() as connection:
            rows = {row.slug: row for row in connection.execute(select(PLUGINS))}
            return tuple(self._register(connection, one, rows.get(one.slug)) for one in defaults)

    def upsert(self, record: PluginRecord) -> PluginRecord:
        """
        Write the whole record and return it as stored.

        Of an existing record, nav, sort and labels that differ from the manifest's are kept as the operator's.

        Raises:
            ConflictError: The stored revision is not the record's (0 for a record that must not exist yet).
        """
        with self._database.transaction() as connection:
            row = _row(connection, record.slug)
            _demand_revision(record.slug, record.revision, row)
            if row is None:
                return self._insert(connection, record)
            if _record(row) == record:
                return record
            edited = [name for name in EDITABLE if getattr(record, name) != getattr(row, name)]
            return _update(connection, record.slug, _columns(record) | {"edits": _edits(record, edited)})

    def require(self, slug: str, defaults: PluginDefaults | None = None, *, revision: int | None = None) -> PluginRecord:
        """
        The record that somebody is about to change; made from the defaults where there is none.

        Raises:
            UnknownPluginError: There is no such record, and no defaults to make it from.
            ConflictError: A revision was given, and the stored one is another.
        """
        with self._database.transaction() as connection:
            row = _row(connection, slug)
            if row is None and defaults is None:
                raise _unknown(slug, connection)
            if revision is not None:
                _demand_revision(slug, revision, row)
            return _record(row) if row is not None else self.register([cast("PluginDefaults", defaults)])[0]

    def restore(self, record: PluginRecord) -> PluginRecord:
        """
        Write the record whatever its revision; of nav, sort and labels those that it names as ``edited``, as the operator's.
        """
        written = _columns(record) | {"edits": _edits(record, record.edited)}
        with self._database.transaction() as connection:
            if _row(connection, record.slug) is None:
                self.register([PluginDefaults(slug=record.slug, kind=record.kind, version=record.version)])
            row = _existing_row(connection, record.slug)
            if all(getattr(row, name) == value for name, value in written.items()):
                return _record(row)
            return _update(connection, record.slug, written)

    def set_enabled(self, slug: str, enabled: bool) -> PluginRecord:  # noqa: FBT001 - the value is what the call is about
        """
        Enable or disable, whatever the revision: the last wish counts.

        Raises:
            UnknownPluginError: There is no such record.
        """
        with self._database.transaction() as connection:
            row = _row(connection, slug)
            if row is None:
                raise _unknown(slug, connection)
            return _record(row) if row.enabled == enabled else _update(connection, slug, {"enabled": enabled})

    def get(self, slug: str) -> PluginRecord | None:
        """
        One record, or None.
        """
        with self._database.reading() as connection:
            row = _row(connection, slug)
        return None if row is None else _record(row)

    def all(self) -> tuple[PluginRecord, ...]:
        """
        Every record, by (sort, slug).
        """
        with self._database.reading() as connection:
            rows = connection.execute(select(PLUGINS)).all()
        return tuple(sorted(map(_record, rows), key=lambda record: (record.sort, record.slug)))

    def read(self) -> StoredRecords:
        """
        Every record by its slug, and the revision of the store that they were read at.
        """
        with self._database.reading():
            return StoredRecords(records={record.slug: record for record in self.all()}, revision=self._database.revision())

    def delete(self, slug: str) -> bool:
        """
        Remove the record with all that the operator set in it, and say whether there was one.
        """
        with self._database.transaction() as connection:
            found = connection.execute(delete(PLUGINS).where(PLUGINS.c.slug == slug)).rowcount > 0
            if found:
                changed(connection)
        return found

    def _register(self, connection: Connection, defaults: PluginDefaults, row: Row[Any] | None) -> PluginRecord:
        said: dict[str, Any] = {
            "kind": defaults.kind,
            "version": defaults.version,
            "nav": defaults.nav,
            "sort": defaults.sort,
            "labels": dict(defaults.labels),
        }
        if row is None:
            return self._insert(connection, PluginRecord(slug=defaults.slug, **said))
        if all(getattr(row, name) == value for name, value in said.items()):
            return _record(row)
        return _update(connection, defaults.slug, said)

    def _insert(self, connection: Connection, record: PluginRecord) -> PluginRecord:
        values = _columns(record) | {name: getattr(record, name) for name in EDITABLE}
        values |= {"slug": record.slug, "labels": dict(record.labels), "edits": {}, "revision": changed(connection)}
        values["installed_at"] = record.installed_at or self._now()
        connection.execute(insert(PLUGINS).values(values))
        return _record(_existing_row(connection, record.slug))


def _update(connection: Connection, slug: str, values: Mapping[str, Any]) -> PluginRecord:
    connection.execute(update(PLUGINS).where(PLUGINS.c.slug == slug).values(**values, revision=changed(connection)))
    return _record(_existing_row(connection, slug))


def _row(connection: Connection, slug: str) -> Row[Any] | None:
    return connection.execute(select(PLUGINS).where(PLUGINS.c.slug == slug)).one_or_none()


def _existing_row(connection: Connection, slug: str) -> Row[Any]:
    return connection.execute(select(PLUGINS).where(PLUGINS.c.slug == slug)).one()


def _columns(record: PluginRecord) -> dict[str, Any]:
    """
    The columns that a record fills as it is.
    """
    return {
        "kind": record.kind,
        "version": record.version,
        "enabled": record.enabled,
        "config": dict(record.config),
        "grants": dict(record.grants),
        "grants_digest": record.grants_digest,
        "reloads": record.reloads,
        "quarantine": None if record.quarantine is None else dict(record.quarantine),
    }


def _edits(record: PluginRecord, names: Iterable[str]) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in sorted(names)}
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}


def _record(row: Row[Any]) -> PluginRecord:
    return PluginRecord.from_columns(row._mapping)  # noqa: SLF001 - public by its documentation


def _demand_revision(slug: str, read: int, row: Row[Any] | None) -> None:
    stored = row.revision if row is not None else 0
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


def _unknown(slug: str, connection: Connection) -> UnknownPluginError:
    near = closest(slug, connection.execute(select(PLUGINS.c.slug)).scalars())
    hint = f"did you mean '{near}'?" if near else "honeyhost list shows every plugin"
    return UnknownPluginError(f"the store has no plugin '{slug}'", hint=hint, plugin=slug)
