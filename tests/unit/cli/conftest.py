import io
from datetime import UTC, datetime, timedelta

import pytest

from honeyhost.cli.app import run
from honeyhost.cli.render.glyphs import ASCII, UNICODE
from honeyhost.cli.streams import Screen, Streams
from honeyhost.cli.wishes import Wishes
from honeyhost.settings import Settings
from honeyhost.store.instances import InstanceTable
from honeyhost.store.plugins import PluginTable
from honeyhost.store.records import InstanceReport
from honeyhost.wiring import open_database


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


@pytest.fixture
def said(capsys):
    """
    Runs a command; the exit code and both streams.
    """

    def command(*words):
        code = run(words)
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def database(platform):
    """
    The database of the platform, with its tables.
    """
    return open_database(Settings.load().database_url)


@pytest.fixture
def plugins(database):
    """
    The records of the plugins.
    """
    return PluginTable(database)


@pytest.fixture
def report(database):
    """
    Lets a process say what it runs.
    """

    def reported(name, *, age=0, behind=0, snapshot=None, plugins=None):
        now = datetime.now(UTC)
        InstanceTable(database).report(
            InstanceReport(
                id=name,
                node="web",
                pid=7,
                started_at=now - timedelta(hours=1),
                seen_at=now - timedelta(seconds=age),
                host_version="0.1.0",
                python="3.11.7",
                revision=database.revision() - behind,
                snapshot=snapshot,
                plugins=plugins or {},
            )
        )

    return reported


@pytest.fixture(autouse=True)
def report_folder(tmp_path, monkeypatch):
    """
    Where the reports of mistakes go that a test provokes.
    """
    folder = tmp_path / "reports"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder
