from datetime import UTC, datetime, timedelta

import pytest

from honeyhost.propagation.drift import Drift
from honeyhost.propagation.instances import Instance, is_stale


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 25, tzinfo=UTC)

    def __call__(self):
        return self.now

    def later(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def drift(clock):
    return Drift(timedelta(seconds=10), now=clock)


def test_a_process_that_is_behind_in_nothing_has_not_drifted(drift):
    assert (drift.facts, drift.since, drift.drifted) == ((), None, False)


def test_it_has_drifted_after_the_grace_time_and_not_before(drift, clock):
    assert drift.found("database", "away")
    clock.later(10)
    assert not drift.drifted
    clock.later(0.1)
    assert drift.drifted
    assert drift.mended("database")
    assert not drift.drifted
    assert not drift.mended("database")


def test_a_fact_found_again_keeps_its_moment_and_is_no_news(drift, clock):
    began = clock.now
    drift.found("database", "away")
    clock.later(5)
    assert not drift.found("database", "away")
    assert drift.found("database", "away, and the password is wrong")
    assert [fact.since for fact in drift.facts] == [began]


def test_facts_stand_by_age_and_each_plugin_has_its_own(drift, clock):
    drift.found("plugin", "needs a restart", plugin="zoo", hint="restart")
    clock.later(1)
    drift.found("plugin", "failed", plugin="clinic")
    drift.found("database", "away")
    assert [(fact.kind, fact.plugin) for fact in drift.facts] == [("plugin", "zoo"), ("database", None), ("plugin", "clinic")]
    drift.keep_plugins(frozenset({"clinic"}))
    assert [fact.plugin for fact in drift.facts] == [None, "clinic"]
    assert drift.since == clock.now


def test_two_instances_are_never_the_same(clock):
    one, other = (Instance.of_this_process("1.0", now=clock) for _ in range(2))
    assert one.id != other.id
    assert (one.pid, one.started_at, one.host_version) == (other.pid, clock.now, "1.0")


def test_a_process_is_gone_when_it_has_been_silent_for_half_a_minute(clock):
    report = Instance.of_this_process("1.0", now=clock).report(revision=1, snapshot=None, plugins={}, at=clock.now)
    clock.later(30)
    assert not is_stale(report, clock.now)
    clock.later(1)
    assert is_stale(report, clock.now)
