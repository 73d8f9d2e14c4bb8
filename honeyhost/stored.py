"""
Stored: the records of the plugins, read in the cheapest way that the database has.
"""

from importlib import import_module

from honeyhost.errors import StoreUnavailableError
from honeyhost.settings import Settings
from honeyhost.store.record_reader import read_records
from honeyhost.store.records import StoredRecords
from honeyhost.store.sqlite import database_file


def read_stored(settings: Settings) -> StoredRecords:
    """
    The records of now; none at revision 0 where no database was made yet.

    A file is read with the standard library; the database library is asked for servers, and where a file cannot be read, to
    say why.

    Raises:
        StoreUnavailableError: if the database cannot be reached.
    """
    url = settings.database_url
    file = database_file(url) if url.startswith("sqlite") else None
    if file is not None:
        found = read_records(url)
        if found is not None:
            return found
        if not file.exists():
            return StoredRecords()
    try:
        stored: StoredRecords = import_module("honeyhost.wiring").stored_records(settings)
    except ModuleNotFoundError as missing:
        raise StoreUnavailableError(
            f"the database cannot be read: the module '{missing.name}' is not installed",
            hint="pip install 'honeyhost[store]'",
        ) from missing
    return stored
