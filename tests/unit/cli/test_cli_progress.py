import pytest

from honeyhost.cli.progress import Progress, mode_for
from honeyhost.cli.wishes import Wishes


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("terminal", "wishes", "mode"),
    [
        (True, Wishes(), "redrawn"),
        (True, Wishes(accessible=True), "spoken"),
        (True, Wishes(progress=False), "none"),
        (True, Wishes(json=True), "none"),
        (False, Wishes(), "plain"),
        (False, Wishes(progress=False), "none"),
    ],
)
def test_progress_is_drawn_only_on_terminals(make_reader, terminal, wishes, mode):
    assert mode_for(make_reader(terminal=terminal, width=80, wishes=wishes).streams) == mode


def test_where_no_terminal_reads_each_step_is_a_line_on_standard_error(reader):
    with Progress(reader.streams, "plain") as progress:
        progress("importing healthcare")
        progress("importing finance")
    assert reader.err == "importing healthcare\nimporting finance\n"
    assert reader.out == ""


def test_nothing_is_drawn_before_half_a_second_has_passed(make_reader):
    reader, clock = make_reader(terminal=True, width=80), Clock()
    progress = Progress(reader.streams, "redrawn", clock=clock)
    progress("importing healthcare")
    clock.now = 0.4
    progress.tick()
    assert reader.err == ""
    clock.now = 0.6
    progress.tick()
    assert reader.err == "\r\x1b[Kimporting healthcare"


def test_the_line_is_drawn_again_only_for_another_step_and_goes_at_the_end(make_reader):
    reader, clock = make_reader(terminal=True, width=80), Clock()
    progress = Progress(reader.streams, "redrawn", clock=clock)
    progress.tick()
    clock.now = 1.0
    for step in ("one", "one", "two"):
        progress(step)
        progress.tick()
    progress.__exit__(None, None, None)
    assert reader.err == "\r\x1b[Kone\r\x1b[Ktwo\r\x1b[K"


def test_the_line_fits_the_terminal_and_shows_no_escapes(make_reader):
    reader, clock = make_reader(terminal=True, width=10), Clock()
    progress = Progress(reader.streams, "redrawn", clock=clock)
    progress("\x1b[2J日本 and more")
    clock.now = 1.0
    progress.tick()
    assert reader.err == "\r\x1b[K\\x1b[2J日"


def test_a_listener_hears_each_step_and_that_it_goes_on(make_reader):
    reader = make_reader(terminal=True, width=80)
    progress = Progress(reader.streams, "spoken")
    progress("unpacking")
    progress.tick()
    assert reader.err == "unpacking\nstill working: unpacking\n"


def test_nothing_is_told_to_those_who_asked_for_nothing(reader):
    with Progress(reader.streams, "none") as progress:
        progress("importing healthcare")
    assert reader.err == ""


def test_the_teller_runs_beside_the_work_and_ends_with_it(make_reader):
    reader = make_reader(terminal=True, width=80)
    with Progress(reader.streams, "redrawn") as progress:
        thread = progress._thread
        assert thread.is_alive()
        progress("quick")
    assert not thread.is_alive()
    assert reader.err == ""


def test_the_teller_ends_where_nobody_reads_any_more(make_reader, monkeypatch):
    monkeypatch.setattr("honeyhost.cli.progress.REMINDER", 0.001)
    reader = make_reader(terminal=True, width=80)
    reader.streams.err.stream.write = _gone
    progress = Progress(reader.streams, "spoken")
    progress._text = "unpacking"
    progress._tell()
    assert progress._over.is_set()


def _gone(_text):
    raise BrokenPipeError
