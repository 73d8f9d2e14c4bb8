"""
One suite over every place where the store may live: a SQLite file, SQLite in memory, PostgreSQL.

PostgreSQL takes part where psycopg is installed and TEST_POSTGRES_URL names a database (``postgresql+psycopg://…``).
"""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from honeyhost.store.audit import AuditTable
from honeyhost.store.changes import Changes
from honeyhost.store.database import Database
from honeyhost.store.memory import MemoryPlugins
from honeyhost.store.plugins import PluginTable

_POSTGRES = os.environ.get("TEST_POSTGRES_URL", "") if find_spec("psycopg") else ""
_SHARED = ["sqlite-file", *(["postgresql"] if _POSTGRES else [])]
_DATABASES = [*_SHARED, "sqlite-memory"]

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class Clock:
    """
    A clock that stands at noon until it is moved.
    """

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=_DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    yield from _url(request.param, tmp_path)


@pytest.fixture(params=_SHARED)
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """
    A database that several processes can open.
    """
    yield from _url(request.param, tmp_path)


@pytest.fixture(params=[*_DATABASES, "memory"])
def plugin_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PluginTable | MemoryPlugins]:
    """
    Every implementation of the plugin table, at noon.
    """
    if request.param == "memory":
        yield MemoryPlugins(now=lambda: NOON)
        return
    for url in _url(request.param, tmp_path):
        database = Database(url)
        database.migrate()
        yield PluginTable(database, now=lambda: NOON)
        database.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def changes(database: Database, clock: Clock) -> Changes:
    """
    What Ada may change.
    """
    return Changes(database, "cli:ada", now=clock)


@pytest.fixture
def audit(database: Database) -> AuditTable:
    return AuditTable(database)


@pytest.fixture
def run_together() -> Callable[[str, str, int], list[str]]:
    """
    Runs a program in several processes that start their work at the same moment; their outputs. The program says ``ready``
    when its imports are done, and waits for a line.
    """

    def run(program: str, argument: str, count: int) -> list[str]:
        command = [sys.executable, "-c", program, argument]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        processes = [subprocess.Popen(command, text=True, **pipes) for _ in range(count)]
        for process in processes:
            assert process.stdout.readline() == "ready\n", process.stderr.read()
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        outputs = [process.communicate(timeout=60) for process in processes]
        assert [process.returncode for process in processes] == [0] * count, [errors for _, errors in outputs]
        return [output.strip() for output, _ in outputs]

    return run


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """
    PostgreSQL alone, or a skip that says what is missing.
    """
    if not _POSTGRES:
        missing = "PostgreSQL takes part where psycopg is installed (extra 'postgres') and TEST_POSTGRES_URL is set"
        if os.environ.get("TEST_SERVICES") == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    yield from _postgres_schema()


def _url(kind: str, folder: Path) -> Iterator[str]:
    if kind == "postgresql":
        yield from _postgres_schema()
    else:
        yield "sqlite://" if kind == "sqlite-memory" else f"sqlite:///{folder}/data/honeyhost.db"


def _postgres_schema() -> Iterator[str]:
    """
    A schema of its own for one test, by the search path in the URL.
    """
    engine = create_engine(_POSTGRES, isolation_level="AUTOCOMMIT")
    name = f"test_{uuid.uuid4().hex}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield f"{_POSTGRES}?options=-csearch_path%3D{name}"
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()
