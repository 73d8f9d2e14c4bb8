"""
The doctors of the clinic.
"""

import sqlite3
from collections.abc import Mapping

from .database import Database, contains, search_key
from .errors import UnknownRecordError
from .records import Doctor, Page, Paging

_SELECTION = """
    FROM doctor
    WHERE search_key LIKE :pattern ESCAPE '\\'
      AND (:specialty IS NULL OR specialty = :specialty)
      AND (:accepts_patients IS NULL OR accepts_patients = :accepts_patients)
"""


class DoctorSearch(Paging):
    """
    Which doctors are wanted: a part of the name, a specialty, and whether they take new patients.
    """

    search: str = ""
    specialty: str | None = None
    accepts_patients: bool | None = None


class Doctors:
    """
    The staff of a clinic.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, wanted: DoctorSearch) -> Page[Doctor]:
        """
        The doctors that fit, by name.
        """
        facts = wanted.model_dump() | {"pattern": contains(wanted.search)}
        with self._database.transaction() as connection:
            total = connection.execute(f"SELECT count(*) {_SELECTION}", facts).fetchone()[0]
            rows = connection.execute(
                f"SELECT * {_SELECTION} ORDER BY name, id LIMIT :limit OFFSET :offset",
                facts,
            ).fetchall()
        return Page(items=tuple(map(_doctor, rows)), total=total, limit=wanted.limit, offset=wanted.offset)

    def get(self, doctor_id: int) -> Doctor:
        """
        One doctor.

        Raises:
            UnknownRecordError: if there is none with this number.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM doctor WHERE id = ?", (doctor_id,)).fetchone()
        if row is None:
            raise UnknownRecordError(f"there is no doctor {doctor_id}")
        return _doctor(row)

    def engage(self, facts: Mapping[str, str]) -> None:
        """
        A doctor joins the staff; ``facts`` are the columns of the staff list, as text.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO doctor (id, licence, name, specialty, accepts_patients, search_key)"
                " VALUES (:doctor_id, :licence, :name, :specialty, :accepts_patients = 'true', :search_key)",
                dict(facts) | {"search_key": search_key(facts["name"])},
            )


def _doctor(row: sqlite3.Row) -> Doctor:
    return Doctor.model_validate(dict(row))
