from datetime import UTC, datetime, timedelta

import pytest

from honeyhost.cli.render.moments import moment, span_of

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(), "now"),
        (timedelta(seconds=1), "1 second ago"),
        (timedelta(seconds=59), "59 seconds ago"),
        (timedelta(minutes=4, seconds=50), "4 minutes ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=61), "2 months ago"),
        (timedelta(hours=-2), "in 2 hours"),
    ],
)
def test_people_in_front_of_a_terminal_read_how_long_ago(away, said):
    assert moment(NOW - away, terminal=True, now=NOW) == said


def test_programs_read_the_moment_with_its_zone():
    assert moment(NOW, terminal=False) == "2026-11-25T12:00:00+00:00"


def test_the_clock_is_the_one_on_the_wall():
    assert moment(datetime.now(UTC) - timedelta(days=2), terminal=True) == "2 days ago"
    assert span_of(timedelta(days=400)) == "13 months"
