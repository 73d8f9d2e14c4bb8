"""
A session of SQLite: one connection of one plugin, where each statement is a transaction, and is judged while it is prepared.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from honeyhost.services.databases.authorizer import Authorizer
from honeyhost.services.databases.limits import Deadline, Limits, collected
from honeyhost.services.databases.outcomes import Failed, Overdue, Refused, StatementError
from honeyhost.services.databases.reach import Reach
from honeyhost.services.databases.sqlite_schema import SqliteSchema

_PAUSE = 0.005
_INSTRUCTIONS = 1000
"""How many instructions SQLite makes between two looks at the time."""
_PRIMARY = 0xFF
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_SEVERAL = "You can only execute one statement at a time"
_UNREADABLE = " with text "
_SET_UP = ("PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF", "PRAGMA synchronous = NORMAL")
_READ_ONLY = "PRAGMA query_only = ON"
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 16 * 1024 * 1024,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 200_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 250_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_EXPLAINED = (
    ["addr", "opcode", "p1", "p2", "p3", "p4", "p5", "comment"],
    ["id", "parent", "notused", "detail"],
)
"""The columns of explanations: addresses in memory stand in them, and SQLite asks nobody whether it may give one."""
_ERRORS = (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeEncodeError)


class SqliteSession:
    """
    One connection.

    Args:
        file: It has to exist.
        writes: whether it may write; else SQLite itself opens the file to read.
    """

    def __init__(self, file: Path, *, writes: bool) -> None:
        self._writes = writes
        self._connection = _connected(file, "rw" if writes else "ro")
        try:
            for limit, value in _LIMITS.items():
                self._connection.setlimit(limit, value)
            for statement in (*_SET_UP, *(() if writes else (_READ_ONLY,))):
                self._connection.execute(statement)
            self._schema = SqliteSchema(self._connection)
        except BaseException:
            self.close()
            raise

    def run(
        self,
        statement: str,
        values: dict[str, Any],
        reach: Callable[[frozenset[str]], Reach],
        deadline: Deadline,
        limits: Limits,
    ) -> Any:
        """
        The rows; or how many were written, and committed.

        Args:
            statement: in SQLite's words.
            values: by name.
            reach: of the plugin, given the prefixes of plugins that are gone.
            deadline: of everything together.
            limits: of the answer.

        Raises:
            StatementError: if it comes to nothing; then :meth:`reset` takes back what it did.
        """
        try:
            self._patiently(self._begin, deadline)
            guard = Authorizer(reach(self._schema.left), writes=self._writes, real=self._schema.real)
            answer: Any = self._answer(statement, values, guard, deadline, limits)
            deadline.check()
            self._patiently(self._end, deadline)
        except _ERRORS as error:
            raise _translated(error) from None
        return answer

    def reset(self) -> None:
        """
        Make it ready for the next statement; what was not committed is taken back.
        """
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """
        Close the connection.
        """
        self._connection.close()

    def _begin(self) -> None:
        # who will write takes the lock at once: one that reads first can be refused it later for good
        self._connection.execute("BEGIN IMMEDIATE" if self._writes else "BEGIN")
        try:
            self._schema.refresh()
        except sqlite3.Error:
            self.reset()
            raise

    def _end(self) -> None:
        self._connection.execute("COMMIT")

    def _answer(
        self, statement: str, values: dict[str, Any], guard: Authorizer, deadline: Deadline, limits: Limits
    ) -> list[dict[str, Any]] | int:
        before = self._connection.total_changes
        with self._guarded(guard, deadline):
            cursor = self._connection.execute(statement, values)
            try:
                rows = None if self._writes else _read(cursor, limits)
                gives = cursor.description is not None
            finally:
                cursor.close()
        if rows is not None:
            return rows
        if gives or not guard.wrote:
            raise Refused("the statement gives rows, or writes nothing", hint="use db.query; leave RETURNING out")
        return self._changes(before)

    @contextmanager
    def _guarded(self, guard: Authorizer, deadline: Deadline) -> Iterator[None]:
        """
        Let nothing pass that the guard does not allow, not even what goes on without complaining.
        """
        self._connection.set_authorizer(guard)
        self._connection.set_progress_handler(deadline.over, _INSTRUCTIONS)
        try:
            yield
        except _ERRORS as error:
            raise guard.refusal or _translated(error) from None
        finally:
            self._connection.set_authorizer(None)
            self._connection.set_progress_handler(None, 0)
        if guard.refusal is not None:
            raise guard.refusal

    def _changes(self, before: int) -> int:
        if self._connection.total_changes == before:
            return 0
        changes: int = self._connection.execute("SELECT changes()").fetchone()[0]
        return changes

    @staticmethod
    def _patiently(step: Callable[[], None], deadline: Deadline) -> None:
        """
        Take a step once others let the file go.
        """
        while True:
            try:
                step()
            except sqlite3.OperationalError as error:
                if _primary(error) not in _BUSY or deadline.over():
                    raise
                time.sleep(_PAUSE)
            else:
                return


def _connected(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?mode={mode}",
        uri=True,
        timeout=0,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=0,  # each statement is prepared, and so judged, anew
    )


def _read(cursor: sqlite3.Cursor, limits: Limits) -> list[dict[str, Any]]:
    if cursor.description is None:
        raise Refused("the statement gives no rows", hint="use db.execute for one that writes")
    columns = [column[0] for column in cursor.description]
    if columns in _EXPLAINED:
        raise Refused("an explanation tells of the host's memory", hint="explain statements with a tool of the database")
    return collected(columns, cursor, limits)


def _primary(error: BaseException) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & _PRIMARY


def _translated(error: BaseException) -> StatementError:
    """
    The same in our words, without values: a text that SQLite cannot read stands in its message.
    """
    said = str(error).partition("\n")[0].partition(_UNREADABLE)[0]
    if _primary(error) == sqlite3.SQLITE_INTERRUPT:
        return Overdue()
    if said.startswith(_SEVERAL):
        return Refused("these are several statements", hint="pass one; each is a transaction of its own")
    if _primary(error) in _BUSY:
        return Failed(f"{said}: another writer did not finish in time", reason="busy")
    return Failed(said, reason="constraint" if isinstance(error, sqlite3.IntegrityError) else "statement")
