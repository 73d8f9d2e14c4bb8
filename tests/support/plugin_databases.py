"""
A platform with two databases, of one kind or the other, and plugins beside each other in them.
"""

# ruff: noqa: S608 - statements are what these tests are made of

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from honeyhost.services.databases import Databases, PluginDatabase
from honeyhost.services.grants import read_grants
from honeyhost.services.guard import Guard
from honeyhost.services.refusal import Refusal
from honeyhost.services.services import ServiceSettings
from honeyhost.services.usage import Usage

PLUGINS = ("acme", "acme-billing", "rival")
SECRET = "s3cr3t-4711"
TABLES = (
    "CREATE TABLE hh_tokens (id integer PRIMARY KEY, hash text)",
    f"INSERT INTO hh_tokens VALUES (1, '{SECRET}')",
    "CREATE TABLE hh_alembic_acme (version_num text)",
    "CREATE TABLE core_org (id integer PRIMARY KEY, name text)",
    "INSERT INTO core_org VALUES (1, 'Acme'), (2, 'Bolt')",
    "CREATE TABLE core_secret (id integer PRIMARY KEY, value text)",
    f"INSERT INTO core_secret VALUES (1, '{SECRET}')",
    "CREATE TABLE acme_notes (id integer PRIMARY KEY, body text UNIQUE)",
    "INSERT INTO acme_notes VALUES (1, 'one'), (2, 'two')",
    "CREATE TABLE acme_log (note integer)",
    "CREATE TABLE acme_billing_cards (id integer PRIMARY KEY, number text)",
    f"INSERT INTO acme_billing_cards VALUES (1, '{SECRET}')",
    "CREATE TABLE rival_notes (id integer PRIMARY KEY, body text)",
    f"INSERT INTO rival_notes VALUES (1, '{SECRET}')",
)
WAREHOUSE = (
    "CREATE TABLE fct_visits (id integer, visits integer)",
    "INSERT INTO fct_visits VALUES (1, 10), (2, 20)",
    "CREATE TABLE acme_visits (id integer)",
    "INSERT INTO acme_visits VALUES (7)",
)


class World:
    """
    The platform of one test. ``grants`` are those of each plugin, of this moment; ``refusals`` what was not allowed.
    """

    def __init__(self, urls: dict[str, str], **settings: Any) -> None:
        self.urls = urls
        self.roles: dict[str, str] = {}
        self.grants: dict[str, dict[str, Any]] = {}
        self.refusals: list[Refusal] = []
        self.plugins: tuple[str, ...] = PLUGINS
        self.usage = Usage()
        self.limits: dict[str, int] = {}
        limits = {"query_seconds": 5.0, "query_rows": 1000, **settings}
        self.databases = Databases(
            ServiceSettings(databases=urls, database_roles=self.roles, **limits), plugins=lambda: self.plugins
        )

    @property
    def kind(self) -> str:
        return self.urls["default"].partition(":")[0].partition("+")[0]

    def db(self, slug: str) -> PluginDatabase:
        """
        ``host.db`` of a plugin.
        """
        return PluginDatabase(
            Guard(
                slug,
                grants=lambda: self.grants.get(slug, _NOTHING),
                usage=self.usage,
                limits=self.limits,
                refused=self.refusals.append,
            ),
            self.databases,
        )

    async def grant(self, slug: str, *grants: str) -> None:
        """
        Grant these and nothing else, in the record and, where there are roles, in the database.
        """
        self.record(slug, *grants)

    def record(self, slug: str, *grants: str) -> None:
        """
        Grant these and nothing else, in the record alone.
        """
        self.grants[slug] = dict.fromkeys(grants)

    def run(self, *statements: str, database: str = "default") -> None:
        """
        What the platform itself does.
        """
        raise NotImplementedError

    def rows(self, sql: str, database: str = "default") -> list[tuple[Any, ...]]:
        """
        What the platform itself reads.
        """
        raise NotImplementedError


_NOTHING: dict[str, Any] = {}


class SqliteWorld(World):
    """
    Two files.
    """

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.files = {"default": folder / "honey host.db", "warehouse": folder / "warehouse.db"}
        super().__init__({name: f"sqlite:///{str(file).replace(' ', '%20')}" for name, file in self.files.items()}, **settings)
        self.run("PRAGMA journal_mode = WAL", *TABLES)
        self.run(*WAREHOUSE, database="warehouse")

    def run(self, *statements: str, database: str = "default") -> None:
        with closing(sqlite3.connect(self.files[database], isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    def rows(self, sql: str, database: str = "default") -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.files[database])) as connection:
            return connection.execute(sql).fetchall()


class PostgresWorld(World):
    """
    Two schemas that only this test has, and a role for each plugin in each of them.
    """

    def __init__(self, base: str, name: str, **settings: Any) -> None:
        self.base = base
        self.name = name
        self.schemas = {"default": f"{name}_platform", "warehouse": f"{name}_warehouse"}
        self.made: set[str] = set()
        super().__init__(
            {database: f"{base}?options=-csearch_path%3D{schema}" for database, schema in self.schemas.items()}, **settings
        )
        self.run(*(f"CREATE SCHEMA {schema}" for schema in self.schemas.values()), *TABLES)
        self.run(*WAREHOUSE, database="warehouse")

    async def grant(self, slug: str, *grants: str) -> None:
        await super().grant(slug, *grants)
        for database in self.urls:
            await self.prepare(slug, database)

    async def prepare(self, slug: str, database: str = "default") -> str:
        """
        Do what an operator does: run the SQL that makes the role, and name its URL. The role.
        """
        granted = read_grants(self.grants.get(slug, _NOTHING))
        script = (await self.databases.role_sql(slug, granted, database=database)).replace('"honeyhost_', f'"{self.name}_')
        role = script.partition('CREATE ROLE "')[2].partition('"')[0]
        if role in self.made:
            script = "".join(line for line in script.splitlines(keepends=True) if not line.startswith("CREATE ROLE"))
        self.run(script, database=database)
        self.made.add(role)
        key = slug if database == "default" else f"{slug}/{database}"
        head, _, tail = self.base.partition("//")
        self.roles[key] = f"{head}//{quote(role)}@{tail.rpartition('@')[2]}"
        return role

    def run(self, *statements: str, database: str = "default") -> None:
        with postgres(self.base) as connection:
            connection.execute("; ".join((f"SET search_path = {self.schemas[database]}", *statements)))

    def rows(self, sql: str, database: str = "default") -> list[tuple[Any, ...]]:
        with postgres(self.base) as connection:
            connection.execute(f"SET search_path = {self.schemas[database]}")
            return connection.execute(sql).fetchall()

    def drop(self) -> None:
        """
        Take everything away.
        """
        roles = [role for (role,) in self.rows(f"SELECT rolname FROM pg_roles WHERE rolname LIKE '{self.name}%'")]
        schemas = [f"DROP SCHEMA IF EXISTS {schema} CASCADE" for schema in self.schemas.values()]
        with postgres(self.base) as connection:
            for statement in (
                *schemas,
                *(f'DROP OWNED BY "{role}"' for role in roles),
                *(f'DROP ROLE "{role}"' for role in roles),
            ):
                connection.execute(statement)


@contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """
    The URL of a database that nobody else has; taken away at the end.
    """
    name = f"hh_test_{uuid.uuid4().hex[:12]}"
    with postgres(server) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with postgres(server) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def postgres_world(base: str, **settings: Any) -> Iterator[PostgresWorld]:
    """
    A platform on PostgreSQL, taken away with its roles at the end.
    """
    world = PostgresWorld(base, f"hh{uuid.uuid4().hex[:12]}", **settings)
    try:
        yield world
    finally:
        world.drop()


@contextmanager
def postgres(url: str) -> Iterator[Any]:
    """
    A connection of the platform's own, in autocommit.
    """
    import psycopg  # noqa: PLC0415 - an extra

    with psycopg.connect("postgresql://" + url.partition("://")[2].partition("?")[0], autocommit=True) as connection:
        yield connection
