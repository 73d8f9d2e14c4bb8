"""
SQLite: the file behind a URL, and what it needs before it is shared.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from honeyhost.errors import StoreUnavailableError
from honeyhost.store import sqlite


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:////srv/honeyhost.db", Path("/srv/honeyhost.db")),
        ("sqlite:///honeyhost.db", Path("honeyhost.db")),
        ("sqlite+pysqlite:////srv/honeyhost.db", Path("/srv/honeyhost.db")),
        ("sqlite:////srv/100%25%3F.db?timeout=3", Path("/srv/100%?.db")),
        ("sqlite://", None),
        ("sqlite:///:memory:", None),
        ("postgresql+psycopg://localhost/honeyhost", None),
        ("sqlite+aiosqlite:////srv/honeyhost.db", None),
    ],
)
def test_a_url_means_a_file_or_none(url, file):
    assert sqlite.database_file(url) == file


def test_the_url_of_a_file_means_that_file():
    file = Path("/srv/a b/100%?#ü/honeyhost.db")

    assert sqlite.database_file(sqlite.url_of(file)) == file
    assert sqlite.url_of(Path("/srv/honeyhost.db")) == "sqlite:////srv/honeyhost.db"


def test_the_file_is_made_with_its_folders_for_its_owner_alone_and_logs_ahead(tmp_path):
    file = tmp_path / "a" / "b" / "honeyhost.db"

    sqlite.prepare(file, timeout=1)

    assert file.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_rights_of_a_file_that_exists_stay(tmp_path):
    file = tmp_path / "honeyhost.db"
    file.touch()
    file.chmod(0o640)

    sqlite.prepare(file, timeout=1)

    assert file.stat().st_mode & 0o777 == 0o640


def test_preparing_tries_again_where_somebody_is_writing(tmp_path, monkeypatch):
    file = tmp_path / "honeyhost.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("CREATE TABLE t (a)")
        monkeypatch.setattr(time, "sleep", lambda _seconds: writer.execute("COMMIT"))

        sqlite.prepare(file, timeout=30)

    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_that_stays_locked_is_unavailable(tmp_path):
    file = tmp_path / "honeyhost.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailableError) as caught:
            sqlite.prepare(file, timeout=0.05)

    assert caught.value.message == f"the database {file} cannot be used: database is locked"
    assert caught.value.hint == "see the setting database_url: the file and its folder must be writable"


def test_a_file_that_is_no_database_is_unavailable(tmp_path):
    file = tmp_path / "honeyhost.db"
    file.write_bytes(b"no database at all" * 100)

    with pytest.raises(StoreUnavailableError) as caught:
        sqlite.prepare(file, timeout=1)

    assert caught.value.message == f"the database {file} cannot be used: file is not a database"


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "data").touch()

    with pytest.raises(StoreUnavailableError) as caught:
        sqlite.prepare(tmp_path / "data" / "honeyhost.db", timeout=1)

    assert caught.value.message == f"the database {tmp_path}/data/honeyhost.db cannot be used: File exists"
