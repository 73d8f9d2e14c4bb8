"""
The database: opened when first used, prepared under a lock, and left through transactions.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from honeyhost.errors import ConflictError, MissingExtraError, StoreError, StoreUnavailableError, UsageError
from honeyhost.store import sqlite
from honeyhost.store.schema import HEAD, REVISION, VERSION_TABLE
from honeyhost.store.sql import (
    Connection,
    Engine,
    QueuePool,
    create_engine,
    event,
    exc,
    inspect,
    make_url,
    select,
    text,
    update,
)
from honeyhost.store.texts import json_text

_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
_MIGRATION_LOCK = 0x686F_6E65_7968_6F73  # "honeyhos": any number that nobody else on that server takes
_WRITES = "honeyhost_writes"
_CHANGED = "honeyhost_changed"
_KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
"""Seconds and times, so that a server that vanished without a word keeps nobody waiting for longer than a quarter minute."""


class Database:
    """
    One database by its URL. Nothing is opened before the first use; instances may be shared between threads.

    Args:
        url: ``sqlite:////path``, ``sqlite://`` (in memory) or ``postgresql+psycopg://…``.
        timeout: Seconds to wait for a lock or for a connection.
        after_change: Called after each transaction of this instance that changed the store and was committed, in its thread.

    Raises:
        UsageError: The URL names something else.
    """

    def __init__(self, url: str, *, timeout: float = 5.0, after_change: Callable[[], None] | None = None) -> None:
        self._timeout = timeout
        self._after_change = after_change
        self._local = threading.local()
        self._inherited: list[Any] = []
        """Pools of a process that this one was forked from: what is dropped would be closed, for that process too."""
        try:
            self._url = make_url(url)
        except exc.ArgumentError:
            raise UsageError("database_url is not a URL", hint="write sqlite:////path or postgresql+psycopg://…") from None
        if self._url.drivername not in _DRIVERS:
            raise UsageError(
                f"database_url asks for '{self._url.drivername}'; the store lives in SQLite or PostgreSQL",
                hint="write sqlite:////path or postgresql+psycopg://…",
            )

    @property
    def shown(self) -> str:
        """
        The URL without its password.
        """
        return self._url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        """
        Whether this is SQLite.
        """
        return self._url.get_backend_name() == "sqlite"

    def migrate(self) -> bool:
        """
        Bring the tables to the revision that this honeyhost needs, and say whether anything had to be done.

        Any number of processes may do this at once: one makes the steps, the others wait for it.

        Raises:
            StoreUnavailableError: The database cannot be reached.
            StoreError: Its schema is newer than this honeyhost.
        """
        if self._file is not None:
            sqlite.prepare(self._file, timeout=self._timeout)
        with self.reading() as connection:
            if _revision_of_schema(connection) == HEAD:
                return False
        with self._translated(), self._begun(writes=True) as connection:
            self._lock_migrations(connection)
            if _revision_of_schema(connection) == HEAD:
                return False
            # imported late: Alembic takes longer to import than the step it makes, and most starts need none
            import_module("honeyhost.store.migrations").upgrade(connection)
        return True

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """
        A transaction that changes tables: one at a time in the whole database, in every process; rolled back on an error.
        """
        with self.transaction(decides=False) as connection:
            self._lock_migrations(connection)
            yield connection

    @contextmanager
    def transaction(self, *, decides: bool = True) -> Iterator[Connection]:
        """
        A transaction that writes: one at a time in the whole database, committed at the end, rolled back on an error.

        Inside another one of the same thread it is a part of that one, and an error undoes only this part. It belongs to its
        thread: do not await inside.

        Args:
            decides: False for what decides nothing (a heartbeat, when a token was used): PostgreSQL lets it pass by others.
        """
        outer = self._current
        if outer is not None:
            if not outer.get_execution_options().get(_WRITES, False):
                raise RuntimeError("a transaction cannot begin inside reading(): what was read there may be stale already")
            with self._translated(), outer.begin_nested():
                yield outer
            return
        with self._translated(), self._begun(writes=True) as connection:
            if decides and not self.is_sqlite:
                connection.exec_driver_sql(f"{self._patience}; SELECT value FROM {REVISION.name} FOR UPDATE")  # noqa: S608
            connection.info[_CHANGED] = False
            yield connection
            something = connection.info[_CHANGED]
        if something and self._after_change is not None:
            self._after_change()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """
        A view that stands still, to read from; inside another one or a transaction of the same thread, the view of that.
        """
        outer = self._current
        if outer is not None:
            yield outer
            return
        with self._translated(), self._begun(writes=False) as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; {self._patience}")
            yield connection

    def revision(self) -> int:
        """
        A number that grows with every change of the store.
        """
        with self.reading() as connection:
            value: int = connection.execute(select(REVISION.c.value)).scalar_one()
        return value

    def forked(self) -> None:
        """
        Open connections anew: this process was forked from the one that opened them, and the two may not share any.
        """
        if "_engine" in self.__dict__ and not self._in_memory:
            self._inherited.append(self._engine.pool)
            self._engine.dispose(close=False)

    def close(self) -> None:
        """
        Close the connections that nobody uses; the next use opens new ones.
        """
        if "_engine" in self.__dict__:
            self._engine.dispose()

    def _lock_migrations(self, connection: Connection) -> None:
        if not self.is_sqlite:  # where writing takes the lock
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})

    @cached_property
    def _file(self) -> Path | None:
        return sqlite.database_file(self._url.render_as_string(hide_password=False))

    @property
    def _patience(self) -> str:
        """
        What lets PostgreSQL wait for a lock no longer than SQLite does. Sent along with another statement, it costs no way.
        """
        return f"SET LOCAL lock_timeout = {int(self._timeout * 1000)}"

    @property
    def _in_memory(self) -> bool:
        return self.is_sqlite and self._file is None

    @cached_property
    def _engine(self) -> Engine:
        if self.is_sqlite:
            return _sqlite_engine(self._url, self._timeout, in_memory=self._in_memory)
        seconds = max(2, int(self._timeout))
        limits = {"connect_timeout": seconds, "tcp_user_timeout": 1000 * seconds, **_KEEPALIVE}
        arguments = {name: value for name, value in limits.items() if name not in self._url.query}
        try:
            # pre-ping: a server that was restarted is found out before a statement is lost on it
            return create_engine(
                self._url,
                connect_args=arguments,
                pool_pre_ping=True,
                pool_timeout=self._timeout,
                json_serializer=json_text,
            )
        except ModuleNotFoundError as missing:
            raise MissingExtraError("postgres", needed_for="a PostgreSQL database", module="psycopg") from missing

    @contextmanager
    def _begun(self, *, writes: bool) -> Iterator[Connection]:
        if self._file is not None and not self._file.exists():
            raise self._not_prepared()  # connecting would create it
        with self._engine.connect().execution_options(**{_WRITES: writes}) as connection, connection.begin():
            self._local.connection = connection
            try:
                yield connection
            finally:
                self._local.connection = None

    @property
    def _current(self) -> Connection | None:
        """
        The connection that this thread is in.
        """
        return getattr(self._local, "connection", None)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except exc.IntegrityError as error:
            raise ConflictError(
                f"the record was written by somebody else at the same time: {_text(error)}",
                hint="read it again and repeat the change",
            ) from error
        except exc.DataError as error:
            raise StoreError(f"the database cannot keep this value: {_text(error)}") from error
        except (exc.DBAPIError, exc.TimeoutError) as error:
            raise self._unavailable(error) from error
        except (exc.StatementError, UnicodeEncodeError) as error:
            if isinstance(said := getattr(error, "orig", None), StoreError):
                raise said from said.__cause__
            raise StoreError(f"the database cannot keep this value: {_text(error)}") from error

    def _unavailable(self, error: exc.SQLAlchemyError) -> StoreUnavailableError:
        said = _text(error)
        if "no such table" in said or "UndefinedTable" in type(getattr(error, "orig", None)).__name__:
            return self._not_prepared()
        look = "whether this user may write to the file and its folder" if self.is_sqlite else "whether the server runs"
        message = f"the database {self.shown} cannot be used: {said}"
        return StoreUnavailableError(message, hint=f"see the setting database_url, and {look}")

    def _not_prepared(self) -> StoreUnavailableError:
        return StoreUnavailableError(
            f"the database {self.shown} has no tables of honeyhost yet", hint="run honeyhost apply, which makes them"
        )


def changed(connection: Connection) -> int:
    """
    Note that the transaction changed something; the new revision of the store.
    """
    connection.info[_CHANGED] = True
    connection.execute(update(REVISION).values(value=REVISION.c.value + 1))
    value: int = connection.execute(select(REVISION.c.value)).scalar_one()
    return value


def _sqlite_engine(url: Any, timeout: float, *, in_memory: bool) -> Engine:
    # a database in memory lives and dies with its one connection
    pool = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0} if in_memory else {}
    arguments = {"timeout": timeout, "isolation_level": None, "check_same_thread": False}
    documents = {"json_serializer": json_text, "json_deserializer": _document}
    engine = create_engine(url, connect_args=arguments, pool_timeout=timeout, **documents, **pool)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _document(stored: str) -> Any:
    try:
        return json.loads(stored)
    except ValueError as error:
        raise StoreError(
            "the database holds a value that is no JSON where honeyhost keeps JSON",
            hint="look for what was written by hand into the tables that begin with hh_",
        ) from error


def _on_connect(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")  # safe with write-ahead logging, and one sync less per commit


def _on_begin(connection: Connection) -> None:
    """
    A transaction that will write takes its lock at once: one that reads first can be refused it later for good.
    """
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision_of_schema(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a constant of ours


def _text(error: Exception) -> str:
    """
    What the driver said, in one line, without the statement and its values.
    """
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__
