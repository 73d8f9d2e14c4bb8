import pytest

from honeyhost.cli.render.colour import paint, wanted
from honeyhost.cli.render.text import Span, line, span


@pytest.mark.parametrize(
    ("when", "environ", "terminal", "coloured"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_the_option_beats_no_color_beats_force_color_beats_a_dumb_terminal(when, environ, terminal, coloured):
    assert wanted(when, environ, terminal=terminal) is coloured


def test_only_the_users_own_sixteen_colours_are_used():
    content = line(*(span("x", style) for style in ("bold", "dim", "red", "green", "yellow", "cyan")))
    assert paint(content, colour=True) == (
        "\x1b[1mx\x1b[0m\x1b[2mx\x1b[0m\x1b[31mx\x1b[0m\x1b[32mx\x1b[0m\x1b[33mx\x1b[0m\x1b[36mx\x1b[0m"
    )


def test_without_colour_only_the_text_is_left():
    assert paint(line(span("red", "red"), " plain"), colour=False) == "red plain"


@pytest.mark.parametrize("colour", [True, False])
def test_blanks_at_the_end_of_a_line_go_also_across_spans(colour):
    content = (Span("a"), Span("  ", "red"), Span("   "))
    assert paint(content, colour=colour) == "a"
