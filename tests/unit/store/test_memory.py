"""
The plugin table in memory: bounded, and free of the database library.
"""

import subprocess
import sys

import pytest

from honeyhost.errors import StoreError
from honeyhost.store import PluginDefaults, PluginRecord
from honeyhost.store.memory import MemoryPlugins


@pytest.fixture
def table() -> MemoryPlugins:
    table = MemoryPlugins(largest=2)
    table.register([PluginDefaults(slug="finance"), PluginDefaults(slug="healthcare")])
    return table


@pytest.mark.parametrize(
    "add",
    [
        lambda table: table.upsert(PluginRecord(slug="newsletter")),
        lambda table: table.register([PluginDefaults(slug="finance", version="2"), PluginDefaults(slug="newsletter")]),
    ],
)
def test_one_record_too_many_is_refused_with_the_bound_and_nothing_of_the_call_is_kept(table, add):
    before = table.read()

    with pytest.raises(StoreError) as caught:
        add(table)

    assert caught.value.message == "the plugin table in memory is full: it holds 2 records"
    assert caught.value.hint == "keep the store in SQLite or PostgreSQL, which have no such bound"
    assert table.read() == before


def test_the_records_of_a_full_table_can_still_be_changed_and_make_room(table):
    assert table.set_enabled("finance", False).enabled is False
    table.delete("finance")

    assert table.upsert(PluginRecord(slug="newsletter")).slug == "newsletter"


def test_ten_thousand_records_are_allowed_unless_somebody_says_otherwise():
    table = MemoryPlugins()
    table.register(PluginDefaults(slug=f"plugin-{number}") for number in range(10_000))

    with pytest.raises(StoreError, match=r"it holds 10000 records$"):
        table.register([PluginDefaults(slug="newsletter")])


def test_it_needs_no_database_library():
    program = "import sys, honeyhost.store.memory\nprint(sorted(sys.modules.keys() & {'sqlalchemy', 'alembic', 'pydantic'}))"

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout == "[]\n"
