"""
Soundness: whether a database can be used as it is, found out without changing anything in it.
"""

import os
from dataclasses import dataclass

from honeyhost.store.database import Database
from honeyhost.store.schema import HEAD, VERSION_TABLE
from honeyhost.store.sql import Connection, inspect, text
from honeyhost.store.sqlite import database_file


@dataclass(frozen=True, kw_only=True, slots=True)
class Soundness:
    """
    What was found. ``schema`` is the revision of the tables, None where there are none yet; ``damage`` what the database says
    of itself where it is not whole.
    """

    kind: str
    schema: str | None = None
    writable: bool = True
    damage: str | None = None

    @property
    def wanted(self) -> str:
        """
        The revision of the tables that this honeyhost needs.
        """
        return HEAD


def look_at(url: str) -> Soundness:
    """
    How the database is.

    Raises:
        StoreUnavailableError: If it cannot be reached.
    """
    database = Database(url)
    file = database_file(url)
    if file is not None and not file.exists():
        return Soundness(kind="sqlite", writable=os.access(file.parent, os.W_OK) or not file.parent.exists())
    try:
        with database.reading() as connection:
            return _sqlite(connection, url) if database.is_sqlite else _postgresql(connection)
    finally:
        database.close()


def _sqlite(connection: Connection, url: str) -> Soundness:
    file = database_file(url)
    said = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()).splitlines()
    writable = file is None or (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))
    # the first line may be no more than the name of the database between asterisks
    return Soundness(kind="sqlite", schema=_schema(connection), writable=writable, damage=None if said == ["ok"] else said[-1])


def _postgresql(connection: Connection) -> Soundness:
    version = str(connection.execute(text("SHOW server_version")).scalar()).partition(" ")[0]
    standby = bool(connection.execute(text("SELECT pg_is_in_recovery()")).scalar())
    return Soundness(kind=f"postgresql {version}", schema=_schema(connection), writable=not standby)


def _schema(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a constant of ours
    return found
