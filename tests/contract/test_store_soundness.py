"""
Soundness: whether a database can be used, found out without changing anything in it.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from honeyhost.errors import StoreUnavailableError
from honeyhost.store import PluginDefaults, soundness
from honeyhost.store.database import Database
from honeyhost.store.plugins import PluginTable
from honeyhost.store.schema import HEAD
from honeyhost.store.soundness import Soundness, look_at
from honeyhost.store.sqlite import database_file, url_of


@pytest.fixture
def prepared(shared_url: str) -> str:
    database = Database(shared_url)
    database.migrate()
    PluginTable(database).register([PluginDefaults(slug=f"plugin-{number}") for number in range(100)])
    database.close()
    return shared_url


def kind(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql"


def test_a_prepared_database_is_sound(prepared):
    found = look_at(prepared)

    assert found.kind.partition(" ")[0] == kind(prepared)
    assert (found.schema, found.wanted, found.writable, found.damage) == (HEAD, HEAD, True, None)


def test_a_database_without_tables_has_no_schema_and_gets_none(shared_url):
    file = database_file(shared_url)

    found = look_at(shared_url)

    assert (found.schema, found.writable, found.damage) == (None, True, None)
    assert file is None or not file.parent.exists()


def test_the_schema_of_another_honeyhost_is_told(prepared):
    database = Database(prepared)
    with database.transaction() as connection:
        connection.execute(text("UPDATE hh_alembic SET version_num = '0001'"))
    database.close()

    assert (look_at(prepared).schema, look_at(prepared).wanted) == ("0001", HEAD)


def test_the_version_of_the_server_is_told(postgres_url):
    database = Database(postgres_url)
    with database.reading() as connection:
        version = str(connection.execute(text("SHOW server_version")).scalar_one())
    database.close()

    assert look_at(postgres_url) == Soundness(kind=f"postgresql {version.partition(' ')[0]}")


def test_a_database_in_memory_is_sound():
    assert look_at("sqlite://") == Soundness(kind="sqlite")


@pytest.mark.parametrize("place", ["file", "folder"])
def test_a_file_or_a_folder_without_the_right_to_write_is_told(tmp_path, monkeypatch, place):
    file = tmp_path / "honeyhost.db"
    url = url_of(file)
    if place == "file":
        database = Database(url)
        database.migrate()
        database.close()
    forbidden = file if place == "file" else tmp_path
    monkeypatch.setattr(soundness.os, "access", lambda path, _mode: path != forbidden)

    found = look_at(url)

    assert found.writable is False
    assert found.schema == (HEAD if place == "file" else None)


def test_a_damaged_file_says_what_sqlite_says_of_it(tmp_path):
    url = url_of(tmp_path / "honeyhost.db")
    database = Database(url)
    database.migrate()
    PluginTable(database).register([PluginDefaults(slug=f"plugin-{number}") for number in range(200)])
    database.close()
    _spoil(tmp_path / "honeyhost.db")

    found = look_at(url)

    assert found.schema == HEAD
    assert "page" in found.damage
    assert "***" not in found.damage


def _spoil(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'hh_plugins'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(file.read_bytes())
    content[root * size - 40 : root * size] = b"\xff" * 40
    file.write_bytes(content)


def test_a_file_that_is_no_database_is_unavailable(tmp_path):
    file = tmp_path / "honeyhost.db"
    file.write_bytes(b"no database at all" * 100)

    with pytest.raises(StoreUnavailableError, match=r"file is not a database$"):
        look_at(url_of(file))


def test_a_server_that_does_not_answer_is_unavailable():
    pytest.importorskip("psycopg", reason="psycopg is not installed (extra 'postgres')")

    with pytest.raises(StoreUnavailableError):
        look_at("postgresql+psycopg://ada:s3cret@127.0.0.1:1/honeyhost")
