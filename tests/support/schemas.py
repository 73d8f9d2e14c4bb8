"""
PostgreSQL for tests: a schema of its own for each, or a skip that says what is missing.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

import pytest

MISSING = "PostgreSQL takes part where psycopg is installed (extra 'postgres') and TEST_POSTGRES_URL is set"


@contextmanager
def postgres_schema() -> Iterator[str]:
    """
    The URL of an empty schema, which goes afterwards.
    """
    base = os.environ.get("TEST_POSTGRES_URL", "") if find_spec("psycopg") else ""
    if not base:
        if os.environ.get("TEST_SERVICES") == "required":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    psycopg = import_module("psycopg")
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(base.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    try:
        yield f"{base}?options=-csearch_path%3D{name}"
    finally:
        with psycopg.connect(base.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {name} CASCADE")


def statement(url: str, *texts: str) -> list[tuple[object, ...]]:
    """
    What the last of some statements by hand answers, on a connection of its own.
    """
    psycopg = import_module("psycopg")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for text in texts:
            cursor = connection.execute(text)
        return cursor.fetchall() if cursor.description else []
