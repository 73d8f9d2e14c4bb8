"""
The watcher: hears of changes that other processes commit, and calls when there may be one.
"""

from collections.abc import Callable
from threading import Event
from typing import Protocol

from honeyhost.propagation.postgres import PostgresWatcher
from honeyhost.propagation.sqlite import SqliteWatcher
from honeyhost.store.sqlite import database_file

Changed = Callable[[], None]


class Watcher(Protocol):
    """
    What can be watched for changes.
    """

    def run(self, changed: Changed, stop: Event) -> None:
        """
        Call ``changed`` after every change, after every connection that was lost or made, and rather once too often, until
        ``stop`` is set. Blocks; raises nothing.
        """
        ...


def watcher_of(url: str) -> Watcher | None:
    """
    The watcher for a database; None for one in memory, which no other process sees.
    """
    if url.startswith("sqlite"):
        file = database_file(url)
        return None if file is None else SqliteWatcher(file)
    return PostgresWatcher(url)
