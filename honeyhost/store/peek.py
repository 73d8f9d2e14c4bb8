"""
The light reader: which plugins are enabled, without SQLAlchemy and without touching anything.

Commands that only look (``list``, ``why``) would otherwise spend most of their time on importing the database library.
Whole records are read by ``record_reader``, which is this one with the values of the store.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from honeyhost.store.sqlite import database_file

_TIMEOUT = 2.0

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Flags:
    """
    The enabled wish of every recorded plugin, and the revision of the store that it was read at.
    """

    enabled: Mapping[str, bool] = field(default_factory=dict)
    revision: int = 0

    def is_enabled(self, slug: str) -> bool:
        """
        Whether the plugin is wanted; one without a record is.
        """
        return self.enabled.get(slug, True)


def read_flags(url: str) -> Flags | None:
    """
    The flags in the SQLite file behind the URL.

    None where they cannot be read this way: another database, no file, no permission, or no tables of honeyhost in it.
    """
    return read_with(url, _flags)


def read_with(url: str, read: Callable[[sqlite3.Connection, int], T]) -> T | None:
    """
    What a function reads in the SQLite file behind the URL, given the revision that it is read at; None as for the flags.
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


def _flags(connection: sqlite3.Connection, revision: int) -> Flags:
    rows = connection.execute("SELECT slug, enabled FROM hh_plugins ORDER BY slug").fetchall()
    return Flags(enabled={slug: bool(flag) for slug, flag in rows}, revision=revision)
