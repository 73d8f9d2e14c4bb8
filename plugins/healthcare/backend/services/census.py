"""
The census: how many patients lie where and whom they see, in numbers without names.
"""

from datetime import date

from honeyhost.sdk import HostAPI

from .records import Record

_WARDS = "SELECT ward, count(*) AS patients FROM healthcare_patients GROUP BY ward ORDER BY ward"
_DOCTORS = """
    SELECT doctor.id AS doctor, doctor.name, doctor.specialty,
        (SELECT count(*) FROM healthcare_care_team WHERE doctor_id = doctor.id) AS patients,
        (SELECT count(*) FROM healthcare_appointments
            WHERE doctor_id = doctor.id AND status = 'booked' AND starts_at BETWEEN :first AND :last) AS visits
    FROM healthcare_doctors AS doctor
    ORDER BY doctor.id
"""


class Ward(Record):
    """
    The patients of a ward.
    """

    ward: str
    patients: int


class Workload(Record):
    """
    The patients in whose care team a doctor is, and the visits booked in the period.
    """

    doctor: int
    name: str
    specialty: str
    patients: int
    visits: int


class Census(Record):
    """
    The whole house.
    """

    patients: int
    visits: int
    wards: tuple[Ward, ...]
    doctors: tuple[Workload, ...]


async def census(host: HostAPI, since: date, until: date) -> Census:
    """
    The census of this moment; visits are those booked from one day through another (UTC).
    """
    wards = tuple(map(Ward.model_validate, await host.db.query(_WARDS)))
    period = {"first": f"{since}T00:00:00Z", "last": f"{until}T23:59:59Z"}
    doctors = tuple(map(Workload.model_validate, await host.db.query(_DOCTORS, period)))
    patients, visits = sum(ward.patients for ward in wards), sum(doctor.visits for doctor in doctors)
    return Census(patients=patients, visits=visits, wards=wards, doctors=doctors)
