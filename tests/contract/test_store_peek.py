"""
The light reader says what the store says, and touches nothing.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from honeyhost.store import PluginDefaults
from honeyhost.store.database import Database
from honeyhost.store.plugins import PluginTable
from honeyhost.store.record_reader import read_records
from honeyhost.store.records import StoredRecords
from honeyhost.store.sqlite import url_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data 100%3F?#ü" / "honeyhost.db"


@pytest.fixture
def url(file: Path) -> str:
    return url_of(file)


@pytest.fixture
def stored(url: str) -> Iterator[Database]:
    database = Database(url)
    database.migrate()
    table = PluginTable(database)
    table.register([PluginDefaults(slug="healthcare"), PluginDefaults(slug="finance"), PluginDefaults(slug="_demo")])
    table.set_enabled("finance", False)
    yield database
    database.close()


def folder(file: Path) -> list[str]:
    return sorted(entry.name for entry in file.parent.iterdir())


def expected(database: Database) -> StoredRecords:
    return PluginTable(database).read()


def test_it_reads_what_the_store_holds_while_the_store_is_open(stored, url):
    found = read_records(url)
    assert found == expected(stored)
    assert {slug: record.enabled for slug, record in found.records.items()} == {
        "_demo": True,
        "finance": False,
        "healthcare": True,
    }
    assert found.revision == 4


def test_it_sees_a_change_as_soon_as_it_is_committed(stored, url):
    PluginTable(stored).set_enabled("healthcare", False)

    assert read_records(url) == expected(stored)
    assert read_records(url).records["healthcare"].enabled is False


def test_it_reads_a_store_that_nobody_has_open_and_leaves_no_files(stored, url, file):
    wanted = expected(stored)
    stored.close()
    assert folder(file) == ["honeyhost.db"]

    assert read_records(url) == wanted
    assert folder(file) == ["honeyhost.db"]


def test_no_file_is_made_where_there_is_none(url, file):
    assert read_records(url) is None
    assert not file.parent.exists()


def test_a_database_without_tables_is_none(url, file):
    file.parent.mkdir()
    sqlite3.connect(file).close()

    assert read_records(url) is None


def test_a_store_without_its_revision_is_none(stored, url):
    with stored.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM hh_revision")

    assert read_records(url) is None


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_a_file_that_is_no_database_is_none(url, file, content):
    file.parent.mkdir()
    file.write_bytes(content)

    assert read_records(url) is None
    assert folder(file) == ["honeyhost.db"]


def test_a_folder_in_the_place_of_the_file_is_none(url, file):
    file.mkdir(parents=True)

    assert read_records(url) is None


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "postgresql+psycopg://u:p@localhost/honeyhost", "", "honeyhost.db"]
)
def test_other_databases_are_none(url):
    assert read_records(url) is None


@pytest.fixture
def public_folder() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def nobody() -> Iterator[None]:
    """
    Root may write anywhere: it is somebody else meanwhile.
    """
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_it_reads_without_the_right_to_write(public_folder):
    file = public_folder / "honeyhost.db"
    database = Database(url_of(file))
    database.migrate()
    PluginTable(database).register([PluginDefaults(slug="healthcare")])
    database.close()
    file.chmod(0o444)
    public_folder.chmod(0o555)

    with nobody():
        found = read_records(url_of(file))
    assert (found.records["healthcare"].enabled, found.revision) == (True, 1)
    public_folder.chmod(0o755)


def test_a_file_that_may_not_be_read_is_none(public_folder):
    file = public_folder / "honeyhost.db"
    database = Database(url_of(file))
    database.migrate()
    database.close()

    with nobody():
        assert read_records(url_of(file)) is None
