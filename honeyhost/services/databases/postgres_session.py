"""
A session of PostgreSQL: one connection of one plugin's role, where each statement is a transaction.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from honeyhost.services.databases.limits import Deadline, Limits, collected
from honeyhost.services.databases.outcomes import Failed, Overdue, Refused, StatementError
from honeyhost.services.databases.ownership import Access, left_prefixes
from honeyhost.services.databases.plans import Plans
from honeyhost.services.databases.reach import Reach
from honeyhost.services.databases.relations import surroundings
from honeyhost.services.databases.roles import check_role
from honeyhost.services.databases.values import plain

_TRUSTED = 30.0
"""Seconds for which a role that was found in order is not looked at again, unless its plugin's grants change."""
_BATCH = 256
_CANCEL = 1.0
_VALUES = "22"
"""The class of errors whose messages quote values."""
_BUSY = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
_NO_PRIVILEGE = re.compile(r"for (?:table|view|materialized view|foreign table|sequence) (.+)$")
_SCHEMA_OF = r"\"?(\w+)\"?\.\"?{}\b"
_WRITTEN_TO = r"\b(?:INTO|UPDATE|DELETE\s+FROM)\s+(?:ONLY\s+)?(?:[\w\"]+\.)?\"?{}\b"


class PostgresSession:
    """
    One connection.

    Args:
        connection: of the plugin's role, in autocommit: transactions are begun here.
        seconds: that one statement may take.
    """

    def __init__(self, connection: psycopg.Connection[Any], seconds: float) -> None:
        self._connection = connection
        connection.prepare_threshold = None  # what is prepared would be discarded after each statement
        self._timeout = max(1, int(seconds * 1000))
        self._writes = False
        self._schema = ""
        self._left: frozenset[str] = frozenset()
        self._found: Reach | None = None
        self._found_at = -_TRUSTED

    def begin(self, *, writes: bool) -> None:
        """
        Begin the transaction of one statement.

        Raises:
            psycopg.OperationalError: if the connection is lost.
        """
        self._writes = writes
        mode = "READ WRITE" if writes else "READ ONLY"
        self._command(f"BEGIN {mode}; SET LOCAL statement_timeout = {self._timeout}")

    def checked(self, reach_of: Callable[[frozenset[str]], Reach]) -> Reach:
        """
        The reach of the plugin, once it is known that its role can do no more.

        Args:
            reach_of: gives it for the prefixes of plugins that are gone.

        Raises:
            StatementError: if the role can do more, or the database fails.
        """
        with _translated():
            now = time.monotonic()
            if now - self._found_at >= _TRUSTED:
                self._schema, versions = surroundings(self._connection)
                self._left, self._found, self._found_at = left_prefixes(versions), None, now
            reach = reach_of(self._left)
            if reach is not self._found:
                check_role(self._connection, reach)
                self._found = reach
            return reach

    def run(
        self, statement: str, values: Mapping[str, Any], reach: Reach, deadline: Deadline, limits: Limits
    ) -> list[dict[str, Any]] | int:
        """
        The rows; or how many were written, and committed.

        Raises:
            StatementError: if it comes to nothing; then :meth:`reset` takes back what it did.
        """
        with _translated(lambda error: self._privilege(error, statement, reach)):
            plans = self._plans(statement, values)
            plans.judge(reach, self._schema, self._connection)
            deadline.check()
            if not self._writes:
                return self._read(plans, statement, values, deadline, limits)
            return self._written(plans, statement, values, deadline)

    def cancel(self) -> None:
        """
        End what runs, from another thread.
        """
        with suppress(psycopg.Error, OSError):
            self._connection.cancel_safe(timeout=_CANCEL)

    def reset(self) -> bool:
        """
        Make it as new, and say whether that worked; what was not committed is taken back.
        """
        try:
            if self._connection.info.transaction_status != TransactionStatus.IDLE:
                self._command("ROLLBACK")
            self._command("DISCARD ALL")
        except psycopg.Error:
            return False
        return True

    def close(self) -> None:
        """
        Close the connection.
        """
        self._connection.close()

    def _command(self, command: str) -> None:
        self._connection.execute(command.encode())

    def _ask(self, before: str, statement: str, values: Mapping[str, Any]) -> psycopg.Cursor[Any]:
        """
        One statement. An answer in binary is only had by the extended protocol, which takes no second one.
        """
        return self._connection.execute(f"{before}{statement}".encode(), values, binary=True)

    def _plans(self, statement: str, values: Mapping[str, Any]) -> Plans:
        (document,) = self._ask("EXPLAIN (VERBOSE, FORMAT JSON) ", statement, values).fetchone() or ([],)
        return Plans(document)

    def _read(
        self, plans: Plans, statement: str, values: Mapping[str, Any], deadline: Deadline, limits: Limits
    ) -> list[dict[str, Any]]:
        if plans.write:
            raise Refused("the statement writes", hint="use db.execute")
        self._ask("DECLARE honeyhost_rows NO SCROLL CURSOR FOR ", statement, values)
        first = self._fetched()
        columns = [column.name for column in first.description or ()]
        return collected(columns, self._rows(first, deadline), limits)

    def _rows(self, cursor: psycopg.Cursor[Any], deadline: Deadline) -> Iterator[Sequence[Any]]:
        while batch := cursor.fetchall():
            for row in batch:
                yield [plain(value) for value in row]
            deadline.check()
            cursor = self._fetched()

    def _fetched(self) -> psycopg.Cursor[Any]:
        return self._connection.execute(f"FETCH {_BATCH} FROM honeyhost_rows".encode())

    def _written(self, plans: Plans, statement: str, values: Mapping[str, Any], deadline: Deadline) -> int:
        if plans.give_rows:
            raise Refused("the statement gives rows, or writes nothing", hint="use db.query; leave RETURNING out")
        written = self._ask("", statement, values).rowcount
        deadline.check()
        self._command("COMMIT")
        return max(0, written)

    def _privilege(self, error: errors.InsufficientPrivilege, statement: str, reach: Reach) -> StatementError:
        """
        What a missing privilege means: a grant is missing, or the role was not given what was granted. The server names no more
        than the table; the rest is guessed from the statement, and decides about nothing but words.
        """
        said = _said(error)
        found = _NO_PRIVILEGE.search(said)
        if found is None:
            return Refused(said)
        table = found[1].strip('"')
        spelled = re.search(_SCHEMA_OF.format(re.escape(table)), statement, re.IGNORECASE)
        schema = "" if spelled is None or spelled[1] == self._schema else spelled[1]
        target = re.search(_WRITTEN_TO.format(re.escape(table)), statement, re.IGNORECASE)
        accesses: tuple[Access, ...] = ("write", "read") if target else ("read", "write")
        for access in accesses[: 1 + self._writes]:
            if not reach.allows(access, table, schema):
                return reach.denial(access, table, schema)
        hint = f"honeyhost doctor prints the SQL that gives the role of '{reach.slug}' what is granted"
        return Failed(said, reason="privilege", hint=hint)


def _known(error: psycopg.Error) -> StatementError:
    """
    An error of the database in our words, without values.
    """
    said = _said(error)
    if isinstance(error, errors.QueryCanceled):
        return Overdue()
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return Refused("the statement writes", hint="use db.execute")
    if isinstance(error, psycopg.IntegrityError):
        return Failed(said, reason="constraint")
    if isinstance(error, _BUSY):
        return Failed(said, reason="busy")
    return Failed(said, reason="unavailable" if isinstance(error, psycopg.OperationalError) else "statement")


def _said(error: psycopg.Error) -> str:
    said = (error.diag.message_primary or str(error)).strip().partition("\n")[0]
    return said.partition(': "')[0] if (error.sqlstate or "").startswith(_VALUES) else said


@contextmanager
def _translated(privilege: Callable[[errors.InsufficientPrivilege], StatementError] = _known) -> Iterator[None]:
    try:
        yield
    except errors.InsufficientPrivilege as error:
        raise privilege(error) from None
    except psycopg.Error as error:
        raise _known(error) from None
    except UnicodeEncodeError:
        raise Refused("the statement or a value has characters that no database takes") from None
