"""
The light readers of whole records and of who decided: they say what the store says, with the standard library alone.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from honeyhost.store import PluginDefaults, migrations
from honeyhost.store.changes import Changes
from honeyhost.store.database import Database
from honeyhost.store.deciders import Decision, read_decisions
from honeyhost.store.plugins import PluginTable
from honeyhost.store.record_reader import read_records
from honeyhost.store.sqlite import url_of

DEFAULTS = [
    PluginDefaults(slug="healthcare", version="0.1.0", sort=10, labels={"en": "Healthcare", "ar": "الصحة"}),
    PluginDefaults(slug="finance", kind="capability"),
    PluginDefaults(slug="archive", sort=10),
]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return url_of(tmp_path / "data 100%3F?#ü" / "honeyhost.db")


@pytest.fixture
def stored(url: str):
    database = Database(url)
    database.migrate()
    PluginTable(database).register(DEFAULTS)
    yield database
    database.close()


@pytest.fixture
def changes(stored: Database, clock) -> Changes:
    return Changes(stored, "cli:ada", now=clock)


def test_records_are_read_as_the_store_reads_them(stored, changes, url):
    changes.set_enabled("finance", False)
    changes.arrange("healthcare", nav=False, sort=-1, labels={"en": "Clinic"})
    changes.change_config("healthcare", lambda _stored: {"a": [1, {"b": None}]}, shown=dict)
    changes.set_grants("healthcare", {"db": ["read"]}, "sha256:1")
    changes.set_quarantine("archive", {"phase": "call", "count": 3})
    changes.request_reload("archive")

    read = read_records(url)

    assert read == PluginTable(stored).read()
    assert list(read.records) == [record.slug for record in PluginTable(stored).all()] == ["healthcare", "finance", "archive"]


def test_a_database_that_was_not_prepared_for_living_plugins_yet_is_read_too(stored, url):
    expected = PluginTable(stored).read()
    with stored.transaction() as connection:
        migrations.command.downgrade(migrations._config(connection), "0001")

    assert read_records(url) == expected
    assert read_decisions(url) == {}


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE hh_plugins SET config = 'no json' WHERE slug = 'finance'",
        "UPDATE hh_plugins SET config = '[]' WHERE slug = 'finance'",
        "UPDATE hh_plugins SET edits = '7' WHERE slug = 'finance'",
        "UPDATE hh_plugins SET quarantine = '{' WHERE slug = 'finance'",
        "UPDATE hh_plugins SET installed_at = 'yesterday' WHERE slug = 'finance'",
        "DELETE FROM hh_revision",
        "DROP TABLE hh_plugins",
    ],
)
def test_records_that_honeyhost_did_not_write_are_none(stored, url, spoil):
    with stored.transaction() as connection:
        connection.execute(text(spoil))

    assert read_records(url) is None


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:////nowhere/honeyhost.db", "postgresql+psycopg://localhost/honeyhost"])
def test_other_databases_are_none_and_nobody_decided_there(url):
    assert read_records(url) is None
    assert read_decisions(url) == {}


def test_the_last_who_enabled_or_disabled_a_plugin_decided(stored, changes, url, clock):
    changes.set_enabled("healthcare", False)
    Changes(stored, "host").set_enabled("finance", False)
    Changes(stored, "token:deploy", now=clock).set_enabled("healthcare", True)
    Changes(stored, "cli:grace", now=clock).arrange("healthcare", sort=3)

    decisions = read_decisions(url)

    assert decisions["healthcare"] == Decision(actor="token:deploy", at=clock.now)
    assert {slug: decision.actor for slug, decision in decisions.items()} == {"healthcare": "token:deploy", "finance": "host"}


def test_nobody_decided_about_a_plugin_that_nobody_touched(stored, url):
    assert read_decisions(url) == {}


def test_a_moment_that_honeyhost_did_not_write_is_no_decision(stored, changes, url):
    changes.set_enabled("healthcare", False)
    with stored.transaction() as connection:
        connection.execute(text("UPDATE hh_audit SET at = 'yesterday'"))

    assert read_decisions(url) == {}


def test_they_need_no_database_library(stored, changes, url):
    changes.set_enabled("finance", False)
    program = """
import json, sys
from honeyhost.store.deciders import read_decisions
from honeyhost.store.record_reader import read_records

found = [list(read_records(sys.argv[1]).records), list(read_decisions(sys.argv[1]))]
print(json.dumps([*found, sorted(sys.modules.keys() & {"sqlalchemy", "alembic", "pydantic"})]))
"""
    answer = subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, check=True)

    assert json.loads(answer.stdout) == [["finance", "archive", "healthcare"], ["finance"], []]
