"""
Care: who looks after a patient, and when they meet.
"""

import sqlite3
from datetime import UTC, date, datetime, time, timedelta

from .database import Database
from .doctors import Doctors
from .errors import RecordConflictError, UnknownRecordError
from .patients import Patients
from .records import Appointment, CareTeamMember, NewAppointment, Role

_TEAM = "SELECT doctor_id, role FROM care_team WHERE patient_id = ? ORDER BY role DESC, doctor_id"  # primary comes first
_OVERLAP = """
    SELECT * FROM appointment
    WHERE status = 'booked' AND (doctor_id = :doctor_id OR patient_id = :patient_id)
      AND starts_at < :ends_at AND ends_at > :starts_at
    ORDER BY starts_at
"""


class Care:
    """
    Care teams and appointments of a clinic.
    """

    def __init__(self, database: Database, patients: Patients, doctors: Doctors) -> None:
        self._database = database
        self._patients = patients
        self._doctors = doctors

    def team(self, patient_id: int) -> tuple[CareTeamMember, ...]:
        """
        The care team of a patient, the primary doctor first.
        """
        with self._database.transaction() as connection:
            self._patients.get(patient_id)
            rows = connection.execute(_TEAM, (patient_id,)).fetchall()
            return tuple(CareTeamMember(doctor=self._doctors.get(row["doctor_id"]), role=row["role"]) for row in rows)

    def assign(self, patient_id: int, doctor_id: int, role: Role) -> CareTeamMember:
        """
        The doctor in the patient's care team, with this part; asking twice changes nothing.

        Raises:
            RecordConflictError: if the doctor takes no new patients, or the team has another primary doctor.
        """
        with self._database.transaction() as connection:
            team = {member.doctor.id: member for member in self.team(patient_id)}
            doctor = self._doctors.get(doctor_id)
            if doctor_id not in team and not doctor.accepts_patients:
                raise RecordConflictError(f"{doctor.name} takes no new patients")
            primary = next((member.doctor for member in team.values() if member.role == "primary"), doctor)
            if role == "primary" and primary.id != doctor_id:
                raise RecordConflictError(f"{primary.name} is the primary doctor of patient {patient_id}")
            connection.execute(
                "REPLACE INTO care_team (patient_id, doctor_id, role) VALUES (?, ?, ?)", (patient_id, doctor_id, role)
            )
        return CareTeamMember(doctor=doctor, role=role)

    def release(self, patient_id: int, doctor_id: int) -> None:
        """
        The doctor leaves the patient's care team.
        """
        with self._database.transaction() as connection:
            done = connection.execute("DELETE FROM care_team WHERE patient_id = ? AND doctor_id = ?", (patient_id, doctor_id))
            if not done.rowcount:
                raise UnknownRecordError(f"doctor {doctor_id} is not in the care team of patient {patient_id}")

    def appointments(self, patient_id: int) -> tuple[Appointment, ...]:
        """
        All appointments of a patient, cancelled ones too, in order of time.
        """
        with self._database.transaction() as connection:
            self._patients.get(patient_id)
            rows = connection.execute("SELECT * FROM appointment WHERE patient_id = ? ORDER BY starts_at", (patient_id,))
            return tuple(map(_appointment, rows))

    def schedule(self, doctor_id: int, day: date) -> tuple[Appointment, ...]:
        """
        What is booked with a doctor on a day (UTC), in order of time.
        """
        start = datetime.combine(day, time(), UTC)
        with self._database.transaction() as connection:
            self._doctors.get(doctor_id)
            rows = connection.execute(
                "SELECT * FROM appointment WHERE doctor_id = ? AND status = 'booked' AND starts_at >= ? AND starts_at < ?"
                " ORDER BY starts_at",
                (doctor_id, _stored(start), _stored(start + timedelta(days=1))),
            )
            return tuple(map(_appointment, rows))

    def book(self, patient_id: int, new: NewAppointment) -> Appointment:
        """
        The appointment, now booked.

        Raises:
            RecordConflictError: if the doctor or the patient has another one at that time.
        """
        starts_at = new.starts_at.astimezone(UTC)
        times = {"starts_at": _stored(starts_at), "ends_at": _stored(starts_at + timedelta(minutes=new.minutes))}
        facts = {"patient_id": patient_id, "doctor_id": new.doctor_id, "reason": new.reason, **times}
        with self._database.transaction() as connection:
            patient, doctor = self._patients.get(patient_id), self._doctors.get(new.doctor_id)
            other = connection.execute(_OVERLAP, facts).fetchone()
            if other is not None:
                busy = doctor.name if other["doctor_id"] == doctor.id else f"{patient.given_name} {patient.family_name}"
                raise RecordConflictError(f"{busy} is booked from {other['starts_at']} to {other['ends_at']}")
            row = connection.execute(
                "INSERT INTO appointment (patient_id, doctor_id, starts_at, ends_at, reason)"
                " VALUES (:patient_id, :doctor_id, :starts_at, :ends_at, :reason) RETURNING *",
                facts,
            ).fetchone()
        return _appointment(row)

    def cancel(self, patient_id: int, appointment_id: int) -> None:
        """
        The appointment is kept, cancelled; its time is free again.
        """
        with self._database.transaction() as connection:
            done = connection.execute(
                "UPDATE appointment SET status = 'cancelled' WHERE id = ? AND patient_id = ? AND status = 'booked'",
                (appointment_id, patient_id),
            )
            if not done.rowcount:
                raise UnknownRecordError(f"patient {patient_id} has no booked appointment {appointment_id}")


def _stored(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _appointment(row: sqlite3.Row) -> Appointment:
    return Appointment.model_validate(dict(row))
