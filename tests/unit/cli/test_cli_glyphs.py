import pytest

from honeyhost.cli.render.glyphs import ASCII, NO_GLYPHS, UNICODE, glyphs_for
from honeyhost.cli.render.text import Span


@pytest.mark.parametrize(("encoding", "glyphs"), [("utf-8", UNICODE), ("ascii", ASCII), ("latin-1", ASCII), ("no-such", ASCII)])
def test_a_stream_without_the_letters_gets_ascii(encoding, glyphs):
    assert glyphs_for(encoding) == glyphs


def test_readers_who_ask_for_none_get_none():
    assert glyphs_for("utf-8", accessible=True) == NO_GLYPHS
    assert NO_GLYPHS.mark("bad") == Span("", "red")


def test_a_mark_has_its_colour_and_one_blank_behind_it():
    assert UNICODE.mark("good") == Span("✓ ", "green")
    assert ASCII.mark("bad") == Span("x ", "red")
    assert ASCII.mark("off") == Span("- ", "dim")
    assert UNICODE.mark("none") == Span("  ")
