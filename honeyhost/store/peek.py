"""
The light reader: which plugins are enabled, without SQLAlchemy and without touching anything.

Commands that only look (``list``, ``why``) would otherwise spend most of their time on importing the database library.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from honeyhost.store.sqlite import database_file

_TIMEOUT = 2.0


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
    file = database_file(url)
    if file is None or not file.is_file():
        return None
    uri = f"file:{quote(str(file.absolute()))}?mode=ro"
    try:
        return _read(uri if _in_use(file) else f"{uri}&immutable=1")
    except sqlite3.Error:
        return None


def _in_use(file: Path) -> bool:
    """
    While nobody has the file open there is no log beside it: then it can be read as it lies (``immutable``), which needs no
    right to write and leaves no files behind. Whoever starts to write meanwhile begins a log and leaves the file alone.
    """
    return file.with_name(f"{file.name}-wal").exists()


def _read(uri: str) -> Flags | None:
    with closing(sqlite3.connect(uri, uri=True, timeout=_TIMEOUT, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        enabled = connection.execute("SELECT slug, enabled FROM hh_plugins ORDER BY slug").fetchall()
        row = connection.execute("SELECT value FROM hh_revision").fetchone()
    return Flags(enabled={slug: bool(flag) for slug, flag in enabled}, revision=row[0]) if row else None
