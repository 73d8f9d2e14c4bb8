"""
The clinic: the three services over one database, and the sample records that it opens with.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .care import Care
from .database import Database
from .doctors import Doctors
from .patients import Patients
from .records import Intake, NewAppointment, NewCareTeamMember, NewPatient

SAMPLES = Path(__file__).parents[2] / "dbt" / "seeds"
"""Synthetic records; the data models of the plugin are built from the same files."""


@dataclass(frozen=True, slots=True)
class Clinic:
    """
    All services of one clinic.
    """

    patients: Patients
    doctors: Doctors
    care: Care

    @classmethod
    def over(cls, database: Database) -> "Clinic":
        """
        The services over a database.
        """
        patients, doctors = Patients(database), Doctors(database)
        return cls(patients, doctors, Care(database, patients, doctors))


@cache
def open_clinic() -> Clinic:
    """
    The clinic of this process, opened with the sample records at the first call.
    """
    clinic = Clinic.over(Database())
    load_samples(clinic)
    return clinic


def load_samples(clinic: Clinic) -> None:
    """
    The sample records, taken in through the same doors as any other.
    """
    for row in _rows("healthcare_doctors"):
        clinic.doctors.engage(row)
    for row in _rows("healthcare_patients"):
        clinic.patients.admit(NewPatient.model_validate(_fields(row, NewPatient)))
    for row in _rows("healthcare_care_team"):
        member = NewCareTeamMember.model_validate(_fields(row, NewCareTeamMember))
        clinic.care.assign(int(row["patient_id"]), int(row["doctor_id"]), member.role)
    for row in _rows("healthcare_appointments"):
        booked = clinic.care.book(int(row["patient_id"]), NewAppointment.model_validate(_fields(row, NewAppointment)))
        if row["status"] == "cancelled":
            clinic.care.cancel(booked.patient_id, booked.id)


def _fields(row: dict[str, str], model: type[Intake]) -> dict[str, str]:
    return {name: row[name] for name in model.model_fields if row[name]}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (SAMPLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
