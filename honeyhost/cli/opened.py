"""
The store as commands open it.
"""

from contextlib import closing, suppress

from honeyhost.cli.keyboard import actor
from honeyhost.propagation.mark import SharedMark, mark_path
from honeyhost.settings import Settings
from honeyhost.store.changes import Changes
from honeyhost.store.database import Database
from honeyhost.store.stores import Stores


def open_stores(settings: Settings) -> Stores:
    """
    The tables of a platform, made where there are none yet. A change is seen by every host of this machine before its next
    answer.

    Raises:
        StoreUnavailableError: if the database cannot be reached.
    """
    database = Database(settings.database_url, after_change=lambda: _mark_change(settings))
    database.migrate()
    return Stores(database)


def changes_by_user(stores: Stores) -> Changes:
    """
    The changes that the person at the keyboard makes.
    """
    return stores.changes(actor())


def _mark_change(settings: Settings) -> None:
    path = mark_path(settings.data_dir)
    with suppress(OSError):  # hosts hear of it a moment later then, from the database
        if path.exists():  # else no host has ever looked
            with closing(SharedMark(path)) as mark:
                mark.change()
