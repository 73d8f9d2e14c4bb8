"""
What processes say of themselves, wherever it lives.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from honeyhost.store.database import Database
from honeyhost.store.instances import InstanceTable
from honeyhost.store.records import InstanceReport


@pytest.fixture
def instances(database: Database) -> InstanceTable:
    return InstanceTable(database)


@pytest.fixture
def report(clock) -> InstanceReport:
    return InstanceReport(
        id="node-1:4711",
        node="node-1",
        pid=4711,
        started_at=clock.now,
        seen_at=clock.now,
        host_version="1.0.0",
        python="3.11.7",
        revision=3,
        snapshot="sha256:1",
        plugins={"healthcare": {"version": "1.0.0", "state": "attached"}},
    )


def test_a_report_is_kept_as_it_was_given(instances, report):
    instances.report(report)

    assert instances.all() == (report,)


def test_a_new_report_takes_the_place_of_the_last_one(instances, report, clock):
    instances.report(report)
    later = replace(report, seen_at=clock.now + timedelta(seconds=5), revision=4, plugins={}, snapshot=None)

    instances.report(later)

    assert instances.all() == (later,)


def test_the_process_that_started_first_comes_first(instances, report, clock):
    older = replace(report, id="node-2:1", started_at=clock.now - timedelta(hours=1))
    twin = replace(report, id="node-1:4710")
    for one in (report, older, twin):
        instances.report(one)

    assert instances.all() == (older, twin, report)


def test_forgetting_says_whether_there_was_a_report(instances, report):
    instances.report(report)

    assert instances.forget(report.id) is True
    assert instances.forget(report.id) is False
    assert instances.all() == ()


def test_reports_that_have_grown_old_are_dropped_and_counted(instances, report, clock):
    silent = replace(report, id="node-2:1", seen_at=clock.now - timedelta(microseconds=1))
    instances.report(report)
    instances.report(silent)

    assert instances.prune(clock.now) == 1
    assert instances.all() == (report,)
    assert instances.prune(clock.now) == 0


def test_reporting_wakes_nobody(instances, report, database):
    instances.report(report)
    instances.prune(report.seen_at)
    instances.forget(report.id)

    assert database.revision() == 0
