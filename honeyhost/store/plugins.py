"""
The plugin table: one record per plugin, what its manifest says and what the operator changed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from honeyhost.store.clock import Clock, utc_now
from honeyhost.store.database import Database, changed
from honeyhost.store.plugin_keeper import Columns, PluginKeeper, demand_revision, holds, unknown, written
from honeyhost.store.records import PluginDefaults, PluginRecord, StoredRecords
from honeyhost.store.schema import PLUGINS
from honeyhost.store.sql import Connection, Row, delete, insert, select, update


class PluginTable(PluginKeeper):
    """
    The plugin table in a database.
    """

    def __init__(self, database: Database, *, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def require(self, slug: str, defaults: PluginDefaults | None = None, *, revision: int | None = None) -> PluginRecord:
        """
        The record that somebody is about to change; made from the defaults where there is none.

        Raises:
            UnknownPluginError: There is no such record, and no defaults to make it from.
            ConflictError: A revision was given, and the stored one is another.
        """
        with self._writing() as rows:
            row = rows.get(slug)
            if row is None and defaults is None:
                raise unknown(slug, rows)
            if revision is not None:
                demand_revision(slug, revision, row)
            if row is None:
                return self.register([cast("PluginDefaults", defaults)])[0]
            return PluginRecord.from_columns(row)

    def restore(self, record: PluginRecord) -> PluginRecord:
        """
        Write the record whatever its revision; of nav, sort and labels those that it names as ``edited``, as the operator's.
        """
        values = written(record, record.edited)
        with self._writing() as rows:
            if rows.get(record.slug) is None:
                self.register([PluginDefaults(slug=record.slug, kind=record.kind, version=record.version)])
            row = cast("Columns", rows.get(record.slug))
            return PluginRecord.from_columns(row if holds(row, values) else rows.update(record.slug, values))

    def read(self) -> StoredRecords:
        """
        Every record by its slug, and the revision of the store that they were read at.
        """
        with self._database.reading():
            return StoredRecords(records={record.slug: record for record in self.all()}, revision=self._database.revision())

    @contextmanager
    def _writing(self) -> Iterator["_Rows"]:
        with self._database.transaction() as connection:
            yield _Rows(connection)

    @contextmanager
    def _reading(self) -> Iterator["_Rows"]:
        with self._database.reading() as connection:
            yield _Rows(connection)


class _Rows:
    """
    The rows of the table, in the transaction of a connection.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, slug: str) -> Columns | None:
        row = self._connection.execute(select(PLUGINS).where(PLUGINS.c.slug == slug)).one_or_none()
        return None if row is None else _columns(row)

    def all(self) -> list[Columns]:
        return [_columns(row) for row in self._connection.execute(select(PLUGINS))]

    def insert(self, values: Columns) -> Columns:
        self._connection.execute(insert(PLUGINS).values(**values, revision=changed(self._connection)))
        return self._existing(values["slug"])

    def update(self, slug: str, values: Columns) -> Columns:
        revision = changed(self._connection)
        self._connection.execute(update(PLUGINS).where(PLUGINS.c.slug == slug).values(**values, revision=revision))
        return self._existing(slug)

    def delete(self, slug: str) -> bool:
        found = self._connection.execute(delete(PLUGINS).where(PLUGINS.c.slug == slug)).rowcount > 0
        if found:
            changed(self._connection)
        return found

    def _existing(self, slug: str) -> Columns:
        return _columns(self._connection.execute(select(PLUGINS).where(PLUGINS.c.slug == slug)).one())


def _columns(row: Row[Any]) -> Columns:
    return cast("Mapping[str, Any]", row._mapping)  # noqa: SLF001 - public by its documentation
