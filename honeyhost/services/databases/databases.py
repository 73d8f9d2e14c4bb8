"""
The named databases of one process, each opened when a plugin first asks for it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from importlib import import_module
from typing import Any, Protocol

from honeyhost.names import closest
from honeyhost.services.databases.asking import Asked
from honeyhost.services.databases.limits import Limits
from honeyhost.services.databases.outcomes import Refused
from honeyhost.services.databases.ownership import DEFAULT
from honeyhost.services.databases.stopping import Stop
from honeyhost.services.databases.threads import Threads
from honeyhost.services.grants import Grant
from honeyhost.services.services import ServiceSettings

_ALLOWANCE = 2.0
"""Seconds beyond those of a statement: for a connection, for an answer on its way, and before the host itself lends a hand."""


class Backend(Protocol):
    """
    One database: what runs a statement in a thread.
    """

    def run(self, asked: Asked, stop: Stop) -> Any:
        """
        The rows, or how many were written.
        """
        ...

    def close(self) -> None:
        """
        Close what is open and not in use.
        """
        ...


class Databases:
    """
    The databases that an operator named.

    Args:
        settings: ``databases``, ``database_roles`` and the limits of a statement.
        plugins: the slugs of all plugins that are known: whose tables are whose.
    """

    def __init__(self, settings: ServiceSettings, *, plugins: Callable[[], Collection[str]]) -> None:
        self._settings = settings
        self._plugins = plugins
        self._limits = Limits(seconds=settings.query_seconds, rows=settings.query_rows)
        self._backends: dict[str, Backend] = {}
        self._threads = Threads()

    @property
    def seconds(self) -> float:
        """
        How long one statement may take.
        """
        return self._limits.seconds

    async def answer(  # noqa: PLR0913 - what is asked
        self,
        slug: str,
        granted: tuple[Grant, ...],
        sql: str,
        params: Mapping[str, Any] | None,
        *,
        database: str,
        writes: bool,
    ) -> Any:
        """
        The rows that a statement gives, or how many it wrote.

        Raises:
            StatementError: if it comes to nothing.
            MissingExtraError: if what speaks to this database is not installed.
        """
        asked = Asked(slug=slug, granted=granted, plugins=frozenset(self._plugins()), sql=sql, params=params, writes=writes)
        work = partial(self._backend(database).run, asked)
        return await self._threads.run(slug, work, seconds=self._limits.seconds + _ALLOWANCE)

    async def role_sql(self, slug: str, granted: Iterable[Grant], *, database: str = DEFAULT) -> str:
        """
        The SQL that makes a plugin's role in a PostgreSQL database, with what it may reach of the tables that there are now.

        Raises:
            StatementError: if the database is none of PostgreSQL, or cannot be reached.
        """
        backend = self._backend(database)
        write = getattr(backend, "role_sql", None)
        if write is None:
            raise Refused(f"the database '{database}' needs no roles: it is SQLite")
        work = partial(write, slug, tuple(granted), frozenset(self._plugins()))
        sql: str = await self._threads.run(slug, work, seconds=self._limits.seconds + _ALLOWANCE)
        return sql

    async def close(self) -> None:
        """
        Stop what runs and close all connections.
        """
        await self._threads.close()
        for backend in self._backends.values():
            backend.close()
        self._backends.clear()

    def _backend(self, name: str) -> Backend:
        found = self._backends.get(name)
        if found is None:
            found = self._backends[name] = self._made(name)
        return found

    def _made(self, name: str) -> Backend:
        url = self._settings.databases.get(name)
        if url is None:
            near = closest(name, self._settings.databases)
            raise Refused(f"the platform has no database '{name}'", hint=f"did you mean '{near}'?" if near else "see databases")
        scheme = url.partition(":")[0].partition("+")[0]
        backend: Backend
        if scheme == "sqlite":
            backend = import_module("honeyhost.services.databases.sqlite").SqliteDatabase(name, url, self._limits)
        elif scheme == "postgresql":
            module = import_module("honeyhost.services.databases.postgresql")
            backend = module.PostgresDatabase(name, url, self._settings.database_roles, self._limits)
        else:
            raise Refused(f"the database '{name}' is '{scheme}'; plugins reach SQLite and PostgreSQL", hint="see databases")
        return backend
