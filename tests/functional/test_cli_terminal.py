"""
The program in front of a real terminal: colour, width, glyphs and progress.
"""

import re

import pytest

WHY = "host-too-old: needs host >=2.1, this host is 0.1.0"


@pytest.fixture
def furnished(platform):
    platform.add("finance")
    platform.add("healthcare", {"requires_host": ">=2.1"})
    return platform


def bare(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_terminal_gets_the_users_own_colours(furnished, terminal):
    text = terminal("list", columns=100).text
    assert "\x1b[32m✓ \x1b[0m\x1b[1mfinance\x1b[0m" in text
    assert "\x1b[31mrejected\x1b[0m" in text
    assert "\x1b[36mhost-too-old\x1b[0m" in text
    assert set(re.findall(r"\x1b\[([0-9;]*)m", text)) <= {"0", "1", "2", "31", "32", "33", "36"}


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])
def test_a_terminal_gets_none_where_none_is_wanted(furnished, terminal, environ):
    assert "\x1b" not in terminal("list", environ=environ).text


def test_the_option_beats_the_environment(furnished, terminal):
    assert "\x1b[32m" in terminal("list", "--color", "always", environ={"NO_COLOR": "1"}).text
    assert "\x1b" not in terminal("list", "--color=never", environ={"FORCE_COLOR": "1"}).text


def test_a_dumb_terminal_can_be_forced(furnished, terminal):
    assert "\x1b[32m" in terminal("list", environ={"TERM": "dumb", "FORCE_COLOR": "1"}).text


def test_at_eighty_columns_everything_stands_in_one_table(furnished, terminal):
    lines = bare(terminal("list").text).splitlines()
    assert lines[0] == "  PLUGIN      VERSION  STATE     FROM    WHY"
    assert lines[1] == "✓ finance     1.0.0    accepted  folder"
    assert lines[2] == "✗ healthcare  1.0.0    rejected  folder  host-too-old: needs host >=2.1, this"
    assert lines[3] == "                                         host is 0.1.0"
    assert lines[-2:] == ["2 found: 1 accepted, 1 rejected", "next: honeyhost why healthcare"]


def test_columns_wins_over_the_terminal(furnished, terminal):
    lines = bare(terminal("list", columns=80, environ={"COLUMNS": "200"}).text).splitlines()
    assert lines[2] == f"✗ healthcare  1.0.0    rejected  folder  {WHY}"


def test_a_narrow_terminal_loses_the_origin_first(furnished, terminal):
    lines = bare(terminal("list", columns=70).text).splitlines()
    assert lines[0] == "  PLUGIN      VERSION  STATE     WHY"
    assert all(len(line) <= 70 for line in lines)


def test_a_very_narrow_terminal_gets_blocks_and_nothing_is_cut(furnished, terminal):
    lines = bare(terminal("list", columns=40).text).splitlines()
    assert lines[:3] == ["✓ finance  accepted", "    version 1.0.0", "    from folder"]
    assert "".join(lines).replace(" ", "").count(WHY.replace(" ", "")) == 1


def test_pipes_are_never_wrapped_or_cut(furnished, honeyhost):
    assert honeyhost("list", environ={"COLUMNS": "40"}).stdout.splitlines()[2].endswith(WHY)


def test_paths_stay_whole_also_where_they_are_wider_than_the_terminal(furnished, terminal):
    text = bare(terminal("why", "healthcare", columns=40).text)
    assert f"{furnished.install}/plugins/healthcare/plugin.yaml:8:16" in text


def test_json_on_a_terminal_has_no_colour_and_is_indented(furnished, terminal):
    text = terminal("list", "--json").text
    assert text.startswith('{\n  "version": 1,\n')
    assert "\x1b" not in text


def test_on_a_terminal_quick_work_draws_no_progress(furnished, terminal):
    shown = terminal("plan", "--no-progress")
    assert shown.returncode == 0
    assert "importing" not in shown.text


def test_for_a_screen_reader_each_step_is_a_line_without_glyphs(furnished, terminal):
    shown = terminal("plan", "--accessible")
    assert "importing finance" in shown.lines
    assert "\r" not in shown.text
    assert "\x1b[K" not in shown.text


def test_help_and_its_mistakes_fit_the_terminal(terminal):
    assert all(len(line) <= 80 for line in terminal("check", "--help").lines)
    assert bare(terminal("lsit").text) == "error[wrong-use]: there is no command 'lsit'\nhelp: did you mean list?\n"


def test_errors_are_coloured_on_their_own_stream(terminal):
    assert "\x1b[31merror\x1b[0m[\x1b[36mwrong-use\x1b[0m]: " in terminal("lsit").text
