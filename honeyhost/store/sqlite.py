"""
SQLite: which file a URL means, and what that file needs before it is shared. Standard library only.
"""

import sqlite3
import time
from pathlib import Path
from urllib.parse import quote, unquote

from honeyhost.errors import StoreUnavailableError

_SCHEMES = ("sqlite://", "sqlite+pysqlite://")
_PAUSE = 0.01


def database_file(url: str) -> Path | None:
    """
    The file behind ``sqlite:///relative`` or ``sqlite:////absolute``; None for other databases and for one in memory.

    ``%3F`` and its like are read as in any URL; :func:`url_of` writes them.
    """
    scheme = next((scheme for scheme in _SCHEMES if url.startswith(scheme)), None)
    if scheme is None:
        return None
    name = unquote(url.removeprefix(scheme).partition("?")[0].removeprefix("/"))
    return Path(name) if name and name != ":memory:" else None


def url_of(file: Path) -> str:
    """
    The URL that means this file, whatever characters its path has.
    """
    return f"sqlite:///{quote(str(file))}"


def prepare(file: Path, *, timeout: float) -> None:
    """
    Create the file, readable by its owner alone, and switch it to write-ahead logging.

    Args:
        file: It may exist already.
        timeout: Seconds to wait for other processes that do the same.

    Raises:
        StoreUnavailableError: The file cannot be created, is no database, or stayed locked.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600, exist_ok=True)
        _switch_to_wal(file, timeout)
    except (OSError, sqlite3.Error) as error:
        raise StoreUnavailableError(
            f"the database {file} cannot be used: {getattr(error, 'strerror', None) or error}",
            hint="see the setting database_url: the file and its folder must be writable",
        ) from error


def _switch_to_wal(file: Path, timeout: float) -> None:
    """
    The mode stays in the file. The switch asks for a lock without waiting for it (unlike every other statement), so that of
    several processes that start at once some are refused: they try again.
    """
    connection = sqlite3.connect(file, timeout=timeout, isolation_level=None)
    deadline = time.monotonic() + timeout
    try:
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)
            else:
                return
    finally:
        connection.close()
