"""
Routes of the doctors: the staff, whom they look after, and what is booked with them.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from honeyhost.sdk import requires

from ..services.doctors import DoctorSearch
from ..services.patients import PatientSearch
from ..services.records import Appointment, Doctor, Page, Paging, Patient
from .clinic import REFUSALS, TheClinic

router = APIRouter(prefix="/doctors", tags=["doctors"], responses={status: REFUSALS[status] for status in (404, 503)})

SEES_PATIENTS = [Depends(requires("patient.read"))]
"""Whom a doctor treats is a fact about the patients, so reading doctors alone is not enough."""


@router.get("")
async def list_doctors(clinic: TheClinic, wanted: Annotated[DoctorSearch, Query()]) -> Page[Doctor]:
    """
    Doctors by name, of one specialty or of all.
    """
    return await clinic.doctors.find(wanted)


@router.get("/{doctor_id}")
async def get_doctor(clinic: TheClinic, doctor_id: int) -> Doctor:
    """
    One doctor.
    """
    return await clinic.doctors.get(doctor_id)


@router.get("/{doctor_id}/patients", dependencies=SEES_PATIENTS)
async def list_patients_of_doctor(clinic: TheClinic, doctor_id: int, paging: Annotated[Paging, Query()]) -> Page[Patient]:
    """
    The patients in whose care team the doctor is.
    """
    doctor = await clinic.doctors.get(doctor_id)
    return await clinic.patients.find(PatientSearch(doctor=doctor.id, limit=paging.limit, offset=paging.offset))


@router.get("/{doctor_id}/schedule", dependencies=SEES_PATIENTS)
async def get_schedule(clinic: TheClinic, doctor_id: int, day: date) -> tuple[Appointment, ...]:
    """
    What is booked with the doctor on a day (UTC).
    """
    return await clinic.appointments.schedule(doctor_id, day)
