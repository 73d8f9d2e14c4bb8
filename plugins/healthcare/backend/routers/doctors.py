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

router = APIRouter(prefix="/doctors", tags=["doctors"], responses={404: REFUSALS[404]})

SEES_PATIENTS = [Depends(requires("patient.read"))]
"""Whom a doctor treats is a fact about the patients, so reading doctors alone is not enough."""


@router.get("")
def list_doctors(clinic: TheClinic, wanted: Annotated[DoctorSearch, Query()]) -> Page[Doctor]:
    """
    Doctors by name, of one specialty or of all.
    """
    return clinic.doctors.find(wanted)


@router.get("/{doctor_id}")
def get_doctor(clinic: TheClinic, doctor_id: int) -> Doctor:
    """
    One doctor.
    """
    return clinic.doctors.get(doctor_id)


@router.get("/{doctor_id}/patients", dependencies=SEES_PATIENTS)
def list_patients_of_doctor(clinic: TheClinic, doctor_id: int, paging: Annotated[Paging, Query()]) -> Page[Patient]:
    """
    The patients in whose care team the doctor is.
    """
    doctor = clinic.doctors.get(doctor_id)
    return clinic.patients.find(PatientSearch(doctor=doctor.id, limit=paging.limit, offset=paging.offset))


@router.get("/{doctor_id}/schedule", dependencies=SEES_PATIENTS)
def get_schedule(clinic: TheClinic, doctor_id: int, day: date) -> tuple[Appointment, ...]:
    """
    What is booked with the doctor on a day (UTC).
    """
    return clinic.care.schedule(doctor_id, day)
