"""
Migrations of plugins: the steps that lead a plugin's own tables to what its version needs.

Each plugin has its own version table, and may change nothing but objects that bear its name. That is looked at after the steps
and before the commit: what has gone too far is taken back whole.
"""

import hashlib
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from honeyhost.errors import AttachError, StoreError
from honeyhost.store.database import Database
from honeyhost.store.sql import Connection, inspect, text

_LONGEST_NAME = 63
"""Bytes of a name that PostgreSQL keeps."""
_OURS = "hh_"
_SQLITE_OBJECTS = r"""
SELECT '', type, name, tbl_name, COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\'
"""
# What others do in other schemas meanwhile is none of the plugin's doing: there, only what this transaction wrote counts.
_POSTGRES_OBJECTS = r"""
WITH own AS (SELECT (txid_current() % 4294967296)::text AS xmin),
schemas AS (SELECT oid, CASE WHEN nspname = current_schema() THEN '' ELSE nspname::text END AS name FROM pg_namespace
    WHERE nspname NOT LIKE 'pg\_%')
SELECT s.name, c.relkind::text, c.relname::text, COALESCE(t.relname, c.relname)::text, array_to_string(ARRAY(
    SELECT concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum), ', ')
FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace CROSS JOIN own
    LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'i', 'I') AND (s.name = '' OR c.xmin::text = own.xmin)
UNION ALL
SELECT s.name, 'trigger', g.tgname::text, c.relname::text, pg_get_triggerdef(g.oid)
FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN schemas s ON s.oid = c.relnamespace CROSS JOIN own
WHERE NOT g.tgisinternal AND (s.name = '' OR g.xmin::text = own.xmin)
"""
Objects = Mapping[tuple[str, str, str, str], str]
"""By schema (empty for the one that the store lives in), kind, name and table: what the database says of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """
    The revisions that a plugin's tables were at, and are at now; none where there were none yet.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        return f"{', '.join(self.before) or 'nothing'} -> {', '.join(self.after) or 'nothing'}"


def version_table(slug: str) -> str:
    """
    The table in which a plugin's revision stands: ``hh_alembic_<slug>``, shortened where PostgreSQL would cut it.
    """
    name = f"{_OURS}alembic_{slug.replace('-', '_')}"
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:50]}_{hashlib.sha256(slug.encode()).hexdigest()[:12]}"


def table_prefix(slug: str) -> str:
    """
    What the names of a plugin's tables begin with: ``day-care`` has ``day_care_``.
    """
    return f"{slug.strip('_').replace('-', '_')}_"


def migrate_plugin(database: Database, slug: str, folder: Path, heads: Sequence[str]) -> Moved | None:
    """
    Bring a plugin's tables to the last of its steps; None where they are there already.

    Any number of processes may do this at once: one makes the steps, the others wait for it. All steps are one transaction.

    Args:
        database: that the tables live in.
        slug: of the plugin.
        folder: an Alembic script folder.
        heads: the last steps in it, as far as they are known without running it.

    Raises:
        AttachError: a step failed, or changed what is not the plugin's; nothing is left of it.
        StoreUnavailableError: the database cannot be reached.
    """
    with database.reading() as connection:
        if heads and set(_revisions(connection, slug)) == set(heads):
            return None
    with database.migrating() as connection:
        before = _revisions(connection, slug)
        if heads and set(before) == set(heads):
            return None
        _make(connection, slug, folder)
        return Moved(before=before, after=_revisions(connection, slug))


def _make(connection: Connection, slug: str, folder: Path) -> None:
    mark, objects = _mark(connection), _objects(connection)
    try:
        import_module("honeyhost.store.migrations").upgrade_folder(connection, folder, version_table(slug))
        whole = _mark(connection) == mark
    except (Exception, SystemExit) as error:
        raise _failed(slug, folder, error) from error
    if not whole:
        message = f"a migration of plugin '{slug}' ended the transaction that it runs in"
        raise AttachError(message, hint="leave commit and rollback to the host", plugin=slug)
    foreign = sorted(set(_foreign(slug, objects, _objects(connection))))
    if foreign:
        prefix = table_prefix(slug)
        message = f"the migrations of plugin '{slug}' change what is not its own: {', '.join(foreign)}"
        raise AttachError(message, hint=f"let the names of its tables begin with '{prefix}'", plugin=slug, tables=foreign)


def _failed(slug: str, folder: Path, error: BaseException) -> AttachError:
    if isinstance(error, StoreError):
        message = f"the tables of plugin '{slug}' cannot be migrated: {error.message}"
        return AttachError(message, hint="see alembic history and alembic heads in the plugin's folder", plugin=slug)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(folder)]
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    message = f"a migration of plugin '{slug}' failed{place}: {type(error).__name__}: {said}"
    return AttachError(message, hint="mend it and apply again; its steps were taken back", plugin=slug)


def _revisions(connection: Connection, slug: str) -> tuple[str, ...]:
    table = version_table(slug)
    if not inspect(connection).has_table(table):
        return ()
    found = connection.execute(text(f'SELECT version_num FROM "{table}" ORDER BY version_num'))  # noqa: S608 - made from a slug
    return tuple(found.scalars())


def _mark(connection: Connection) -> object:
    """
    Something that is another one when the transaction was ended.
    """
    if connection.dialect.name == "sqlite":
        return bool(connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]
    return connection.execute(text("SELECT txid_current()")).scalar()


def _objects(connection: Connection) -> Objects:
    statement = _SQLITE_OBJECTS if connection.dialect.name == "sqlite" else _POSTGRES_OBJECTS
    rows = connection.execute(text(statement))
    return {(schema, kind, name, table): definition for schema, kind, name, table, definition in rows}


def _foreign(slug: str, before: Objects, after: Objects) -> Iterator[str]:
    """
    The tables that differ and are not the plugin's.
    """
    for found in before.keys() | after.keys():
        schema, _, _, table = found
        if before.get(found) == after.get(found):
            continue
        if schema or not _owns(slug, table):
            yield f"{schema}.{table}" if schema else table


def _owns(slug: str, table: str) -> bool:
    return table == version_table(slug) or (table.startswith(table_prefix(slug)) and not table.startswith(_OURS))
