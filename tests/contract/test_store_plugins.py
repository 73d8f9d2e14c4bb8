"""
The plugin table, wherever it lives.
"""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from threading import Thread

import pytest

from honeyhost.errors import ConflictError, StoreError, UnknownPluginError
from honeyhost.store import PluginDefaults, PluginRecord, PluginStore
from honeyhost.store.database import Database
from honeyhost.store.plugins import PluginTable
from honeyhost.store.records import StoredRecords

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HEALTHCARE = PluginDefaults(slug="healthcare", version="0.1.0", sort=10, labels={"en": "Healthcare", "ar": "الصحة"})
FINANCE = PluginDefaults(slug="finance", kind="capability", version="1.2.0")


@pytest.fixture
def table(plugin_store: PluginStore) -> PluginStore:
    return plugin_store


def test_a_registered_plugin_is_an_enabled_record_with_the_defaults_of_its_manifest(table):
    (record,) = table.register([HEALTHCARE])

    assert record == PluginRecord(
        slug="healthcare",
        kind="integration",
        enabled=True,
        config={},
        nav=True,
        sort=10,
        labels={"en": "Healthcare", "ar": "الصحة"},
        version="0.1.0",
        grants={},
        grants_digest=None,
        installed_at=NOON,
        edited=frozenset(),
        revision=1,
    )
    assert table.get("healthcare") == record


def test_a_record_has_the_shape_of_the_interface(table):
    (record,) = table.register([HEALTHCARE])

    assert json.loads(json.dumps(record.to_json())) == {
        "slug": "healthcare",
        "kind": "integration",
        "enabled": True,
        "config": {},
        "nav": True,
        "sort": 10,
        "labels": {"en": "Healthcare", "ar": "الصحة"},
        "version": "0.1.0",
    }


def test_records_are_answered_in_the_order_they_were_asked_for_and_listed_by_sort_and_slug(table):
    archive = PluginDefaults(slug="archive", sort=10)

    registered = table.register([HEALTHCARE, FINANCE, archive])

    assert [record.slug for record in registered] == ["healthcare", "finance", "archive"]
    assert [record.slug for record in table.all()] == ["finance", "archive", "healthcare"]


def test_a_slug_without_a_record_is_none(table):
    assert table.get("healthcare") is None
    assert table.all() == ()


def test_registering_the_same_again_writes_nothing(table):
    before = table.register([HEALTHCARE, FINANCE])
    revision = table.read().revision

    assert table.register([HEALTHCARE, FINANCE]) == before
    assert table.read().revision == revision


def test_an_upgrade_keeps_what_the_operator_decided(table):
    table.register([HEALTHCARE])
    record = table.set_enabled("healthcare", False)
    table.upsert(replace(record, config={"region": "eu"}, sort=3, grants={"db": ["read"]}, grants_digest="sha256:1"))

    (upgraded,) = table.register([replace(HEALTHCARE, version="0.2.0", kind="vertical", sort=99, labels={"en": "Health"})])

    assert (upgraded.version, upgraded.kind, upgraded.labels) == ("0.2.0", "vertical", {"en": "Health"})
    assert (upgraded.enabled, upgraded.config, upgraded.sort) == (False, {"region": "eu"}, 3)
    assert (upgraded.grants, upgraded.grants_digest) == ({"db": ["read"]}, "sha256:1")
    assert upgraded.edited == {"sort"}


def test_setting_a_field_back_to_the_default_ends_the_edit(table):
    (record,) = table.register([HEALTHCARE])
    edited = table.upsert(replace(record, nav=False, labels={"en": "Clinic"}))
    assert edited.edited == {"nav", "labels"}

    back = table.upsert(replace(edited, nav=True))

    assert back.edited == {"labels"}
    assert table.register([replace(HEALTHCARE, nav=False)])[0].nav is False


def test_an_upserted_record_is_stored_whole(table):
    stored = table.upsert(
        PluginRecord(
            slug="newsletter",
            kind="capability",
            enabled=False,
            config={"from": "news@acme.example"},
            nav=False,
            sort=10,
            labels={"en": "Newsletter"},
        )
    )

    assert stored == table.get("newsletter")
    assert (stored.kind, stored.enabled, stored.config, stored.nav, stored.sort) == (
        "capability",
        False,
        {"from": "news@acme.example"},
        False,
        10,
    )
    assert stored.edited == frozenset()
    assert stored.installed_at == NOON


def test_the_day_of_installation_can_be_brought_along_and_is_kept(table):
    earlier = datetime(2025, 1, 1, tzinfo=UTC)
    stored = table.upsert(PluginRecord(slug="newsletter", installed_at=earlier))

    assert table.upsert(replace(stored, enabled=False)).installed_at == earlier


def test_upserting_what_is_stored_writes_nothing(table):
    (record,) = table.register([HEALTHCARE])
    revision = table.read().revision

    assert table.upsert(record) == record
    assert table.read().revision == revision


def test_a_record_that_somebody_else_changed_is_not_overwritten(table):
    (read,) = table.register([HEALTHCARE])
    table.set_enabled("healthcare", False)

    with pytest.raises(ConflictError) as caught:
        table.upsert(replace(read, config={"a": 1}))

    assert (
        caught.value.message
        == "the record of plugin 'healthcare' was changed by somebody else: revision 2 is stored, 1 was read"
    )
    assert caught.value.hint == "read it again and repeat the change"
    assert table.get("healthcare").config == {}


def test_a_record_that_was_deleted_is_not_written_again(table):
    (read,) = table.register([HEALTHCARE])
    table.delete("healthcare")

    with pytest.raises(ConflictError, match=r"was changed by somebody else: it was deleted meanwhile$"):
        table.upsert(read)


def test_a_new_record_does_not_replace_one_that_exists(table):
    table.register([HEALTHCARE])

    with pytest.raises(ConflictError, match=r"was changed by somebody else: it exists already, with revision 1$"):
        table.upsert(PluginRecord(slug="healthcare"))


def test_the_last_wish_to_enable_or_disable_counts(table):
    table.register([HEALTHCARE])

    assert table.set_enabled("healthcare", False).enabled is False
    revision = table.read().revision
    assert table.set_enabled("healthcare", False).enabled is False
    assert table.read().revision == revision
    assert table.set_enabled("healthcare", True).enabled is True


def test_an_unknown_plugin_cannot_be_disabled_and_the_near_miss_is_named(table):
    table.register([HEALTHCARE])

    with pytest.raises(UnknownPluginError) as caught:
        table.set_enabled("healtcare", False)

    assert caught.value.message == "the store has no plugin 'healtcare'"
    assert caught.value.hint == "did you mean 'healthcare'?"


def test_an_unknown_plugin_without_a_near_miss_hints_at_the_list(table):
    with pytest.raises(UnknownPluginError) as caught:
        table.set_enabled("healthcare", True)

    assert caught.value.hint == "honeyhost list shows every plugin"


def test_deleting_says_whether_there_was_a_record(table):
    table.register([HEALTHCARE])

    assert table.delete("healthcare") is True
    revision = table.read().revision
    assert table.delete("healthcare") is False
    assert table.read().revision == revision
    assert table.get("healthcare") is None


def test_what_a_caller_does_to_its_own_values_changes_nothing_in_the_store(table):
    config = {"hosts": ["a"]}
    record = table.upsert(PluginRecord(slug="newsletter", config=config, labels={"en": "News"}))

    config["hosts"].append("b")
    for known in (record, table.get("newsletter"), *table.all()):
        known.config["hosts"].append("c")
        known.labels["de"] = "Neues"

    assert (table.get("newsletter").config, table.get("newsletter").labels) == ({"hosts": ["a"]}, {"en": "News"})


def test_of_two_manifests_with_one_name_the_last_counts(table):
    registered = table.register([HEALTHCARE, replace(HEALTHCARE, version="0.2.0")])

    assert [record.version for record in registered] == ["0.2.0", "0.2.0"]
    assert len(table.all()) == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [(object(), "Object of type object is not JSON serializable"), (float("nan"), "Out of range float values")],
)
def test_a_value_that_is_no_json_is_refused_and_nothing_is_kept(table, value, said):
    table.register([HEALTHCARE])
    before = table.read()

    with pytest.raises(StoreError, match=rf"^the (database|plugin table in memory) cannot keep this value: {said}"):
        table.upsert(PluginRecord(slug="newsletter", config={"a": value}))

    assert table.read() == before


def test_a_change_that_fails_half_way_leaves_nothing(table):
    with pytest.raises(StoreError):
        table.register([HEALTHCARE, replace(FINANCE, labels={"en": object()})])

    assert table.read() == StoredRecords()


def test_reloads_and_quarantine_are_kept_with_the_record(table):
    (record,) = table.register([HEALTHCARE])

    stored = table.upsert(replace(record, reloads=2, quarantine={"phase": "call", "count": 3}))

    assert (stored.reloads, stored.quarantine) == (2, {"phase": "call", "count": 3})
    assert table.upsert(replace(stored, quarantine=None)).quarantine is None


def test_all_records_are_read_with_the_revision_of_the_store(table):
    table.register([HEALTHCARE, FINANCE])
    table.set_enabled("healthcare", False)

    read = table.read()

    assert list(read.records) == ["finance", "healthcare"]
    assert (read.records["healthcare"], read.revision) == (table.get("healthcare"), 3)


def test_threads_that_change_one_record_at_once_lose_no_update(table):
    table.register([HEALTHCARE])

    def count_up() -> None:
        done = 0
        while done < 10:
            record = table.get("healthcare")
            with suppress(ConflictError):
                table.upsert(replace(record, config={"count": record.config.get("count", 0) + 1}))
                done += 1

    threads = [Thread(target=count_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert table.get("healthcare").config == {"count": 20}


_COUNT_UP = """
import sys
from dataclasses import replace
from honeyhost.errors import ConflictError
from honeyhost.store.database import Database
from honeyhost.store.plugins import PluginTable

table = PluginTable(Database(sys.argv[1], timeout=30))
print("ready", flush=True)
sys.stdin.readline()
conflicts = done = 0
while done < 25:
    record = table.get("healthcare")
    try:
        table.upsert(replace(record, config={"count": record.config.get("count", 0) + 1}))
        done += 1
    except ConflictError:
        conflicts += 1
print(conflicts)
"""


@pytest.mark.slow
def test_processes_that_change_one_record_at_once_lose_no_update(shared_url, run_together):
    database = Database(shared_url)
    database.migrate()
    PluginTable(database).register([HEALTHCARE])

    outputs = run_together(_COUNT_UP, shared_url, 3)

    assert all(output.isdigit() for output in outputs)
    assert PluginTable(database).get("healthcare").config == {"count": 75}
    database.close()
