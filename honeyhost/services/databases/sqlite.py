"""
SQLite: connections of each plugin's own, which read only what an authorizer lets pass at the moment of each statement.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from honeyhost.services.databases.asking import Asked
from honeyhost.services.databases.limits import Deadline, Limits
from honeyhost.services.databases.outcomes import Failed, Refused
from honeyhost.services.databases.parameters import SQLITE, compiled, for_sqlite
from honeyhost.services.databases.pool import Pool
from honeyhost.services.databases.reach import Reach, Reaches
from honeyhost.services.databases.sqlite_session import SqliteSession
from honeyhost.services.databases.stopping import Stop

_SCHEMES = ("sqlite://", "sqlite+pysqlite://")
_IDLE = 16


def database_file(url: str) -> Path | None:
    """
    The file that a URL means, read as the store reads it; None for a database in memory.
    """
    scheme = next(scheme for scheme in _SCHEMES if url.startswith(scheme))
    name = unquote(url.removeprefix(scheme).partition("?")[0].removeprefix("/"))
    return Path(name) if name and name != ":memory:" else None


class SqliteDatabase:
    """
    One database in a file.

    Args:
        name: as the platform calls it.
        url: of the file.
        limits: of each statement.
    """

    def __init__(self, name: str, url: str, limits: Limits) -> None:
        self._name = name
        self._file = database_file(url)
        self._limits = limits
        self._reaches = Reaches(name, caseless=True)
        self._pool: Pool[SqliteSession] = Pool(_IDLE, SqliteSession.close)

    def run(self, asked: Asked, stop: Stop) -> Any:
        """
        The rows, or how many were written. To be called in a thread.

        Raises:
            StatementError: if it comes to nothing.
        """
        statement, params = compiled(asked.sql, asked.params, SQLITE)
        values = {name: for_sqlite(value) for name, value in params.items()}
        key = (asked.slug, asked.writes)
        session = self._pool.take(key) or self._opened(writes=asked.writes)
        try:
            deadline = Deadline(self._limits.seconds, stop)
            return session.run(statement, values, self._reach(asked), deadline, self._limits)
        finally:
            self._returned(key, session)

    def close(self) -> None:
        """
        Close the connections that wait.
        """
        self._pool.close()

    def _reach(self, asked: Asked) -> Callable[[frozenset[str]], Reach]:
        return lambda left: self._reaches.of(asked.slug, asked.granted, asked.plugins, left)

    def _returned(self, key: tuple[str, bool], session: SqliteSession) -> None:
        try:
            session.reset()
        except sqlite3.Error:
            session.close()
        else:
            self._pool.give(key, session)

    def _opened(self, *, writes: bool) -> SqliteSession:
        if self._file is None:
            raise Refused(f"the database '{self._name}' is in memory, where plugins cannot reach it")
        try:
            return SqliteSession(self._file, writes=writes)
        except sqlite3.Error as error:
            raise Failed(
                f"the database '{self._name}' cannot be opened: {error}",
                reason="unavailable",
                hint="see databases and database_url; honeyhost apply makes the platform's own",
            ) from error
