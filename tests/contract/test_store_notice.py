"""
How others learn of a change: a call in the process that made it, and on PostgreSQL a word to every listener.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from threading import Thread, get_ident

import pytest
from sqlalchemy import make_url, text

from honeyhost.errors import UnknownPluginError
from honeyhost.store import PluginDefaults
from honeyhost.store.audit import AuditTable
from honeyhost.store.catalog import Catalog
from honeyhost.store.changes import Changes
from honeyhost.store.database import Database
from honeyhost.store.instances import InstanceTable
from honeyhost.store.plugins import PluginTable
from honeyhost.store.records import InstanceReport
from honeyhost.store.sessions import SessionTable
from honeyhost.store.tokens import TokenTable

HEALTHCARE = PluginDefaults(slug="healthcare")


@pytest.fixture
def calls() -> list[int]:
    return []


@pytest.fixture
def told(database_url: str, calls: list[int]) -> Iterator[Database]:
    database = Database(database_url, after_change=lambda: calls.append(database.revision()))
    database.migrate()
    yield database
    database.close()


def test_it_is_called_once_after_each_transaction_that_changed_something_when_it_is_committed(told, calls):
    PluginTable(told).register([HEALTHCARE])
    assert calls == [1]

    with told.transaction():
        Changes(told, "host").set_enabled("healthcare", False)
        Changes(told, "host").set_enabled("healthcare", True)
        assert calls == [1]

    assert calls == [1, 3]


def test_it_is_not_called_where_nothing_changed(told, calls):
    PluginTable(told).register([HEALTHCARE])
    calls.clear()

    PluginTable(told).register([HEALTHCARE])
    PluginTable(told).all()
    AuditTable(told).add("host", "plugin.enable", "healthcare")
    with told.transaction():
        pass

    assert calls == []


def test_it_is_not_called_where_the_transaction_fails(told, calls):
    with suppress(UnknownPluginError), told.transaction():
        PluginTable(told).register([HEALTHCARE])
        PluginTable(told).set_enabled("finance", False)

    assert calls == []


def test_it_is_called_in_the_thread_that_made_the_change(database_url):
    threads = []
    database = Database(database_url, after_change=lambda: threads.append(get_ident()))
    database.migrate()
    thread = Thread(target=lambda: PluginTable(database).register([HEALTHCARE]))
    thread.start()
    thread.join()

    assert threads == [thread.ident]
    database.close()


def test_changes_through_another_instance_do_not_call_it(shared_url, calls):
    database, other = Database(shared_url, after_change=lambda: calls.append(1)), Database(shared_url)
    database.migrate()

    PluginTable(other).register([HEALTHCARE])

    assert calls == []
    other.close()
    database.close()


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    database.migrate()
    PluginTable(database).register([HEALTHCARE])
    yield database
    database.close()


@pytest.fixture
def heard(postgres_url: str, postgres: Database) -> Iterator[Callable[[], list[str]]]:
    """
    What was said on ``hh_changed`` since one last asked, without what other schemas said.
    """
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed (extra 'postgres')")
    plain = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with postgres.reading() as connection:
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
    with psycopg.connect(plain, autocommit=True) as listener:
        listener.execute("LISTEN hh_changed")

        def ask() -> list[str]:
            listener.execute(f"NOTIFY hh_changed, 'until here {schema}'")
            said = []
            for notice in listener.notifies(timeout=30):
                if notice.payload == f"until here {schema}":
                    return said
                if notice.payload == schema:
                    said.append(notice.payload)
            raise AssertionError("the end was never said")

        yield ask


def test_listeners_hear_of_a_change_once_with_the_schema_when_it_is_committed(postgres, heard):
    with postgres.transaction() as connection:
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
        PluginTable(postgres).set_enabled("healthcare", False)
        assert heard() == []

    assert heard() == [schema]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE hh_plugins SET enabled = false",
        "DELETE FROM hh_plugins",
        "TRUNCATE hh_plugins",
        "INSERT INTO hh_members VALUES ('viewers', 'ada')",
        "INSERT INTO hh_groups VALUES ('viewers', NULL)",
        "INSERT INTO hh_permissions VALUES ('a.b', 'a', NULL, NULL)",
        "INSERT INTO hh_seed_groups VALUES ('viewers', 'a', NULL)",
        "INSERT INTO hh_group_permissions VALUES ('viewers', 'a.b', 'a', 'seed', false)",
        "UPDATE hh_tokens SET revoked_at = now()",
        "UPDATE hh_revision SET value = value + 1",
    ],
)
def test_what_is_written_by_hand_is_heard_too(postgres, heard, statement):
    with postgres.transaction() as connection:
        connection.execute(text(statement))

    assert len(heard()) == 1


def test_what_decides_nothing_is_not_heard(postgres, heard, clock):
    issued = TokenTable(postgres, now=clock).create("deploy")
    heard()

    TokenTable(postgres, now=clock).verify(issued.secret)
    sessions = SessionTable(postgres, now=clock)
    opened, cookie = sessions.open(issued.record.id, clock.now + timedelta(hours=1))
    sessions.verify(cookie)
    sessions.close(opened.id)
    AuditTable(postgres).add("host", "plugin.enable", "healthcare")
    moment = clock.now
    report = InstanceReport(
        id="a", node="a", pid=1, started_at=moment, seen_at=moment, host_version="1", python="3", revision=1
    )
    InstanceTable(postgres).report(report)
    PluginTable(postgres).register([HEALTHCARE])

    assert heard() == []


def test_a_change_that_fails_is_not_heard(postgres, heard):
    with suppress(UnknownPluginError), postgres.transaction():
        Catalog(postgres).add_member("viewers", "ada")
        PluginTable(postgres).set_enabled("finance", False)

    assert heard() == []
