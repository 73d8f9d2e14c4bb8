"""
The authorizer: what SQLite asks while it prepares a statement, and what it is told. Nothing is allowed but what is named here.
"""

import sqlite3
from collections.abc import Callable
from typing import Final

from honeyhost.services.databases.outcomes import Denied, Refused, StatementError
from honeyhost.services.databases.ownership import Access
from honeyhost.services.databases.reach import Reach

_ALWAYS: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE})
_WRITING: Final = frozenset({sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_FUNCTIONS: Final = frozenset({"load_extension", "fts3_tokenizer", "sqlite_log"})
_VIRTUAL: Final = frozenset({"json_each", "json_tree"})
_SCHEMA: Final = ("sqlite_master", "sqlite_temp_master")
_HARMLESS_PRAGMA: Final = "data_version"
_ACTIONS: Final = {
    getattr(sqlite3, f"SQLITE_{name}"): name.replace("_", " ")
    for name in (
        *("ALTER_TABLE", "ANALYZE", "ATTACH", "DETACH", "PRAGMA", "REINDEX", "SAVEPOINT", "TRANSACTION"),
        *("CREATE_INDEX", "CREATE_TABLE", "CREATE_TEMP_INDEX", "CREATE_TEMP_TABLE", "CREATE_TEMP_TRIGGER"),
        *("CREATE_TEMP_VIEW", "CREATE_TRIGGER", "CREATE_VIEW", "CREATE_VTABLE", "DROP_INDEX", "DROP_TABLE"),
        *("DROP_TEMP_INDEX", "DROP_TEMP_TABLE", "DROP_TEMP_TRIGGER", "DROP_TEMP_VIEW", "DROP_TRIGGER", "DROP_VIEW"),
        "DROP_VTABLE",
    )
}


class Authorizer:
    """
    The answers for one statement. It keeps the first thing that it did not allow, and whether anything was to be written.

    Args:
        reach: of the plugin.
        writes: whether the statement may write.
        real: whether the database has a table, view or module of this name.
    """

    def __init__(self, reach: Reach, *, writes: bool, real: Callable[[str], bool]) -> None:
        self._reach = reach
        self._writes = writes
        self._real = real
        self.refusal: StatementError | None = None
        self.wrote = False

    def __call__(self, action: int, first: str | None, second: str | None, schema: str | None, _source: str | None) -> int:
        """
        SQLITE_OK or SQLITE_DENY.
        """
        refusal = self._answer(action, first or "", second or "", schema)
        if refusal is None:
            return sqlite3.SQLITE_OK
        self.refusal = self.refusal or refusal
        return sqlite3.SQLITE_DENY

    def _answer(self, action: int, first: str, second: str, schema: str | None) -> StatementError | None:
        if action in _ALWAYS:
            return None
        if action == sqlite3.SQLITE_READ:
            return None if self._no_table(first, second, schema) else self._table("read", first, schema)
        if action in _WRITING:
            return self._written(first, schema)
        if action == sqlite3.SQLITE_FUNCTION:
            return Refused(f"no plugin may call {second}()") if second.lower() in _FUNCTIONS else None
        if action == sqlite3.SQLITE_PRAGMA and first.lower() == _HARMLESS_PRAGMA and not second:
            return None  # virtual tables ask for it
        return Refused(f"no plugin may do this: {_ACTIONS.get(action, f'action {action}')}", hint="read and write rows only")

    def _written(self, table: str, schema: str | None) -> StatementError | None:
        if table.startswith(_SCHEMA):
            return Refused("no plugin may touch the schema of a database", hint="tables are made by a plugin's migrations")
        if not self._writes:
            return Refused("the statement writes", hint="use db.execute")
        self.wrote = True
        return self._table("write", table, schema)

    def _table(self, access: Access, table: str, schema: str | None) -> Denied | None:
        """
        SQLite names no schema for a table of which no column is read; there is only the one, as nothing can be attached.
        """
        outside = "" if schema in (None, "main") else schema
        return None if self._reach.allows(access, table, outside or "") else self._reach.denial(access, table, outside or "")

    def _no_table(self, name: str, column: str, schema: str | None) -> bool:
        """
        Whether this is a name that the statement itself gave (``WITH x AS ...``), or a function that gives rows.
        """
        lowered = name.lower()
        return lowered in _VIRTUAL or (not column and schema is None and not self._real(lowered))
