"""
PostgreSQL: a role of each plugin's own, whose privileges are the boundary. The platform's own connection is never lent out.
"""

from collections.abc import Mapping
from typing import Any

from honeyhost.errors import MissingExtraError
from honeyhost.services.databases.asking import Asked
from honeyhost.services.databases.limits import Deadline, Limits
from honeyhost.services.databases.outcomes import Failed, Refused
from honeyhost.services.databases.ownership import DEFAULT
from honeyhost.services.databases.parameters import as_json, compiled
from honeyhost.services.databases.pool import Pool
from honeyhost.services.databases.reach import Reaches
from honeyhost.services.databases.stopping import Stop
from honeyhost.services.grants import Grant

try:
    import psycopg
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
    from sqlalchemy.engine import make_url

    from honeyhost.services.databases.postgres_session import PostgresSession
    from honeyhost.services.databases.relations import relations
    from honeyhost.services.databases.role_sql import role_sql
except ModuleNotFoundError as missing:
    raise MissingExtraError("postgres", needed_for="a PostgreSQL database", module="psycopg") from missing

_IDLE = 16
_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]
_CONNECT_SECONDS = 5
_KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}


class PostgresDatabase:
    """
    One database of a server.

    Args:
        name: as the platform calls it.
        url: the platform's own, which plugins never get.
        roles: the URLs of plugins, by ``slug`` for the default database and by ``slug/database``.
        limits: of each statement.
    """

    def __init__(self, name: str, url: str, roles: Mapping[str, str], limits: Limits) -> None:
        self._name = name
        self._url = url
        self._roles = roles
        self._limits = limits
        self._reaches = Reaches(name, caseless=False)
        self._pool: Pool[PostgresSession] = Pool(_IDLE, PostgresSession.close)

    def run(self, asked: Asked, stop: Stop) -> Any:
        """
        The rows, or how many were written. To be called in a thread.

        Raises:
            StatementError: if it comes to nothing.
        """
        statement, params = compiled(asked.sql, asked.params, _DIALECT)
        values = {name: as_json(value) if isinstance(value, dict) else value for name, value in params.items()}
        session = self._begun(asked)
        try:
            reach = session.checked(lambda left: self._reaches.of(asked.slug, asked.granted, asked.plugins, left))
            with stop.ends_by(session.cancel):
                return session.run(statement, values, reach, Deadline(self._limits.seconds, stop), self._limits)
        finally:
            if not stop.asked and session.reset():
                self._pool.give(asked.slug, session)
            else:
                session.close()

    def role_sql(self, slug: str, granted: tuple[Grant, ...], plugins: frozenset[str], _stop: Stop) -> str:
        """
        The SQL that makes the role of a plugin. It is read through the platform's own connection what tables there are.

        Raises:
            Failed: if the database cannot be reached.
        """
        try:
            with _connected(self._url, "honeyhost doctor") as connection:
                found = relations(connection)
        except psycopg.OperationalError as error:
            raise self._unreachable(error) from None
        return role_sql(slug, granted, found, database=self._name, plugins=plugins, seconds=self._limits.seconds)

    def close(self) -> None:
        """
        Close the connections that wait.
        """
        self._pool.close()

    def _begun(self, asked: Asked) -> PostgresSession:
        """
        A connection in a new transaction. One that waited may have been lost meanwhile.
        """
        while (session := self._pool.take(asked.slug)) is not None:
            try:
                session.begin(writes=asked.writes)
            except psycopg.OperationalError:
                session.close()
            else:
                return session
        try:
            connection = _connected(self._role(asked.slug), f"honeyhost {asked.slug}")
        except psycopg.OperationalError as error:
            raise self._unreachable(error) from None
        session = PostgresSession(connection, self._limits.seconds)
        session.begin(writes=asked.writes)
        return session

    def _role(self, slug: str) -> str:
        key = slug if self._name == DEFAULT else f"{slug}/{self._name}"
        url = self._roles.get(key)
        if url is None:
            raise Refused(
                f"there is no role for it in the database '{self._name}'",
                hint=f"honeyhost doctor prints the SQL that makes the role; then set database_roles for '{key}'",
            )
        return url

    def _unreachable(self, error: psycopg.Error) -> Failed:
        said = str(error).strip().partition("\n")[0]
        return Failed(f"the database '{self._name}' cannot be reached: {said}", reason="unavailable")


def _connected(url: str, application: str) -> psycopg.Connection[Any]:
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    _, given = _DIALECT.create_connect_args(parsed)  # type: ignore[no-untyped-call]
    usual = {"connect_timeout": _CONNECT_SECONDS, "application_name": application, **_KEEPALIVE}
    return psycopg.connect(**{**usual, **given}, autocommit=True)
