import json
import sqlite3
from argparse import Namespace
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from honeyhost import Host, Settings
from honeyhost.applying import apply
from honeyhost.sdk import Caller, OperationFailedError
from honeyhost.services.configuration import schema_defaults
from honeyhost.testing import FakeHost
from plugins.finance.backend.services.ledger import Ledger

PLUGIN = Path(__file__).parents[1]
INSTALLATION = PLUGIN.parents[1]
EVERYTHING = "ledger.read ledger.post ledger.manage"


class Tables:
    """
    The plugin's own tables in SQLite, for the answers of a fake host.
    """

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(file)) as made:
            made.backup(self._connection)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self.close = self._connection.close

    def query(self, sql: str, params: Any = None, database: str = "default") -> list[dict[str, Any]]:
        found = self._connection.execute(sql, params or {})
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def execute(self, sql: str, params: Any = None, database: str = "default") -> int:
        try:
            with self._connection:
                return self._connection.execute(sql, params or {}).rowcount
        except sqlite3.IntegrityError as error:
            raise OperationFailedError(str(error), reason="constraint") from error


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A database after the plugin's own migrations, made as their author makes them.
    """
    file = tmp_path_factory.mktemp("migrated") / "records.db"
    config = Config(cmd_opts=Namespace(x=[f"url=sqlite:///{file}"]))
    config.set_main_option("script_location", str(PLUGIN / "migrations"))
    command.upgrade(config, "head")
    return file


@pytest.fixture
def tables(migrated: Path) -> Iterator[Tables]:
    tables = Tables(migrated)
    yield tables
    tables.close()


@pytest.fixture
def host(tables: Tables) -> FakeHost:
    schema = json.loads((PLUGIN / "config.schema.json").read_text("utf-8"))
    host = FakeHost("finance", grants=["db:readwrite"], config=schema_defaults(schema))
    host.answers("db.query", tables.query)
    host.answers("db.execute", tables.execute)
    return host


@pytest.fixture
def books(host: FakeHost) -> Ledger:
    return Ledger(host)


async def identity(connection: HTTPConnection) -> Caller | None:
    held = connection.headers.get("x-holds")
    return None if held is None else Caller(id="test", permissions=frozenset(held.split()))


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """
    A platform on which the plugin was applied; its database holds the sample books.
    """
    settings = Settings(install_dir=INSTALLATION, data_dir=tmp_path_factory.mktemp("data"))
    apply(settings)
    return settings


@pytest.fixture(scope="module")
def pristine(applied: Settings) -> Iterator[sqlite3.Connection]:
    """
    The database as it was then.
    """
    with closing(sqlite3.connect(":memory:")) as copy, closing(sqlite3.connect(database_of(applied))) as made:
        made.backup(copy)
        yield copy


def database_of(settings: Settings) -> str:
    return settings.database_url.removeprefix("sqlite:///")


@pytest.fixture(scope="module")
def platform(applied: Settings, pristine: sqlite3.Connection) -> Iterator[FastAPI]:
    app = FastAPI()
    detach = Host(applied, identity=identity).attach(app)
    yield app
    detach()


@pytest.fixture
async def client(platform: FastAPI, applied: Settings, pristine: sqlite3.Connection) -> AsyncIterator[httpx.AsyncClient]:
    """
    Somebody who holds every permission of the plugin; ``headers={"x-holds": "…"}`` makes it somebody else.
    """
    with closing(sqlite3.connect(database_of(applied))) as lived:
        pristine.backup(lived)
    base = "http://platform.test/api/plugins/finance"
    transport = httpx.ASGITransport(platform)
    async with httpx.AsyncClient(transport=transport, base_url=base, headers={"x-holds": EVERYTHING}) as client:
        yield client


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
