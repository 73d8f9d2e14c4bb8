"""
Appointments: when patients and doctors meet.
"""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from honeyhost.sdk import HostAPI

from .doctors import Doctors
from .errors import RecordConflictError, UnknownRecordError
from .patients import Patients
from .records import Appointment, NewAppointment
from .rules import Rules
from .turns import LARGEST, written

# A doctor is full where, at the beginning of the wanted appointment or of one during it, all places are taken.
_FULL = """
    FROM healthcare_appointments AS other
    WHERE other.status = 'booked' AND other.starts_at < :ends_at AND other.ends_at > :starts_at
      AND (other.patient_id = :patient_id OR (other.doctor_id = :doctor_id AND :parallel <= (
        SELECT count(*) FROM healthcare_appointments AS one
        WHERE one.doctor_id = :doctor_id AND one.status = 'booked' AND one.ends_at > :starts_at
          AND one.starts_at <= CASE WHEN other.starts_at > :starts_at THEN other.starts_at ELSE :starts_at END
          AND one.ends_at > other.starts_at)))
"""
_BOOK = """
    INSERT INTO healthcare_appointments (id, patient_id, doctor_id, starts_at, ends_at, reason, status)
    SELECT (SELECT coalesce(max(id), 0) + 1 FROM healthcare_appointments),
        CAST(:patient_id AS INTEGER), CAST(:doctor_id AS INTEGER), :starts_at, :ends_at, :reason, 'booked'
    WHERE NOT EXISTS (SELECT 1 {_FULL})
    ON CONFLICT DO NOTHING
""".replace("{_FULL}", _FULL)
_CANCEL = """
    UPDATE healthcare_appointments SET status = 'cancelled'
    WHERE id = :id AND patient_id = :patient_id AND status = 'booked'
"""
_OF_PATIENT = "SELECT * FROM healthcare_appointments WHERE patient_id = :patient_id ORDER BY starts_at, id"
_OF_DOCTOR = """
    SELECT * FROM healthcare_appointments
    WHERE doctor_id = :doctor_id AND status = 'booked' AND starts_at BETWEEN :first AND :last
    ORDER BY starts_at, id
"""
_JUST_BOOKED = """
    SELECT * FROM healthcare_appointments
    WHERE patient_id = :patient_id AND doctor_id = :doctor_id AND starts_at = :starts_at
    ORDER BY id DESC LIMIT 1
"""


class Appointments:
    """
    The appointments of a clinic.
    """

    def __init__(self, host: HostAPI, patients: Patients, doctors: Doctors, rules: Rules) -> None:
        self._db = host.db
        self._log = host.log
        self._patients = patients
        self._doctors = doctors
        self._rules = rules

    async def of_patient(self, patient_id: int) -> tuple[Appointment, ...]:
        """
        All appointments of a patient, cancelled ones too, in order of time.
        """
        await self._patients.get(patient_id)
        rows = await self._db.query(_OF_PATIENT, {"patient_id": patient_id})
        return tuple(map(Appointment.model_validate, rows))

    async def schedule(self, doctor_id: int, day: date) -> tuple[Appointment, ...]:
        """
        What is booked with a doctor on a day (UTC), in order of time.
        """
        await self._doctors.get(doctor_id)
        facts = {"doctor_id": doctor_id, "first": f"{day}T00:00:00Z", "last": f"{day}T23:59:59Z"}
        return tuple(map(Appointment.model_validate, await self._db.query(_OF_DOCTOR, facts)))

    async def book(self, patient_id: int, new: NewAppointment) -> Appointment:
        """
        The appointment, now booked.

        Raises:
            RecordConflictError: if the doctor or the patient has another one at that time, or the clinic is closed.
        """
        await self._patients.get(patient_id)
        await self._doctors.get(new.doctor_id)
        self._rules.demand_open(new.starts_at, new.minutes)
        starts_at = new.starts_at.astimezone(UTC)
        times = {"starts_at": _stored(starts_at), "ends_at": _stored(starts_at + timedelta(minutes=new.minutes))}
        facts = {"patient_id": patient_id, "doctor_id": new.doctor_id, "reason": new.reason, **times}
        facts["parallel"] = self._rules.parallel_appointments
        await written(partial(self._db.execute, _BOOK, facts), partial(self._refuse, facts))
        booked = Appointment.model_validate((await self._db.query(_JUST_BOOKED, facts))[0])
        self._log.info("appointment booked", appointment=booked.id, patient=patient_id, doctor=new.doctor_id)
        return booked

    async def cancel(self, patient_id: int, appointment_id: int) -> None:
        """
        The appointment is kept, cancelled; its time is free again.
        """
        known = max(abs(patient_id), abs(appointment_id)) <= LARGEST
        if not known or not await self._db.execute(_CANCEL, {"id": appointment_id, "patient_id": patient_id}):
            raise UnknownRecordError(f"patient {patient_id} has no booked appointment {appointment_id}")
        self._log.info("appointment cancelled", appointment=appointment_id, patient=patient_id)

    async def _refuse(self, facts: dict[str, Any]) -> None:
        for other in await self._db.query(f"SELECT other.* {_FULL} ORDER BY other.starts_at LIMIT 1", facts):
            doctor, patient = await self._doctors.get(facts["doctor_id"]), await self._patients.get(facts["patient_id"])
            alone = facts["parallel"] == 1 or other["patient_id"] != patient.id
            busy = doctor.name if other["doctor_id"] == doctor.id and alone else f"{patient.given_name} {patient.family_name}"
            raise RecordConflictError(f"{busy} is booked from {other['starts_at']} to {other['ends_at']}")


def _stored(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
