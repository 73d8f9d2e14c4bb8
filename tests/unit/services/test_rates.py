"""
How often within a minute.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeyhost.services.rates import Window


class Clock:
    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


@given(
    steps=st.lists(st.tuples(st.floats(0, 90), st.integers(1, 5)), max_size=60),
    per_minute=st.integers(0, 8),
)
def test_never_more_than_the_limit_within_any_sixty_seconds(steps, per_minute):
    clock, taken = Clock(), []
    window = Window(clock)
    for pause, wanted in steps:
        clock.seconds += pause
        taken += [clock.seconds for _ in range(wanted) if window.take(per_minute) == 0.0]
    for moment in taken:
        assert sum(moment - 60 < other <= moment for other in taken) <= per_minute


@given(pauses=st.lists(st.floats(0, 90), min_size=1, max_size=40))
def test_whoever_waits_as_long_as_is_said_may_go_on(pauses):
    clock = Clock()
    window = Window(clock)
    for pause in pauses:
        clock.seconds += pause
        wait = window.take(2)
        if wait:
            clock.seconds += wait
            assert window.take(2) == 0.0


def test_what_is_older_than_a_minute_is_forgotten():
    clock = Clock()
    window = Window(clock)
    assert [window.take(2) == 0.0 for _ in range(3)] == [True, True, False]
    clock.seconds += 10_000
    assert [window.take(2) == 0.0 for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("seconds", [0, 1, 30, 59])
def test_the_seconds_to_wait_are_those_until_the_oldest_is_forgotten(seconds):
    clock = Clock()
    window = Window(clock)
    window.take(1)
    clock.seconds += seconds
    assert window.take(1) == 61 - seconds
