"""
The rate of changes, by a clock that is turned by hand.
"""

import pytest

from honeyhost.api import limits
from honeyhost.api.limits import Rate


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_minutes_worth_may_come_at_once_and_no_more(clock):
    rate = Rate(60, now=clock)
    waits = [rate.take("a") for _ in range(1000)]
    assert waits[:60] == [0.0] * 60
    assert all(wait == pytest.approx(1.0) for wait in waits[60:])


def test_after_the_time_that_was_told_one_more_is_taken(clock):
    rate = Rate(6, now=clock)
    for _ in range(6):
        rate.take("a")
    clock.now += rate.take("a")
    assert rate.take("a") == 0.0
    assert rate.take("a") > 0


def test_waiting_longer_than_a_minute_saves_nothing_up(clock):
    rate = Rate(3, now=clock)
    clock.now += 3600
    assert [rate.take("a") > 0 for _ in range(4)] == [False, False, False, True]


def test_callers_do_not_use_up_each_others_share(clock):
    rate = Rate(1, now=clock)
    assert (rate.take("a"), rate.take("b")) == (0.0, 0.0)
    assert rate.take("a") > 0


def test_a_bounded_number_of_callers_is_remembered(clock, monkeypatch):
    monkeypatch.setattr(limits, "_MOST_CALLERS", 3)
    rate = Rate(1, now=clock)
    for number in range(10):
        rate.take(str(number))
    assert len(rate._buckets) == 3
    assert rate.take("9") > 0
