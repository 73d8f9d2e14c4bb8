"""
The database: prepared once whatever the number of processes, and left whole by every transaction.
"""

import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text

from honeyhost.errors import ConflictError, StoreError, StoreUnavailableError
from honeyhost.store import PluginDefaults, migrations
from honeyhost.store.audit import AuditTable
from honeyhost.store.catalog import Catalog
from honeyhost.store.changes import Changes
from honeyhost.store.database import Database, changed
from honeyhost.store.plugins import PluginTable
from honeyhost.store.schema import HEAD, METADATA, REVISION, VERSION_TABLE


@pytest.fixture
def fresh(database_url: str):
    database = Database(database_url)
    yield database
    database.close()


def test_the_first_migration_makes_the_tables_and_the_second_has_nothing_to_do(fresh):
    assert fresh.migrate() is True
    assert fresh.migrate() is False

    with fresh.reading() as connection:
        assert set(inspect(connection).get_table_names()) == {*METADATA.tables, VERSION_TABLE}


def test_the_steps_lead_to_exactly_the_schema_that_the_code_uses(database):
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == HEAD


def test_all_steps_can_be_undone_and_made_again(database):
    with database.transaction() as connection:
        migrations.downgrade(connection)
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == [VERSION_TABLE]

    assert database.migrate() is True
    assert database.revision() == 0


def test_who_finds_the_tables_made_when_its_turn_comes_has_nothing_to_do(shared_url):
    other = Database(shared_url)

    class Late(Database):
        @contextmanager
        def reading(self):
            with super().reading() as connection:
                yield connection
            other.migrate()

    database = Late(shared_url)

    assert database.migrate() is False
    assert database.revision() == 0
    other.close()
    database.close()


def test_a_text_that_is_no_unicode_is_refused(database):
    with pytest.raises(StoreError, match=r"^the database cannot keep this value: .*surrogates not allowed"):
        PluginTable(database).get("\ud800")


def test_what_was_written_by_hand_and_is_no_json_is_said():
    database = Database("sqlite://")
    database.migrate()
    PluginTable(database).register([PluginDefaults(slug="healthcare")])
    with database.transaction() as connection:
        connection.execute(text("UPDATE hh_plugins SET config = 'no json'"))

    with pytest.raises(StoreError) as caught:
        PluginTable(database).get("healthcare")

    assert caught.value.message == "the database holds a value that is no JSON where honeyhost keeps JSON"
    database.close()


def test_what_was_written_by_hand_and_is_no_object_is_said(database):
    PluginTable(database).register([PluginDefaults(slug="healthcare")])
    with database.transaction() as connection:
        connection.execute(text("UPDATE hh_plugins SET grants = '[]'"))

    with pytest.raises(StoreError) as caught:
        PluginTable(database).all()

    assert caught.value.message == "the record of plugin 'healthcare' cannot be read: grants is no JSON object"


_ROWS = """
INSERT INTO hh_plugins VALUES (
    'healthcare', 'integration', '0.1.0', false, '{"region": "eu"}', true, 10, '{"en": "Healthcare"}', '{"sort": 3}', '{}', NULL,
    '2026-11-25 12:00:00+00:00', 7
);
INSERT INTO hh_members VALUES ('viewers', 'ada');
UPDATE hh_revision SET value = 7
"""


def test_a_database_of_the_first_tables_keeps_its_rows(fresh):
    fresh.migrate()
    with fresh.transaction() as connection:
        migrations.command.downgrade(migrations._config(connection), "0001")
        for statement in _ROWS.split(";"):
            connection.exec_driver_sql(statement)
    with fresh.reading() as connection:
        assert {"hh_audit", "hh_sessions", "hh_instances"}.isdisjoint(inspect(connection).get_table_names())

    assert fresh.migrate() is True

    assert fresh.revision() == 7
    record = PluginTable(fresh).get("healthcare")
    assert (record.enabled, record.config, record.sort, record.edited) == (False, {"region": "eu"}, 3, {"sort"})
    assert (record.reloads, record.quarantine, record.revision) == (0, None, 7)
    assert record.installed_at == datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    assert Catalog(fresh).groups_of("ada") == {"viewers"}
    assert Changes(fresh, "cli:ada").set_enabled("healthcare", True).revision == 8
    assert len(AuditTable(fresh).all()) == 1


def test_a_schema_of_a_newer_honeyhost_is_refused(database):
    with database.transaction() as connection:
        connection.execute(text("UPDATE hh_alembic SET version_num = '9999'"))

    with pytest.raises(StoreError) as caught:
        database.migrate()

    assert (
        caught.value.message
        == "the database has a schema that this honeyhost does not know: Can't locate revision identified by '9999'"
    )
    assert caught.value.hint == "run the honeyhost that wrote it, or a later one"


def test_a_database_without_tables_says_who_makes_them(fresh):
    with pytest.raises(StoreUnavailableError) as caught:
        fresh.revision()

    assert caught.value.message == f"the database {fresh.shown} has no tables of honeyhost yet"
    assert caught.value.hint == "run honeyhost apply, which makes them"


def test_a_transaction_is_kept_when_it_ends_well(database):
    with database.transaction() as connection:
        assert changed(connection) == 1

    assert database.revision() == 1


def test_a_transaction_that_fails_leaves_nothing(database):
    with suppress(RuntimeError), database.transaction() as connection:
        changed(connection)
        raise RuntimeError("no")

    assert database.revision() == 0


def test_a_part_that_fails_is_undone_and_the_rest_is_kept(database):
    with database.transaction() as outer:
        changed(outer)
        with suppress(RuntimeError), database.transaction() as inner:
            assert inner is outer
            changed(inner)
            raise RuntimeError("no")
        assert database.revision() == 1

    assert database.revision() == 1


def test_nothing_of_a_transaction_is_kept_when_the_whole_fails_after_a_part_went_well(database):
    with suppress(RuntimeError), database.transaction():
        with database.transaction() as inner:
            changed(inner)
        raise RuntimeError("no")

    assert database.revision() == 0


def test_a_row_that_exists_already_is_a_conflict(database):
    with pytest.raises(ConflictError) as caught, database.transaction() as connection:
        connection.execute(REVISION.insert().values(id=1, value=0))

    assert caught.value.message.startswith("the record was written by somebody else at the same time: ")
    assert "INSERT" not in caught.value.message


def test_writers_take_turns(database):
    def count_up() -> None:
        for _ in range(20):
            with database.transaction() as connection:
                value = connection.execute(select(REVISION.c.value)).scalar_one()
                connection.execute(REVISION.update().values(value=value + 1))

    threads = [threading.Thread(target=count_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert database.revision() == 60


def test_what_is_read_stands_still_while_others_write(shared_url):
    database, other = Database(shared_url), Database(shared_url)
    database.migrate()

    with database.reading():
        before = database.revision()
        with other.transaction() as connection:
            changed(connection)
        assert database.revision() == before == 0

    assert database.revision() == 1
    other.close()
    database.close()


def test_a_closed_database_opens_again(shared_url):
    database = Database(shared_url)
    database.close()
    database.migrate()
    database.close()

    assert database.revision() == 0
    database.close()


def test_a_connection_that_the_server_closed_is_replaced(postgres_url):
    database = Database(postgres_url)
    database.migrate()
    with database.reading() as connection:
        process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    killer = Database(postgres_url)
    with killer.reading() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": process})

    assert database.revision() == 0
    killer.close()
    database.close()


def test_a_connection_that_is_lost_while_it_is_used_is_unavailable(postgres_url):
    database, killer = Database(postgres_url), Database(postgres_url)
    database.migrate()
    with pytest.raises(StoreUnavailableError, match=r"^the database postgresql\+psycopg://.* cannot be used: "):
        _lose(database, killer)

    assert database.revision() == 0
    killer.close()
    database.close()


def test_whoever_waits_too_long_for_another_change_is_told_so(shared_url):
    database, other = Database(shared_url), Database(shared_url, timeout=0.2)
    database.migrate()
    with database.transaction(), pytest.raises(StoreUnavailableError), other.transaction():
        pass

    assert other.revision() == 0
    other.close()
    database.close()


def test_nobody_waits_long_to_read_a_table_that_is_being_changed(postgres_url):
    database, other = Database(postgres_url), Database(postgres_url, timeout=0.2)
    database.migrate()
    with database.migrating() as connection:
        connection.execute(text("LOCK TABLE hh_revision IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StoreUnavailableError):
            other.revision()

    other.close()
    database.close()


def _lose(database: Database, killer: Database) -> None:
    with database.transaction() as connection, killer.reading() as other:
        process = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": process})
        changed(connection)


_MIGRATE = """
import sys
from honeyhost.store import migrations
from honeyhost.store.database import Database

database = Database(sys.argv[1], timeout=30)
print("ready", flush=True)
sys.stdin.readline()
print(database.migrate())
database.close()
"""


@pytest.mark.slow
def test_four_processes_that_migrate_at_once_make_the_tables_once(shared_url, run_together):
    outputs = run_together(_MIGRATE, shared_url, 4)

    assert sorted(outputs) == ["False", "False", "False", "True"]
    database = Database(shared_url)
    assert database.revision() == 0
    database.close()
