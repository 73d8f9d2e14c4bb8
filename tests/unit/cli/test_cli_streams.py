import io
import os

import pytest

from honeyhost.cli.render.glyphs import ASCII, NO_GLYPHS, UNICODE
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import OutputClosedError, Screen, Streams
from honeyhost.cli.wishes import Wishes


class Pipe(io.TextIOWrapper):
    def __init__(self, *, terminal, encoding="utf-8"):
        super().__init__(io.BytesIO(), encoding=encoding)
        self._terminal = terminal

    def isatty(self):
        return self._terminal


class Gone(Pipe):
    def close(self):
        pass  # an interpreter that collects it would flush it first

    def write(self, _text):
        raise BrokenPipeError

    def flush(self):
        raise BrokenPipeError


def test_the_answer_goes_to_standard_output_and_the_rest_to_standard_error(reader):
    reader.streams.answer([line("row")])
    reader.streams.aside([line("1 found")])
    reader.streams.next("honeyhost why healthcare")
    assert reader.out == "row\n"
    assert reader.err == "1 found\nnext: honeyhost why healthcare\n"


def test_beside_json_nothing_is_said(make_reader):
    reader = make_reader(wishes=Wishes(json=True))
    reader.streams.aside([line("1 found")])
    reader.streams.next("honeyhost why healthcare")
    assert reader.err == ""


def test_letters_that_the_stream_does_not_have_are_spelled_out(make_reader):
    reader = make_reader(encoding="ascii")
    reader.streams.answer([line("Zürich ", span("→", "bold"))])
    assert reader.out == "Z\\xfcrich \\u2192\n"


def test_each_stream_decides_for_itself_about_colour_and_width():
    out = Screen.of(Pipe(terminal=False), {"COLUMNS": "40"}, Wishes())
    err = Screen.of(Pipe(terminal=True), {"COLUMNS": "40"}, Wishes())
    assert (out.colour, out.width, out.terminal) == (False, None, False)
    assert (err.colour, err.width, err.terminal) == (True, 40, True)


def test_columns_beats_the_terminal_and_nonsense_in_it_counts_for_nothing():
    assert Screen.of(Pipe(terminal=True), {"COLUMNS": "many"}, Wishes()).width == 80
    assert Screen.of(Pipe(terminal=True), {"COLUMNS": "0"}, Wishes()).width == 80


def test_the_width_is_the_real_one_of_a_terminal():
    leader, follower = os.openpty()
    with os.fdopen(follower, "w") as stream:
        width = Screen.of(stream, {}, Wishes()).width
    os.close(leader)
    assert width == 80  # a new one says 0


def test_glyphs_follow_the_encoding_and_the_wish():
    assert Screen.of(Pipe(terminal=False), {}, Wishes()).glyphs == UNICODE
    assert Screen.of(Pipe(terminal=False, encoding="ascii"), {}, Wishes()).glyphs == ASCII
    assert Screen.of(Pipe(terminal=False), {}, Wishes(accessible=True)).glyphs == NO_GLYPHS


def test_a_dumb_terminal_is_known():
    assert Screen.of(Pipe(terminal=True), {"TERM": "dumb"}, Wishes()).dumb
    assert not Screen.of(Pipe(terminal=True), {"TERM": "xterm"}, Wishes()).dumb


@pytest.mark.parametrize("method", ["write", "write_utf8", "flush"])
def test_a_reader_that_has_gone_is_one_kind_of_event(method):
    screen = Screen.of(Gone(terminal=False), {}, Wishes())
    with pytest.raises(OutputClosedError):
        getattr(screen, method)(*([] if method == "flush" else ["text"]))


def test_utf8_is_written_whatever_the_stream_says(make_reader):
    reader = make_reader(encoding="ascii")
    reader.streams.out.write("first ")
    reader.streams.out.write_utf8("Zürich")
    assert reader.out == "first Zürich"


def test_a_stream_without_bytes_gets_the_text():
    stream = io.StringIO()
    Screen.of(stream, {}, Wishes()).write_utf8("Zürich")
    assert stream.getvalue() == "Zürich"


def test_the_streams_of_the_process_are_the_standard_ones(capsys):
    streams = Streams.of_process(Wishes())
    streams.answer([line("a")])
    streams.aside([line("b")])
    assert capsys.readouterr() == ("a\n", "b\n")


def test_the_answer_is_on_the_screen_before_what_is_said_beside_it():
    order = []

    class Noting(Pipe):
        def flush(self):
            order.append("out flushed")

    class Errors(Pipe):
        def write(self, text):
            order.append("err written")
            return len(text)

    out = Screen.of(Noting(terminal=False), {}, Wishes())
    err = Screen.of(Errors(terminal=False), {}, Wishes())
    Streams(out=out, err=err, wishes=Wishes()).aside([line("x")])
    assert order[:2] == ["out flushed", "err written"]
