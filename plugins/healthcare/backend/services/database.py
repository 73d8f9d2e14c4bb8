"""
The database: one SQLite connection, its schema, and transactions.

It lives in the memory of the process: a plugin reaches a lasting database only through the host, once an operator has
granted it one. Each worker process therefore keeps its own records.
"""

import sqlite3
import threading
import unicodedata
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = Path(__file__).with_name("schema.sql")


class Database:
    """
    An empty clinic. Calls may come from any thread; transactions follow one another.
    """

    def __init__(self, path: str = ":memory:") -> None:
        self._turn = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self.close = weakref.finalize(self, self._connection.close)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(SCHEMA.read_text(encoding="utf-8"))

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """
        The connection, for one piece of work that is kept whole or not at all.
        """
        with self._turn, self._connection:
            yield self._connection


def search_key(*texts: str) -> str:
    """
    The form in which names are compared: without case and accents.

    >>> search_key("Zoë", "MÜLLER")
    'zoe muller'
    """
    decomposed = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def contains(text: str) -> str:
    r"""
    The LIKE pattern (escape character ``\``) for keys that contain the text.
    """
    escaped = search_key(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
