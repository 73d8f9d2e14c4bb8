"""
The database: opened when first used, prepared under a lock, and left through transactions.
"""

import threading
from collections.abc import Iterator
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

_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")
_MIGRATION_LOCK = 0x686F_6E65_7968_6F73  # "honeyhos": any number that nobody else on that server takes
_WRITES = "honeyhost_writes"


class Database:
    """
    One database by its URL. Nothing is opened before the first use; instances may be shared between threads.

    Args:
        url: ``sqlite:////path``, ``sqlite://`` (in memory) or ``postgresql+psycopg://…``.
        timeout: Seconds to wait for a lock or for a connection.

    Raises:
        UsageError: The URL names something else.
    """

    def __init__(self, url: str, *, timeout: float = 5.0) -> None:
        self._timeout = timeout
        self._local = threading.local()
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
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            if _revision_of_schema(connection) == HEAD:
                return False
            # imported late: Alembic takes longer to import than the step it makes, and most starts need none
            import_module("honeyhost.store.migrations").upgrade(connection)
        return True

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """
        A transaction that writes: one at a time in the whole database, committed at the end, rolled back on an error.

        Inside another one of the same thread it is a part of that one, and an error undoes only this part. It belongs to its
        thread: do not await inside.
        """
        outer = self._current
        if outer is not None:
            if not outer.get_execution_options().get(_WRITES, False):
                raise RuntimeError("a transaction cannot begin inside reading(): what was read there may be stale already")
            with self._translated(), outer.begin_nested():
                yield outer
            return
        with self._translated(), self._begun(writes=True) as connection:
            if not self.is_sqlite:
                connection.execute(select(REVISION.c.value).with_for_update())
            yield connection

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
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield connection

    def revision(self) -> int:
        """
        A number that grows with every change of the store.
        """
        with self.reading() as connection:
            value: int = connection.execute(select(REVISION.c.value)).scalar_one()
        return value

    def close(self) -> None:
        """
        Close the connections that nobody uses; the next use opens new ones.
        """
        if "_engine" in self.__dict__:
            self._engine.dispose()

    @cached_property
    def _file(self) -> Path | None:
        return sqlite.database_file(self._url.render_as_string(hide_password=False))

    @cached_property
    def _engine(self) -> Engine:
        if self.is_sqlite:
            return _sqlite_engine(self._url, self._timeout, in_memory=self._file is None)
        arguments = {} if "connect_timeout" in self._url.query else {"connect_timeout": max(2, int(self._timeout))}
        try:
            # pre-ping: a server that was restarted is found out before a statement is lost on it
            return create_engine(self._url, connect_args=arguments, pool_pre_ping=True, pool_timeout=self._timeout)
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

    def _unavailable(self, error: exc.SQLAlchemyError) -> StoreUnavailableError:
        said = _text(error)
        if "no such table" in said or "UndefinedTable" in type(getattr(error, "orig", None)).__name__:
            return self._not_prepared()
        return StoreUnavailableError(
            f"the database {self.shown} cannot be used: {said}",
            hint="see the setting database_url, and whether the server runs",
        )

    def _not_prepared(self) -> StoreUnavailableError:
        return StoreUnavailableError(
            f"the database {self.shown} has no tables of honeyhost yet", hint="run honeyhost apply, which makes them"
        )


def changed(connection: Connection) -> int:
    """
    Note that the transaction changed something; the new revision of the store.
    """
    connection.execute(update(REVISION).values(value=REVISION.c.value + 1))
    value: int = connection.execute(select(REVISION.c.value)).scalar_one()
    return value


def _sqlite_engine(url: Any, timeout: float, *, in_memory: bool) -> Engine:
    # a database in memory lives and dies with its one connection
    pool = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0} if in_memory else {}
    arguments = {"timeout": timeout, "isolation_level": None, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, pool_timeout=timeout, **pool)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


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
