"""
The register of patients: search, admit, amend, and where each one lies.
"""

from functools import partial

from honeyhost.sdk import HostAPI

from .errors import RecordConflictError, UnknownRecordError
from .records import NewPatient, Page, Paging, Patient, PatientChange
from .rules import Rules
from .searching import contains, search_key
from .turns import LARGEST, written

_SELECTION = """
    FROM healthcare_patients
    WHERE search_key LIKE :pattern ESCAPE '\\'
      AND (CAST(:doctor AS INTEGER) IS NULL
        OR id IN (SELECT patient_id FROM healthcare_care_team WHERE doctor_id = :doctor))
"""
_ADMIT = """
    INSERT INTO healthcare_patients
        (id, mrn, given_name, family_name, birth_date, sex, phone, email, ward, version, search_key)
    SELECT (SELECT coalesce(max(id), 0) + 1 FROM healthcare_patients),
        :mrn, :given_name, :family_name, :birth_date, :sex, :phone, :email, :ward, 1, :search_key
    WHERE NOT EXISTS (SELECT 1 FROM healthcare_patients WHERE mrn = :mrn)
    ON CONFLICT DO NOTHING
"""
_AMEND = """
    UPDATE healthcare_patients
    SET given_name = :given_name, family_name = :family_name, birth_date = :birth_date, sex = :sex,
        phone = :phone, email = :email, search_key = :search_key, version = :version
    WHERE id = :id AND version = :read
"""
_OF_MRN = "SELECT * FROM healthcare_patients WHERE mrn = :mrn"


class PatientSearch(Paging):
    """
    Which patients are wanted: a part of the name or record number, and a doctor in whose care they are.
    """

    search: str = ""
    doctor: int | None = None


class Patients:
    """
    The patients of a clinic. The log names them by number only.
    """

    def __init__(self, host: HostAPI, rules: Rules) -> None:
        self._db = host.db
        self._log = host.log
        self._rules = rules

    async def find(self, wanted: PatientSearch) -> Page[Patient]:
        """
        The patients that fit, by family name.
        """
        if wanted.doctor is not None and abs(wanted.doctor) > LARGEST:
            return Page(items=(), total=0, limit=wanted.limit, offset=wanted.offset)
        facts = wanted.model_dump() | {"pattern": contains(wanted.search)}
        (count,) = await self._db.query(f"SELECT count(*) AS total {_SELECTION}", facts)
        rows = await self._db.query(
            f"SELECT * {_SELECTION} ORDER BY family_name, given_name, id LIMIT :limit OFFSET :offset", facts
        )
        items = tuple(map(Patient.model_validate, rows))
        return Page(items=items, total=count["total"], limit=wanted.limit, offset=wanted.offset)

    async def get(self, patient_id: int) -> Patient:
        """
        One patient.

        Raises:
            UnknownRecordError: if there is none with this number.
        """
        if abs(patient_id) <= LARGEST:
            for row in await self._db.query("SELECT * FROM healthcare_patients WHERE id = :id", {"id": patient_id}):
                return Patient.model_validate(row)
        raise UnknownRecordError(f"there is no patient {patient_id}")

    async def admit(self, new: NewPatient) -> Patient:
        """
        The patient, now on record.

        Raises:
            RecordConflictError: if the medical record number is taken.
        """
        facts = new.model_dump(mode="json") | {"search_key": _key(new), "ward": self._rules.default_ward}
        await written(partial(self._db.execute, _ADMIT, facts), partial(self._demand_free, new.mrn))
        (row,) = await self._db.query(_OF_MRN, {"mrn": new.mrn})
        patient = Patient.model_validate(row)
        self._log.info("patient admitted", patient=patient.id, ward=self._rules.default_ward)
        return patient

    async def amend(self, patient_id: int, change: PatientChange) -> Patient:
        """
        The patient with the change made to the very version that the caller has read.

        Raises:
            UnknownRecordError: if there is no such patient.
            RecordConflictError: if somebody else changed the patient since.
        """
        before = await self.get(patient_id)
        after = Patient.model_validate(dict(before) | change.values | {"version": change.version + 1})
        facts = after.model_dump(mode="json") | {"search_key": _key(after), "read": change.version}
        if before.version != change.version or not await self._db.execute(_AMEND, facts):
            version = (await self.get(patient_id)).version
            raise RecordConflictError(
                f"patient {patient_id} is at version {version}, the change was made to version {change.version}"
            )
        self._log.info("patient amended", patient=patient_id, version=after.version, fields=sorted(change.values))
        return after

    async def ward(self, patient_id: int) -> str:
        """
        Where a patient lies.
        """
        await self.get(patient_id)
        (row,) = await self._db.query("SELECT ward FROM healthcare_patients WHERE id = :id", {"id": patient_id})
        ward: str = row["ward"]
        return ward

    async def move(self, patient_id: int, ward: str) -> None:
        """
        The patient lies in another ward from now on.
        """
        await self.get(patient_id)
        await self._db.execute("UPDATE healthcare_patients SET ward = :ward WHERE id = :id", {"id": patient_id, "ward": ward})
        self._log.info("patient moved", patient=patient_id, ward=ward)

    async def _demand_free(self, mrn: str) -> None:
        for row in await self._db.query(_OF_MRN, {"mrn": mrn}):
            raise RecordConflictError(f"{mrn} is the record number of patient {row['id']}")


def _key(patient: Patient | NewPatient) -> str:
    return search_key(patient.given_name, patient.family_name, patient.mrn)
