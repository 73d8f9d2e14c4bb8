"""
The plugin object: what other plugins may ask of the clinic, once an operator has granted it.
"""

from datetime import UTC, date, datetime
from typing import Any

from honeyhost.sdk import Plugin, function

from .services.census import census
from .services.clinic import Clinic
from .services.records import Stay


class Healthcare(Plugin):
    """
    Functions of the clinic. They speak of patients by number; whoever needs a name asks the routes, as somebody who may.
    """

    @function()
    async def census(self, since: str = "0001-01-01", until: str = "9999-12-31") -> dict[str, Any]:
        """
        Patients by ward and by doctor, and the visits booked in a period.

        Args:
            since: the first day of the period (ISO 8601).
            until: its last day.

        Raises:
            ValueError: if one of them is no day.
        """
        counted = await census(self.host, date.fromisoformat(since), date.fromisoformat(until))
        return counted.model_dump(mode="json")

    @function()
    async def patient_summary(self, patient: int) -> dict[str, Any]:
        """
        Where a patient lies, who looks after them, and when they come next; without names.

        Raises:
            UnknownRecordError: if there is no such patient.
        """
        clinic, now = Clinic.over(self.host), datetime.now(UTC)
        team = await clinic.care.team(patient)
        booked = [one for one in await clinic.appointments.of_patient(patient) if one.status == "booked"]
        coming = next((one for one in booked if one.starts_at > now), None)
        return {
            "patient": patient,
            "ward": await clinic.patients.ward(patient),
            "primary_doctor": next((member.doctor.id for member in team if member.role == "primary"), None),
            "care_team": [member.doctor.id for member in team],
            "visits": len(booked),
            "next_visit": coming.model_dump(mode="json", include={"doctor_id", "starts_at", "ends_at"}) if coming else None,
        }

    @function()
    async def transfer(self, patient: int, ward: str) -> None:
        """
        Move a patient to another ward.

        Raises:
            UnknownRecordError: if there is no such patient.
            ValueError: if the ward has no name, or one of more than 60 characters.
        """
        await Clinic.over(self.host).patients.move(patient, Stay(ward=ward).ward)
