"""
Refusals on their way into the audit.
"""

import logging
import threading

import pytest

from honeyhost.errors import StoreUnavailableError
from honeyhost.refusals import Refusals
from honeyhost.services.refusal import Refusal

FIRST = Refusal("clinic", "db_query", "db:read:core_org", "permission-not-granted")
SECOND = Refusal("clinic", "cache_get", "cache:read:beds", "permission-not-granted")


class Audit:
    def __init__(self):
        self.written = []
        self.error = None
        self.may_write = threading.Event()
        self.may_write.set()

    @property
    def audit(self):
        return self

    def add(self, actor, action, target, details):
        assert self.may_write.wait(10)
        if self.error is not None:
            raise self.error
        self.written.append((actor, action, target, details["operation"], details["grant"], details["times"]))


class Clock:
    seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def audit():
    return Audit()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def refusals(audit, clock):
    made = Refusals(lambda: audit, now=clock)
    yield made
    made.end()


def test_a_refusal_is_audited_and_logged(refusals, audit, caplog):
    refusals.add(FIRST)
    assert refusals.flush(10)
    assert audit.written == [("plugin:clinic", "operation.refused", "clinic", "db_query", "db:read:core_org", 1)]
    [record] = caplog.records
    assert record.getMessage() == "plugin 'clinic' was refused db_query: db:read:core_org"
    assert (record.levelno, record.plugin) == (logging.WARNING, "clinic")


def test_the_same_refusal_is_one_record_a_minute_with_how_often_it_came(refusals, audit, clock):
    for _ in range(5):
        refusals.add(FIRST)
        assert refusals.flush(10)
    refusals.add(SECOND)
    clock.seconds += 61
    refusals.add(FIRST)
    assert refusals.flush(10)
    assert [(row[3], row[5]) for row in audit.written] == [("db_query", 1), ("cache_get", 1), ("db_query", 5)]


def test_what_was_held_back_is_written_at_the_end(refusals, audit):
    for _ in range(5):
        refusals.add(FIRST)
    refusals.end()
    assert sum(row[5] for row in audit.written) == 5


def test_nobody_waits_for_the_database(refusals, audit):
    audit.may_write.clear()
    refusals.add(FIRST)
    refusals.add(SECOND)
    assert not refusals.flush(0.01)
    audit.may_write.set()
    assert refusals.flush(10)
    assert len(audit.written) == 2


@pytest.mark.parametrize("error", [StoreUnavailableError("the database is away"), ModuleNotFoundError("no sqlalchemy")])
def test_an_audit_that_cannot_be_written_is_told_and_the_next_one_is_tried(refusals, audit, caplog, error):
    audit.error = error
    refusals.add(FIRST)
    assert refusals.flush(10)
    assert "a refusal of plugin 'clinic' cannot be audited" in caplog.text
    audit.error = None
    refusals.add(SECOND)
    assert refusals.flush(10)
    assert [row[3] for row in audit.written] == ["cache_get"]


def test_after_an_end_it_begins_again(refusals, audit, clock):
    refusals.add(FIRST)
    refusals.end()
    refusals.end()
    refusals.add(SECOND)
    assert refusals.flush(10)
    assert [row[3] for row in audit.written] == ["db_query", "cache_get"]


def test_what_is_remembered_has_a_bound(refusals, audit):
    for number in range(1100):
        refusals.add(FIRST._replace(grant=f"db:read:t{number}"))
    assert refusals.flush(30)
    assert len(audit.written) == 1100
    assert len(refusals._written) == 1024
