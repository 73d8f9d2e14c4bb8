"""
The audit, wherever it lives.
"""

from datetime import timedelta

import pytest

from honeyhost.errors import StoreError, UsageError
from honeyhost.store.audit import LARGEST_DETAILS, AuditTable
from honeyhost.store.database import Database
from honeyhost.store.records import AuditRecord


@pytest.fixture
def audit(database: Database, clock) -> AuditTable:
    return AuditTable(database, now=clock, keep=3)


def targets(records) -> list[str]:
    return [record.target for record in records]


def test_a_record_says_who_did_what_to_what_and_when(audit, clock):
    written = audit.add("cli:ada", "plugin.enable", "healthcare", {"before": {"nav": True}})

    assert audit.all() == (written,)
    assert written == AuditRecord(
        id=written.id,
        at=clock.now,
        actor="cli:ada",
        action="plugin.enable",
        target="healthcare",
        details={"before": {"nav": True}},
    )


def test_the_newest_record_comes_first_whatever_the_clock_says(audit, clock):
    audit.add("host", "plugin.enable", "finance")
    clock.now -= timedelta(days=1)
    audit.add("host", "plugin.enable", "healthcare")

    assert targets(audit.all()) == ["healthcare", "finance"]


def test_only_so_many_records_are_kept(audit):
    for number in range(5):
        audit.add("host", "plugin.enable", f"plugin-{number}")

    assert targets(audit.all()) == ["plugin-4", "plugin-3", "plugin-2"]


def test_a_page_follows_the_record_that_it_is_asked_for_before(audit):
    for number in range(3):
        audit.add("host", "plugin.enable", f"plugin-{number}")

    first = audit.all(limit=2)

    assert targets(first) == ["plugin-2", "plugin-1"]
    assert targets(audit.all(limit=2, before=first[-1].id)) == ["plugin-0"]


def test_records_can_be_asked_for_by_target_and_by_actor(audit):
    audit.add("cli:ada", "plugin.enable", "healthcare")
    audit.add("host", "plugin.quarantine", "healthcare")
    audit.add("cli:ada", "plugin.enable", "finance")

    assert targets(audit.all(actor="cli:ada")) == ["finance", "healthcare"]
    assert [record.actor for record in audit.all(target="healthcare")] == ["host", "cli:ada"]
    assert audit.all(target="healthcare", actor="nobody") == ()


@pytest.mark.parametrize("limit", [0, -1])
def test_a_list_of_no_records_is_refused(audit, limit):
    with pytest.raises(UsageError) as caught:
        audit.all(limit=limit)

    assert (caught.value.message, caught.value.hint) == (f"a list of {limit} records is none", "ask for at least one")


def test_details_that_are_too_large_are_left_out_and_the_record_says_so(audit):
    fits = {"a": "x" * (LARGEST_DETAILS - len('{"a": ""}'))}
    assert audit.add("host", "plugin.configure", "healthcare", fits).details == fits

    audit.add("host", "plugin.configure", "healthcare", {"a": fits["a"] + "x"})

    assert audit.all(limit=1)[0].details == {"left_out": f"{LARGEST_DETAILS + 1} characters of details"}


def test_details_that_are_no_json_are_refused(audit):
    with pytest.raises(StoreError, match=r"^the database cannot keep this value: Object of type object"):
        audit.add("host", "plugin.configure", "healthcare", {"a": object()})

    assert audit.all() == ()


def test_writing_down_is_no_change_of_the_store(audit, database):
    audit.add("host", "plugin.enable", "healthcare")

    assert database.revision() == 0
