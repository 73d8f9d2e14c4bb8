"""
Relations: what PostgreSQL's catalogue says there is.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import psycopg

_SURROUNDINGS = rb"""
SELECT current_schema()::text, ARRAY(SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relname LIKE 'hh\_alembic\_%')
"""
_RELATIONS = b"""
SELECT n.nspname::text, c.relname::text, c.relkind::text, n.nspname = current_schema(), COALESCE(t.relname, c.relname)::text,
    format('%I.%I', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_depend d ON c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid
        AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    LEFT JOIN pg_class t ON t.oid = d.refobjid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT c.relispartition
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname, c.relname
"""
_REACHED = rb"""
WITH RECURSIVE reached(top, oid) AS (
    SELECT c.oid, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relhasrules AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
        AND (has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE') OR has_table_privilege(c.oid, 'DELETE'))
    UNION SELECT reached.top, d.refobjid FROM reached JOIN pg_rewrite r ON r.ev_class = reached.oid
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
)
SELECT format('%I.%I', m.nspname, v.relname), CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname::text END,
    c.relname::text, format('%I.%I', n.nspname, c.relname),
    has_any_column_privilege(top, 'INSERT, UPDATE') OR has_table_privilege(top, 'DELETE')
FROM reached JOIN pg_class c ON c.oid = reached.oid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class v ON v.oid = top JOIN pg_namespace m ON m.oid = v.relnamespace
WHERE reached.oid <> top ORDER BY 1, 4
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """
    A table, view or sequence. ``kind`` is PostgreSQL's letter, ``near`` says whether it lies in the schema of the platform,
    and ``table`` is what a sequence belongs to: the table whose column it numbers.
    """

    schema: str
    name: str
    kind: str
    near: bool = True
    table: str
    beyond: tuple[tuple[str, str], ...] = ()
    """For a view, the tables that it leads to: name, and schema where it is another than the platform's."""

    @property
    def quoted(self) -> str:
        """
        Its name in SQL.
        """
        return f"{quoted(self.schema)}.{quoted(self.name)}"


def quoted(name: str) -> str:
    """
    A name in SQL, whatever characters it has.
    """
    return '"{}"'.format(name.replace('"', '""'))


@dataclass(frozen=True, slots=True)
class Beyond:
    """
    A table that a view or a rule leads to, with the privileges of its owner; ``writes`` where the view can be written.
    """

    view: str
    schema: str
    table: str
    shown: str
    writes: bool


def reached(connection: psycopg.Connection[Any]) -> tuple[Beyond, ...]:
    """
    Where the views that the role of this connection may use lead to.
    """
    return tuple(Beyond(*row) for row in connection.execute(_REACHED).fetchall())


def relations(connection: psycopg.Connection[Any]) -> tuple[Relation, ...]:
    """
    All that there are outside of the catalogue.
    """
    beyond: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for found in reached(connection):
        beyond[found.view].append((found.table, found.schema))
    return tuple(
        Relation(schema=schema, name=name, kind=kind, near=near, table=table, beyond=tuple(beyond[shown]))
        for schema, name, kind, near, table, shown in connection.execute(_RELATIONS).fetchall()
    )


def surroundings(connection: psycopg.Connection[Any]) -> tuple[str, frozenset[str]]:
    """
    The schema that a connection looks in by itself, and the version tables of plugins in it.
    """
    schema, versions = connection.execute(_SURROUNDINGS).fetchone() or ("", ())
    return schema or "", frozenset(versions)
