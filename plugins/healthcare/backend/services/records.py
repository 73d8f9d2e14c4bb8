"""
Records: what the clinic keeps, and what it takes in, as values.
"""

from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PastDate, model_validator

T = TypeVar("T")

Name = Annotated[str, Field(min_length=1, max_length=80)]
RecordNumber = Annotated[str, Field(pattern=r"^MRN-\d{6}$", description="Medical record number", examples=["MRN-104233"])]
Phone = Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$", description="E.164", examples=["+12025550147"])]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
WardName = Annotated[str, Field(min_length=1, max_length=60)]
Sex = Literal["female", "male", "other", "unknown"]
"""Administrative gender, by the four words that HL7 FHIR uses."""
Role = Literal["primary", "consulting"]


class Record(BaseModel):
    """
    A stored thing; nothing about it changes after it was read.
    """

    model_config = ConfigDict(frozen=True)


class Intake(BaseModel):
    """
    What a caller sends; an unknown field is an error, since it is most often a misspelt one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class NewPatient(Intake):
    """
    A patient to admit.
    """

    mrn: RecordNumber
    given_name: Name
    family_name: Name
    birth_date: PastDate
    sex: Sex = "unknown"
    phone: Phone | None = None
    email: Email | None = None


class PatientChange(Intake):
    """
    New values for some fields of a patient; ``version`` is the one that the caller has read.
    """

    version: Annotated[int, Field(ge=1)]
    given_name: Name | None = None
    family_name: Name | None = None
    birth_date: PastDate | None = None
    sex: Sex | None = None
    phone: Phone | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _keeps_what_is_required(self) -> "PatientChange":
        emptied = [
            name for name in ("given_name", "family_name", "birth_date", "sex") if name in self.values and not self.values[name]
        ]
        if emptied:
            raise ValueError(f"{', '.join(emptied)} cannot be removed, only changed")
        return self

    @property
    def values(self) -> dict[str, Any]:
        """
        The fields that were sent, without ``version``; None takes a value away.
        """
        return self.model_dump(mode="json", exclude={"version"}, exclude_unset=True)


class Patient(Record):
    """
    A patient of the clinic. ``version`` rises by one with each change.
    """

    id: int
    mrn: str
    given_name: str
    family_name: str
    birth_date: date
    sex: Sex
    phone: str | None
    email: str | None
    version: int


class Stay(Intake):
    """
    Where a patient is to lie.
    """

    ward: WardName


class Doctor(Record):
    """
    A doctor of the clinic.
    """

    id: int
    licence: str
    name: str
    specialty: str
    accepts_patients: bool


class CareTeamMember(Record):
    """
    A doctor in the care team of a patient.
    """

    doctor: Doctor
    role: Role


class NewCareTeamMember(Intake):
    """
    The part that a doctor takes in a care team; a team has at most one primary doctor.
    """

    role: Role = "consulting"


class NewAppointment(Intake):
    """
    An appointment to book.
    """

    doctor_id: int
    starts_at: AwareDatetime
    minutes: Annotated[int, Field(ge=5, le=240)] = 30
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class Appointment(Record):
    """
    A booked or cancelled appointment; times are UTC.
    """

    id: int
    patient_id: int
    doctor_id: int
    starts_at: datetime
    ends_at: datetime
    reason: str
    status: Literal["booked", "cancelled"]


class Paging(BaseModel):
    """
    Which part of a list is wanted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    offset: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class Page(Record, Generic[T]):
    """
    A part of a list, and how long the whole list is.
    """

    items: tuple[T, ...]
    total: int
    limit: int
    offset: int
