"""
The plugin table: one record per plugin, what its manifest says and what the operator changed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from honeyhost.errors import ConflictError, UnknownPluginError
from honeyhost.names import closest
from honeyhost.store.clock import Clock, utc_now
from honeyhost.store.database import Database, changed
from honeyhost.store.protocol import PluginDefaults, PluginRecord
from honeyhost.store.schema import PLUGINS
from honeyhost.store.sql import Connection, Row, delete, insert, select, update

_EDITABLE = ("nav", "sort", "labels")
"""Fields of the manifest that an operator may set otherwise."""


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
            _demand_revision(record, row)
            if row is None:
                return self._insert(connection, record)
            if _record(row) == record:
                return record
            edits = {name: value for name in _EDITABLE if (value := getattr(record, name)) != getattr(row, name)}
            kept = _columns(record) | {name: getattr(row, name) for name in _EDITABLE}
            return _update(connection, record.slug, kept | {"edits": edits})

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
        values = _columns(record) | {name: getattr(record, name) for name in _EDITABLE}
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
    }


def _record(row: Row[Any]) -> PluginRecord:
    shown = {name: row.edits.get(name, getattr(row, name)) for name in _EDITABLE}
    return PluginRecord(
        slug=row.slug,
        kind=row.kind,
        enabled=row.enabled,
        config=row.config,
        version=row.version,
        grants=row.grants,
        grants_digest=row.grants_digest,
        installed_at=row.installed_at,
        edited=frozenset(row.edits),
        revision=row.revision,
        **shown,
    )


def _demand_revision(record: PluginRecord, row: Row[Any] | None) -> None:
    stored = row.revision if row is not None else 0
    if stored == record.revision:
        return
    if row is None:
        found = "it was deleted meanwhile"
    elif record.revision == 0:
        found = f"it exists already, with revision {stored}"
    else:
        found = f"revision {stored} is stored, {record.revision} was read"
    raise ConflictError(
        f"the record of plugin '{record.slug}' was changed by somebody else: {found}",
        hint="read it again and repeat the change",
        plugin=record.slug,
    )


def _unknown(slug: str, connection: Connection) -> UnknownPluginError:
    near = closest(slug, connection.execute(select(PLUGINS.c.slug)).scalars())
    hint = f"did you mean '{near}'?" if near else "honeyhost list shows every plugin"
    return UnknownPluginError(f"the store has no plugin '{slug}'", hint=hint, plugin=slug)
