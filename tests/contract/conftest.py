"""
One suite over every place where the store may live: a SQLite file, SQLite in memory, PostgreSQL.

PostgreSQL takes part where psycopg is installed and TEST_POSTGRES_URL, or a server at its usual place, answers.
"""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, exc, text

from honeyhost.store.database import Database

_POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(params=["sqlite-file", "sqlite-memory", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "postgresql":
        yield from _postgres_schema()
    elif request.param == "sqlite-memory":
        yield "sqlite://"
    else:
        yield f"sqlite:///{request.getfixturevalue('tmp_path')}/data/honeyhost.db"


@pytest.fixture(params=["sqlite-file", "postgresql"])
def shared_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """
    A database that several processes can open.
    """
    if request.param == "postgresql":
        yield from _postgres_schema()
    else:
        yield f"sqlite:///{request.getfixturevalue('tmp_path')}/data/honeyhost.db"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.migrate()
    yield database
    database.close()


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


def _postgres_schema() -> Iterator[str]:
    """
    A schema of its own for one test, by the search path in the URL.
    """
    pytest.importorskip("psycopg", reason="psycopg is not installed (extra 'postgres')")
    engine = create_engine(_POSTGRES, connect_args={"connect_timeout": 2}, isolation_level="AUTOCOMMIT")
    name = f"test_{uuid.uuid4().hex}"
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
    except exc.OperationalError:
        pytest.skip("no PostgreSQL answers; set TEST_POSTGRES_URL")
    yield f"{_POSTGRES}?options=-csearch_path%3D{name}"
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()
