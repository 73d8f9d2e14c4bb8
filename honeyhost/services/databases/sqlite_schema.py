"""
The schema of a SQLite database, as far as one connection has to know it to judge names.
"""

import sqlite3
from contextlib import suppress

from honeyhost.services.databases.ownership import left_prefixes

_NAMES = "SELECT name, sql LIKE 'CREATE VIRTUAL TABLE%' FROM sqlite_master WHERE type IN ('table', 'view')"
_HIDDEN = ("sqlite_", "pragma_")
_MODULES = frozenset({"dbstat", "bytecode", "tables_used"})


class SqliteSchema:
    """
    The names in one database, read anew when its schema has changed. To be asked inside a transaction: they hold until its end.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._version: int | None = None
        self._names: frozenset[str] = frozenset()
        self._modules = _MODULES | {name.lower() for (name,) in connection.execute("PRAGMA module_list")}
        self.left: frozenset[str] = frozenset()
        self._touch("json_each('[]')")
        self._touch("json_tree('[]')")

    def refresh(self) -> None:
        """
        Read what has changed.
        """
        (version,) = self._connection.execute("PRAGMA schema_version").fetchone()
        if version == self._version:
            return
        rows = self._connection.execute(_NAMES).fetchall()
        for name in (name for name, virtual in rows if virtual):
            self._touch('"{}"'.format(name.replace('"', '""')))
        self._names = frozenset(name.lower() for name, _ in rows)
        self.left = left_prefixes(self._names)
        self._version = version

    def real(self, lowered: str) -> bool:
        """
        Whether the database, and not only a statement, knows something by this name.
        """
        return lowered in self._names or lowered in self._modules or lowered.startswith(_HIDDEN)

    def _touch(self, table: str) -> None:
        """
        Make SQLite load a virtual table now: it writes down what its module says of it, which no plugin may.
        """
        with suppress(sqlite3.Error):
            self._connection.execute(f"SELECT * FROM {table} LIMIT 0").fetchall()  # noqa: S608 - a name of the database, quoted
