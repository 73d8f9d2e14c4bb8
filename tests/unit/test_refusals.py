"""
Refusals on their way into the audit.
"""

import logging
import threading

import pytest

from honeyhost.errors import StoreUnavailableError
from honeyhost.refusals import Refusals
from honeyhost.services.refusal import Refusal
from honeyhost.work.refusal import RunRefusal

FIRST = Refusal("clinic", "db_query", "db:read:core_org", "permission-not-granted")
SECOND = Refusal("clinic", "cache_get", "cache:read:beds", "permission-not-granted")


class Audit:
    def __init__(self):
        self.written = []
        self.error = None
        self.may_write = threading.Event()
        self.may_write.set()
        self.came = threading.Event()

    @property
    def audit(self):
        return self

    def add(self, actor, action, target, details):
        assert self.may_write.wait(10)
        if self.error is not None:
            raise self.error
        count = details.get("times", details.get("others"))
        self.written.append((actor, action, target, details.get("operation"), details.get("grant"), count))
        if len(self.written) == 2:
            self.came.set()


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


def test_the_same_refusal_is_two_records_a_minute_with_how_often_it_came(refusals, audit, clock):
    for _ in range(5):
        refusals.add(FIRST)
        assert refusals.flush(10)
    refusals.add(SECOND)
    assert refusals.flush(10)
    assert [(row[3], row[5]) for row in audit.written] == [("db_query", 1), ("cache_get", 1)]
    clock.seconds += 61
    refusals.add(FIRST)
    assert refusals.flush(10)
    assert [(row[3], row[5]) for row in audit.written[2:]] == [("db_query", 4), ("db_query", 1)]


def test_whoever_asks_for_thousands_of_things_is_a_few_records_a_minute(refusals, audit, clock):
    for number in range(5000):
        refusals.add(FIRST._replace(grant=f"db:read:t{number}"))
    assert refusals.flush(10)
    assert [(row[4], row[5]) for row in audit.written] == [(f"db:read:t{number}", 1) for number in range(5)]
    clock.seconds += 61
    assert refusals.flush(10)
    assert audit.written[5:] == [("plugin:clinic", "operation.refused", "clinic", "db_query", "", 4995)]
    assert refusals._minutes == {}


def test_callers_that_lack_a_permission_are_held_together_by_who_they_are(refusals, audit):
    for number in range(10):
        refusals.add(RunRefusal("token:ada", "clinic", f"clinic.c{number}", "clinic.read"))
    refusals.end()
    assert len(audit.written) == 6


def test_what_was_held_back_is_written_at_the_end(refusals, audit):
    for _ in range(5):
        refusals.add(FIRST)
    refusals.end()
    assert sum(row[5] for row in audit.written) == 5


def test_what_is_left_of_a_minute_is_written_without_another_refusal(audit):
    made = Refusals(lambda: audit)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("honeyhost.refusals._MINUTE", 0.05)
        made.add(FIRST)
        made.add(FIRST)
    assert audit.came.wait(10)
    assert [row[5] for row in audit.written] == [1, 1]
    made.end()


def test_an_end_that_takes_too_long_gives_up_and_leaves_no_writer(refusals, audit, caplog):
    audit.may_write.clear()
    for number in range(3):
        refusals.add(FIRST._replace(operation=f"op{number}"))
    thread = refusals._thread
    refusals.end(0.05)
    assert "could not be audited in 0.05 s" in caplog.text
    audit.may_write.set()
    thread.join(10)
    assert not thread.is_alive()
    assert len(audit.written) == 1


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
