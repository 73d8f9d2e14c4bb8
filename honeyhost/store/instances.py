"""
Instances: what every running process says of itself.

It decides nothing: reporting changes no revision and wakes nobody.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from honeyhost.store.database import Database
from honeyhost.store.records import InstanceReport
from honeyhost.store.schema import INSTANCES
from honeyhost.store.sql import Row, delete, insert, select, update


class InstanceTable:
    """
    The reports in a database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, report: InstanceReport) -> None:
        """
        Write what a process runs, in the place of what it said before.
        """
        values = asdict(report)
        own = INSTANCES.c.id == report.id
        with self._database.transaction(decides=False) as connection:
            if connection.execute(update(INSTANCES).where(own).values(values)).rowcount == 0:
                connection.execute(insert(INSTANCES).values(values))

    def all(self) -> tuple[InstanceReport, ...]:
        """
        Every report, the process that started first first.
        """
        with self._database.reading() as connection:
            rows = connection.execute(select(INSTANCES)).all()
        return tuple(sorted(map(_record, rows), key=lambda report: (report.started_at, report.id)))

    def forget(self, instance: str) -> bool:
        """
        Drop the report of a process that has ended, and say whether there was one.
        """
        with self._database.transaction(decides=False) as connection:
            return connection.execute(delete(INSTANCES).where(INSTANCES.c.id == instance)).rowcount > 0

    def prune(self, before: datetime) -> int:
        """
        Drop the reports that were last written before that moment, and say how many there were.
        """
        with self._database.transaction(decides=False) as connection:
            return connection.execute(delete(INSTANCES).where(INSTANCES.c.seen_at < before)).rowcount


def _record(row: Row[Any]) -> InstanceReport:
    return InstanceReport(**row._mapping)  # noqa: SLF001 - public by its documentation
