"""
Plans: what PostgreSQL says that a statement will do. Asking for it is also the proof that it is no command: it explains none.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg

from honeyhost.services.databases.ownership import Access
from honeyhost.services.databases.reach import Reach

Node = Mapping[str, Any]
_MODIFIES = "ModifyTable"
_CATALOGUE = "pg_catalog"
_ANCESTORS = b"""
WITH RECURSIVE up(oid) AS (
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s
    UNION SELECT i.inhparent FROM up JOIN pg_inherits i ON i.inhrelid = up.oid
)
SELECT n.nspname::text, c.relname::text FROM up JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
"""


class Plans:
    """
    The plans of one statement: several where rules of the database make several of it.

    Args:
        document: of ``EXPLAIN (VERBOSE, FORMAT JSON)``.
    """

    def __init__(self, document: Sequence[Mapping[str, Any]]) -> None:
        self._roots = [part["Plan"] for part in document if "Plan" in part]
        self._nodes = [node for root in self._roots for node in _below(root)]

    @property
    def write(self) -> bool:
        """
        Whether any part of it writes.
        """
        return any(node["Node Type"] == _MODIFIES for node in self._nodes)

    @property
    def give_rows(self) -> bool:
        """
        Whether it gives rows, or makes something of them, rather than only writing.
        """
        return not self._roots or any(root["Node Type"] != _MODIFIES or "Output" in root for root in self._roots)

    def judge(self, reach: Reach, schema: str, connection: psycopg.Connection[Any]) -> None:
        """
        Let it pass if all that it touches is allowed. The privileges of the role say the same, but for the catalogue.

        Args:
            reach: of the plugin.
            schema: the one that the connection looks in by itself.
            connection: knows which tables are parts of others.

        Raises:
            Denied: if anything is not.
        """
        written = {table for node in self._nodes if node["Node Type"] == _MODIFIES for table in _targets(node)}
        for table in sorted(written):
            _demand("write", table, reach, schema, connection)
        for table in sorted({table for node in self._nodes for table in _relations(node)} - written):
            _demand("read", table, reach, schema, connection)


def _below(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.get("Plans", ()))


def _targets(node: Node) -> Iterator[tuple[str, str]]:
    yield from _relations(node)
    for target in node.get("Target Tables", ()):
        yield from _relations(target)


def _relations(node: Node) -> Iterator[tuple[str, str]]:
    if "Relation Name" in node:
        yield node.get("Schema", ""), node["Relation Name"]
    if node.get("Schema") == _CATALOGUE and node.get("Function Name", "").startswith("pg_"):
        yield _CATALOGUE, node["Function Name"]  # what views of the catalogue are made of


def _demand(access: Access, table: tuple[str, str], reach: Reach, schema: str, connection: psycopg.Connection[Any]) -> None:
    """
    A table is allowed by its own name, or by that of one that it is a part of: a partition by its whole.
    """
    if reach.allows(access, *_named(table, schema)):
        return
    wholes = connection.execute(_ANCESTORS, table).fetchall()
    if not any(reach.allows(access, *_named(whole, schema)) for whole in wholes):
        raise reach.denial(access, *_named(table, schema))


def _named(table: tuple[str, str], schema: str) -> tuple[str, str]:
    place, name = table
    return name, "" if place == schema else place
