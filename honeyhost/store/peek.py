"""
The light reader: an SQLite store asked without SQLAlchemy and without touching anything.

Commands that only look (``list``, ``why``) would otherwise spend most of their time on importing the database library. What
is read is said by ``record_reader`` and ``deciders``.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from honeyhost.store.sqlite import database_file

_TIMEOUT = 2.0

T = TypeVar("T")


def read_with(url: str, read: Callable[[sqlite3.Connection, int], T]) -> T | None:
    """
    What a function reads in the SQLite file behind the URL, given the revision that it is read at.

    None where it cannot be read this way: another database, no file, no permission, or no tables of honeyhost in it.
    """
    file = database_file(url)
    if file is None or not file.is_file():
        return None
    uri = f"file:{quote(str(file.absolute()))}?mode=ro"
    try:
        return _read(uri if _in_use(file) else f"{uri}&immutable=1", read)
    except (sqlite3.Error, ValueError):
        return None


def _in_use(file: Path) -> bool:
    """
    While nobody has the file open there is no log beside it: then it can be read as it lies (``immutable``), which needs no
    right to write and leaves no files behind. Whoever starts to write meanwhile begins a log and leaves the file alone.
    """
    return file.with_name(f"{file.name}-wal").exists()


def _read(uri: str, read: Callable[[sqlite3.Connection, int], T]) -> T | None:
    with closing(sqlite3.connect(uri, uri=True, timeout=_TIMEOUT, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        row = connection.execute("SELECT value FROM hh_revision").fetchone()
        return read(connection, row[0]) if row else None
