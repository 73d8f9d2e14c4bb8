import pytest

from honeyhost.cli.wishes import Wishes


def test_without_words_everything_is_decided_by_the_stream():
    assert Wishes.of([], {}) == Wishes()


@pytest.mark.parametrize(
    ("arguments", "wishes"),
    [
        (["list", "--json"], Wishes(json=True)),
        (["check", "--format", "json"], Wishes(json=True)),
        (["check", "--format=json"], Wishes(json=True)),
        (["check", "--format", "text"], Wishes()),
        (["check", "--format"], Wishes()),
        (["--color", "never", "list"], Wishes(colour="never")),
        (["list", "--color=always"], Wishes(colour="always")),
        (["list", "--color=auto"], Wishes()),
        (["list", "--color=pink"], Wishes()),
        (["list", "--color=never", "--color=always"], Wishes(colour="always")),
        (["list", "--debug", "--no-progress", "--accessible"], Wishes(debug=True, progress=False, accessible=True)),
        (["why", "--", "--json"], Wishes()),
    ],
)
def test_the_words_are_found_before_the_command_line_is_understood(arguments, wishes):
    assert Wishes.of(arguments, {}) == wishes


def test_continuous_integration_means_no_progress():
    assert not Wishes.of([], {"CI": "1"}).progress
    assert Wishes.of([], {"CI": "false"}).progress


def test_accessible_may_be_said_in_the_environment():
    assert Wishes.of([], {"ACCESSIBLE": "1"}).accessible
    assert not Wishes.of([], {"ACCESSIBLE": "0"}).accessible
