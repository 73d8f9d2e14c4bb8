"""
The doctors of the clinic.
"""

from honeyhost.sdk import HostAPI

from .errors import UnknownRecordError
from .records import Doctor, Page, Paging
from .searching import contains
from .turns import LARGEST

_SELECTION = """
    FROM healthcare_doctors
    WHERE search_key LIKE :pattern ESCAPE '\\'
      AND (CAST(:specialty AS TEXT) IS NULL OR specialty = :specialty)
      AND (CAST(:accepts_patients AS BOOLEAN) IS NULL OR accepts_patients = :accepts_patients)
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

    def __init__(self, host: HostAPI) -> None:
        self._db = host.db

    async def find(self, wanted: DoctorSearch) -> Page[Doctor]:
        """
        The doctors that fit, by name.
        """
        facts = wanted.model_dump() | {"pattern": contains(wanted.search)}
        (count,) = await self._db.query(f"SELECT count(*) AS total {_SELECTION}", facts)
        rows = await self._db.query(f"SELECT * {_SELECTION} ORDER BY name, id LIMIT :limit OFFSET :offset", facts)
        items = tuple(map(Doctor.model_validate, rows))
        return Page(items=items, total=count["total"], limit=wanted.limit, offset=wanted.offset)

    async def get(self, doctor_id: int) -> Doctor:
        """
        One doctor.

        Raises:
            UnknownRecordError: if there is none with this number.
        """
        if abs(doctor_id) <= LARGEST:
            for row in await self._db.query("SELECT * FROM healthcare_doctors WHERE id = :id", {"id": doctor_id}):
                return Doctor.model_validate(row)
        raise UnknownRecordError(f"there is no doctor {doctor_id}")
