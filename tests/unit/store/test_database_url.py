"""
The database: which URLs it takes, and what it says where it cannot be used.
"""

import sys
import threading

import pytest
from sqlalchemy import exc, text

from honeyhost.errors import MissingExtraError, StoreError, StoreUnavailableError, UsageError
from honeyhost.store.database import Database


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/honeyhost.db", timeout=0.05)
    database.migrate()
    yield database
    database.close()


@pytest.mark.parametrize("url", ["", "honeyhost.db", "/srv/honeyhost.db"])
def test_what_is_no_url_is_refused(url):
    with pytest.raises(UsageError) as caught:
        Database(url)

    assert caught.value.message == "database_url is not a URL"
    assert caught.value.hint == "write sqlite:////path or postgresql+psycopg://…"


@pytest.mark.parametrize("scheme", ["mysql", "sqlite+aiosqlite", "postgresql+asyncpg", "postgres"])
def test_other_databases_and_drivers_are_refused_without_showing_the_password(scheme):
    with pytest.raises(UsageError) as caught:
        Database(f"{scheme}://ada:s3cret@localhost/honeyhost")

    assert caught.value.message == f"database_url asks for '{scheme}'; the store lives in SQLite or PostgreSQL"


def test_the_password_is_not_shown():
    database = Database("postgresql+psycopg://ada:s3cret@localhost/honeyhost")

    assert database.shown == "postgresql+psycopg://ada:***@localhost/honeyhost"
    assert database.is_sqlite is False


def test_a_missing_driver_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(MissingExtraError) as caught:
        Database("postgresql+psycopg://localhost/honeyhost").migrate()

    assert caught.value.message == "a PostgreSQL database needs the extra 'postgres', and the module 'psycopg' is not installed"
    assert caught.value.hint == "pip install 'honeyhost[postgres]'"


def test_nothing_is_opened_before_the_first_use(tmp_path):
    Database(f"sqlite:///{tmp_path}/data/honeyhost.db").close()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("use", [lambda database: database.revision(), lambda database: database.transaction().__enter__()])
def test_reading_or_writing_before_the_migration_makes_no_file(tmp_path, use):
    database = Database(f"sqlite:///{tmp_path}/honeyhost.db")

    with pytest.raises(StoreUnavailableError) as caught:
        use(database)

    assert caught.value.message == f"the database sqlite:///{tmp_path}/honeyhost.db has no tables of honeyhost yet"
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_stays_locked_is_unavailable(database):
    other = Database(database.shown, timeout=0.05)

    with database.transaction(), pytest.raises(StoreUnavailableError) as caught:
        other.transaction().__enter__()

    assert caught.value.message == f"the database {database.shown} cannot be used: database is locked"
    assert caught.value.hint == "see the setting database_url, and whether this user may write to the file and its folder"
    other.close()


def test_preparing_a_prepared_database_waits_for_nobody(database):
    other = Database(database.shown, timeout=0.05)

    with database.transaction():
        assert other.migrate() is False

    other.close()


def test_reading_goes_on_while_somebody_writes(database):
    other = Database(database.shown)

    with database.transaction() as connection:
        connection.execute(text("UPDATE hh_revision SET value = 7"))
        assert other.revision() == 0

    assert other.revision() == 7
    other.close()


def test_a_server_that_does_not_answer_is_unavailable():
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed (extra 'postgres')")
    database = Database("postgresql+psycopg://ada:s3cret@127.0.0.1:1/honeyhost", timeout=2)

    with pytest.raises(StoreUnavailableError) as caught:
        database.migrate()

    assert caught.value.message.startswith("the database postgresql+psycopg://ada:***@127.0.0.1:1/honeyhost cannot be used: ")
    assert isinstance(caught.value.__cause__.orig, psycopg.OperationalError)
    assert "s3cret" not in caught.value.message


def test_a_value_that_cannot_be_kept_is_an_error_of_the_store():
    with pytest.raises(StoreError) as caught, Database("sqlite://")._translated():
        raise exc.DataError("INSERT …", {}, Exception("text may not hold NUL"))

    assert caught.value.message == "the database cannot keep this value: text may not hold NUL"


def test_a_transaction_inside_reading_is_a_mistake(database):
    with database.reading(), pytest.raises(RuntimeError, match=r"^a transaction cannot begin inside reading\(\)"):
        database.transaction().__enter__()


def test_a_database_in_memory_is_one_for_all_threads():
    database = Database("sqlite://")
    database.migrate()
    seen = []

    thread = threading.Thread(target=lambda: seen.append(database.revision()))
    thread.start()
    thread.join()

    assert seen == [0]
    database.close()
