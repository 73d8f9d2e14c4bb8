from hypothesis import given
from hypothesis import strategies as st

from honeyhost.cli.render.text import (
    Span,
    cells,
    indented,
    joined,
    line,
    line_cells,
    padded,
    span,
    wrapped,
)
from honeyhost.names import hidden_characters


def plain(content):
    return "".join(part.text for part in content)


def test_a_span_shows_escapes_and_bidi_overrides_instead_of_obeying_them():
    assert span("a\x1b[31mb\u202ec\u2066\x9b\nd").text == r"a\x1b[31mb\u202ec\u2066\x9b d"


def test_strings_of_a_line_become_visible_text_too():
    assert line("a\x07", span("b", "bold")) == (Span(r"a\x07"), Span("b", "bold"))


def test_wide_characters_take_two_cells_and_combining_marks_none():
    assert cells("abc") == 3
    assert cells("日本") == 4
    assert cells("e\u0301") == 1
    assert cells("\uff21") == 2
    assert cells("نص") == 2


def test_padding_counts_cells_and_never_cuts():
    assert plain(padded(line("日本"), 6)) == "日本  "
    assert padded(line("longer"), 3) == line("longer")


def test_a_line_without_a_width_is_never_broken():
    long = line("word " * 500)
    assert wrapped(long, None) == [long]


def test_lines_break_at_blanks_and_keep_the_styles_of_their_words():
    broken = wrapped(line(span("code", "cyan"), ": some words"), 10)
    assert broken == [
        (Span("code", "cyan"), Span(":"), Span(" "), Span("some")),
        (Span("words"),),
    ]


def test_a_word_wider_than_the_width_stays_whole():
    assert [plain(part) for part in wrapped(line("a /very/long/path/plugin.yaml b"), 10)] == [
        "a",
        "/very/long/path/plugin.yaml",
        "b",
    ]


def test_indentation_and_joining_leave_out_what_is_empty():
    assert indented(line("x"), 0) == line("x")
    assert plain(indented(line("x"), 2)) == "  x"
    assert plain(joined([line("a"), (), line("b")], "  ")) == "a  b"


@given(st.text(), st.integers(1, 80))
def test_wrapping_loses_no_word_and_fits_whatever_can_fit(text, width):
    content = line(text)
    parts = wrapped(content, width)
    assert "".join(map(plain, parts)).replace(" ", "") == plain(content).replace(" ", "")
    assert all(line_cells(part) <= width or " " not in plain(part).strip() for part in parts)


@given(st.text())
def test_no_hidden_character_survives_in_a_span(text):
    assert hidden_characters(span(text).text) == ()
