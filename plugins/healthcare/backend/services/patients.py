"""
The register of patients: search, admit, amend.
"""

import sqlite3

from .database import Database, contains, search_key
from .errors import RecordConflictError, UnknownRecordError
from .records import NewPatient, Page, Paging, Patient, PatientChange

_SELECTION = """
    FROM patient
    WHERE search_key LIKE :pattern ESCAPE '\\'
      AND (:doctor IS NULL OR id IN (SELECT patient_id FROM care_team WHERE doctor_id = :doctor))
"""


class PatientSearch(Paging):
    """
    Which patients are wanted: a part of the name or record number, and a doctor in whose care they are.
    """

    search: str = ""
    doctor: int | None = None


class Patients:
    """
    The patients of a clinic.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, wanted: PatientSearch) -> Page[Patient]:
        """
        The patients that fit, by family name.
        """
        facts = {"pattern": contains(wanted.search), "doctor": wanted.doctor, "limit": wanted.limit, "offset": wanted.offset}
        with self._database.transaction() as connection:
            total = connection.execute(f"SELECT count(*) {_SELECTION}", facts).fetchone()[0]
            rows = connection.execute(
                f"SELECT * {_SELECTION} ORDER BY family_name, given_name, id LIMIT :limit OFFSET :offset",
                facts,
            ).fetchall()
        return Page(items=tuple(map(_patient, rows)), total=total, limit=wanted.limit, offset=wanted.offset)

    def get(self, patient_id: int) -> Patient:
        """
        One patient.

        Raises:
            UnknownRecordError: if there is none with this number.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM patient WHERE id = ?", (patient_id,)).fetchone()
        if row is None:
            raise UnknownRecordError(f"there is no patient {patient_id}")
        return _patient(row)

    def admit(self, new: NewPatient) -> Patient:
        """
        The patient, now on record.

        Raises:
            RecordConflictError: if the medical record number is taken.
        """
        values = new.model_dump(mode="json") | {"search_key": _key(new)}
        with self._database.transaction() as connection:
            taken = connection.execute("SELECT id FROM patient WHERE mrn = ?", (new.mrn,)).fetchone()
            if taken is not None:
                raise RecordConflictError(f"{new.mrn} is the record number of patient {taken['id']}")
            row = connection.execute(
                "INSERT INTO patient (mrn, given_name, family_name, birth_date, sex, phone, email, search_key)"
                " VALUES (:mrn, :given_name, :family_name, :birth_date, :sex, :phone, :email, :search_key) RETURNING *",
                values,
            ).fetchone()
        return _patient(row)

    def amend(self, patient_id: int, change: PatientChange) -> Patient:
        """
        The patient with the change made to the very version that the caller has read.

        Raises:
            UnknownRecordError: if there is no such patient.
            RecordConflictError: if somebody else changed the patient since.
        """
        with self._database.transaction() as connection:
            before = self.get(patient_id)
            if before.version != change.version:
                raise RecordConflictError(
                    f"patient {patient_id} is at version {before.version}, the change was made to version {change.version}"
                )
            after = before.model_copy(update=change.values)
            row = connection.execute(
                "UPDATE patient SET given_name = :given_name, family_name = :family_name, birth_date = :birth_date, sex = :sex,"
                " phone = :phone, email = :email, search_key = :search_key, version = version + 1 WHERE id = :id RETURNING *",
                dict(after) | {"birth_date": str(after.birth_date), "search_key": _key(after)},
            ).fetchone()
        return _patient(row)


def _patient(row: sqlite3.Row) -> Patient:
    return Patient.model_validate(dict(row))


def _key(patient: Patient | NewPatient) -> str:
    return search_key(patient.given_name, patient.family_name, patient.mrn)
