import io

import pytest

from honeyhost.cli.render.glyphs import ASCII, UNICODE
from honeyhost.cli.streams import Screen, Streams
from honeyhost.cli.wishes import Wishes


class Reader:
    """
    Somebody in front of two streams: what was shown to them, and streams to give to a command.
    """

    def __init__(self, *, terminal=False, width=None, colour=False, encoding="utf-8", wishes=None):
        self._out, self._err = io.BytesIO(), io.BytesIO()
        glyphs = UNICODE if encoding == "utf-8" else ASCII
        facts = {"terminal": terminal, "dumb": False, "colour": colour, "width": width, "glyphs": glyphs}
        self.streams = Streams(
            out=Screen(stream=io.TextIOWrapper(self._out, encoding=encoding), **facts),
            err=Screen(stream=io.TextIOWrapper(self._err, encoding=encoding), **facts),
            wishes=wishes or Wishes(),
        )

    @property
    def out(self) -> str:
        self.streams.out.flush()
        return self._out.getvalue().decode()

    @property
    def err(self) -> str:
        self.streams.err.flush()
        return self._err.getvalue().decode()


@pytest.fixture
def reader():
    return Reader()


@pytest.fixture
def make_reader():
    return Reader


@pytest.fixture(autouse=True)
def report_folder(tmp_path, monkeypatch):
    """
    Where the reports of mistakes go that a test provokes.
    """
    folder = tmp_path / "reports"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder
