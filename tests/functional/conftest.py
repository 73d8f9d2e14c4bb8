"""
Fixtures that start the program as a shell does: with pipes, or in front of a terminal.
"""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass

import pytest

_DECIDES_ABOUT_FORM = (
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "CI", "ACCESSIBLE", "TERM"),
    *("PYTHONIOENCODING", "LC_ALL", "LANG", "_HONEYHOST_COMPLETE"),
)


@dataclass(frozen=True)
class Shown:
    """
    What a person in front of a terminal saw, and the exit code.
    """

    returncode: int
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def environment(changes):
    kept = {name: value for name, value in os.environ.items() if name not in _DECIDES_ABOUT_FORM}
    return kept | {"LC_ALL": "C.UTF-8"} | (changes or {})


@pytest.fixture
def honeyhost():
    """
    Runs ``honeyhost ARGUMENTS`` with pipes; both streams are text.
    """

    def run(*arguments, environ=None, **options):
        return subprocess.run(
            [sys.executable, "-m", "honeyhost", *arguments],
            env=environment(environ),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
            **options,
        )

    return run


@pytest.fixture
def terminal():
    """
    Runs ``honeyhost ARGUMENTS`` in front of a terminal of so many columns; what was shown has plain line ends.
    """

    def run(*arguments, columns=80, environ=None):
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(
            [sys.executable, "-m", "honeyhost", *arguments],
            env=environment({"TERM": "xterm-256color"} | (environ or {})),
            stdin=follower,
            stdout=follower,
            stderr=follower,
        )
        os.close(follower)
        shown = b""
        while chunk := _read(leader):
            shown += chunk
        os.close(leader)
        return Shown(process.wait(timeout=120), shown.decode().replace("\r\n", "\n"))

    return run


def _read(leader):
    try:
        return os.read(leader, 65536)
    except OSError:  # the way a terminal says that nobody writes to it any more
        return b""
