"""
When a plugin that went down is started again.
"""

from honeyhost.manager.restarts import Restarts


def restarted(restarts, now):
    assert restarts.went_down(now)
    due = restarts.due
    restarts.begun(due)
    return due - now


def test_the_wait_doubles_from_five_seconds_to_five_minutes():
    restarts, now, waits = Restarts(), 0.0, []
    for _ in range(9):
        waits.append(restarted(restarts, now))
        now += 700.0  # far enough for nothing to be counted in the window
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]


def test_going_down_again_before_the_restart_changes_nothing():
    restarts = Restarts()
    assert restarts.went_down(0.0)
    assert restarts.went_down(3.0)
    assert restarts.due == 5.0


def test_the_sixth_time_in_ten_minutes_is_one_too_many():
    restarts = Restarts()
    for number in range(5):
        restarts.well()
        restarted(restarts, 60.0 * number)
    assert not restarts.went_down(300.0)
    assert restarts.due is None
    assert restarts.made == 5
    assert restarts.went_down(700.0)


def test_feeling_well_makes_the_next_wait_short_again():
    restarts = Restarts()
    assert [restarted(restarts, 0.0), restarted(restarts, 50.0)] == [5, 10]
    restarts.well()
    assert restarted(restarts, 100.0) == 5
