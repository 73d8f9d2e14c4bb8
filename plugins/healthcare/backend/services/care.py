"""
Care: which doctors look after a patient.
"""

from functools import partial

from honeyhost.sdk import HostAPI

from .doctors import Doctors
from .errors import RecordConflictError, UnknownRecordError
from .patients import Patients
from .records import CareTeamMember, Doctor, Role
from .turns import LARGEST, written

_TEAM = """
    SELECT doctor.*, team.role
    FROM healthcare_care_team AS team JOIN healthcare_doctors AS doctor ON doctor.id = team.doctor_id
    WHERE team.patient_id = :patient_id
    ORDER BY team.role DESC, doctor.id
"""  # primary comes first
_ASSIGN = """
    INSERT INTO healthcare_care_team (patient_id, doctor_id, role)
    SELECT CAST(:patient_id AS INTEGER), doctor.id, :role
    FROM healthcare_doctors AS doctor
    WHERE doctor.id = :doctor_id
      AND (doctor.accepts_patients OR EXISTS (
        SELECT 1 FROM healthcare_care_team WHERE patient_id = :patient_id AND doctor_id = :doctor_id))
      AND NOT (:role = 'primary' AND EXISTS (
        SELECT 1 FROM healthcare_care_team WHERE patient_id = :patient_id AND doctor_id <> :doctor_id AND role = 'primary'))
    ON CONFLICT (patient_id, doctor_id) DO UPDATE SET role = excluded.role
"""
_RELEASE = "DELETE FROM healthcare_care_team WHERE patient_id = :patient_id AND doctor_id = :doctor_id"


class Care:
    """
    The care teams of a clinic.
    """

    def __init__(self, host: HostAPI, patients: Patients, doctors: Doctors) -> None:
        self._db = host.db
        self._log = host.log
        self._patients = patients
        self._doctors = doctors

    async def team(self, patient_id: int) -> tuple[CareTeamMember, ...]:
        """
        The care team of a patient, the primary doctor first.
        """
        await self._patients.get(patient_id)
        rows = await self._db.query(_TEAM, {"patient_id": patient_id})
        return tuple(CareTeamMember(doctor=Doctor.model_validate(row), role=row["role"]) for row in rows)

    async def assign(self, patient_id: int, doctor_id: int, role: Role) -> CareTeamMember:
        """
        The doctor in the patient's care team, with this part; asking twice changes nothing.

        Raises:
            RecordConflictError: if the doctor takes no new patients, or the team has another primary doctor.
        """
        await self._patients.get(patient_id)
        doctor = await self._doctors.get(doctor_id)
        facts = {"patient_id": patient_id, "doctor_id": doctor_id, "role": role}
        await written(partial(self._db.execute, _ASSIGN, facts), partial(self._refuse, patient_id, doctor, role))
        self._log.info("care team changed", patient=patient_id, doctor=doctor_id, role=role)
        return CareTeamMember(doctor=doctor, role=role)

    async def release(self, patient_id: int, doctor_id: int) -> None:
        """
        The doctor leaves the patient's care team.
        """
        known = max(abs(patient_id), abs(doctor_id)) <= LARGEST
        if not known or not await self._db.execute(_RELEASE, {"patient_id": patient_id, "doctor_id": doctor_id}):
            raise UnknownRecordError(f"doctor {doctor_id} is not in the care team of patient {patient_id}")
        self._log.info("care team changed", patient=patient_id, doctor=doctor_id, role=None)

    async def _refuse(self, patient_id: int, doctor: Doctor, role: Role) -> None:
        team = await self.team(patient_id)
        if not doctor.accepts_patients and doctor.id not in [member.doctor.id for member in team]:
            raise RecordConflictError(f"{doctor.name} takes no new patients")
        for member in team:
            if role == member.role == "primary" and member.doctor.id != doctor.id:
                raise RecordConflictError(f"{member.doctor.name} is the primary doctor of patient {patient_id}")
