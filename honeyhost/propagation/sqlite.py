"""
SQLite: a change is heard of by asking a connection that never writes whether others have. Standard library only.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from threading import Event
from urllib.parse import quote

_EVERY = 0.02
_RETRY = 0.1
_TIMEOUT = 1.0


class SqliteWatcher:
    """
    Asks for ``PRAGMA data_version`` on a connection of its own. The file may come later, go away and be replaced.

    Args:
        file: of the database.
        every: seconds between two questions; each costs three microseconds.
    """

    def __init__(self, file: Path, *, every: float = _EVERY) -> None:
        self._file = file
        self._every = every

    def run(self, changed: Callable[[], None], stop: Event) -> None:
        """
        Call ``changed`` after every change by another connection, until ``stop`` is set.
        """
        while not stop.is_set():
            with suppress(sqlite3.Error, OSError):
                self._follow(changed, stop)
            if not stop.is_set():
                changed()  # whatever ended it: who asks now sees that the database is away, or another one
                self._await_file(stop)

    def _follow(self, changed: Callable[[], None], stop: Event) -> None:
        identity = self._identity()
        # It only reads; but a connection that may not write leaves its log behind, as it may not take it away either.
        uri = f"file:{quote(str(self._file.absolute()))}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=_TIMEOUT, isolation_level=None)) as connection:
            seen: int | None = None
            while not stop.is_set():
                (version,) = connection.execute("PRAGMA data_version").fetchone()
                if version != seen:
                    seen = version
                    changed()
                if self._identity() != identity:
                    return
                stop.wait(self._every)

    def _await_file(self, stop: Event) -> None:
        stop.wait(_RETRY)
        while not stop.is_set() and not self._file.is_file():
            stop.wait(_RETRY)

    def _identity(self) -> tuple[int, int]:
        found = self._file.stat()
        return found.st_dev, found.st_ino
