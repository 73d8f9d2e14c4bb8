"""
Routes of the patients: the register, care teams and appointments.

The manifest asks every caller for ``patient.read``; the routes that change something ask for ``patient.edit`` as well.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from honeyhost.sdk import requires

from ..services.patients import PatientSearch
from ..services.records import (
    Appointment,
    CareTeamMember,
    NewAppointment,
    NewCareTeamMember,
    NewPatient,
    Page,
    Patient,
    PatientChange,
)
from .clinic import REFUSALS, TheClinic

router = APIRouter(prefix="/patients", tags=["patients"], responses=REFUSALS)

EDIT = [Depends(requires("patient.edit"))]


@router.get("")
async def list_patients(clinic: TheClinic, wanted: Annotated[PatientSearch, Query()]) -> Page[Patient]:
    """
    Patients by family name; `search` looks in names and record numbers, without case and accents.
    """
    return await clinic.patients.find(wanted)


@router.post("", status_code=201, dependencies=EDIT)
async def admit_patient(clinic: TheClinic, new: NewPatient, request: Request, response: Response) -> Patient:
    """
    Admit a patient; 409 when the record number is taken.
    """
    patient = await clinic.patients.admit(new)
    response.headers["Location"] = request.url_for("get_patient", patient_id=patient.id).path
    return patient


@router.get("/{patient_id}")
async def get_patient(clinic: TheClinic, patient_id: int) -> Patient:
    """
    One patient.
    """
    return await clinic.patients.get(patient_id)


@router.patch("/{patient_id}", dependencies=EDIT)
async def amend_patient(clinic: TheClinic, patient_id: int, change: PatientChange) -> Patient:
    """
    Change some fields; 409 when somebody else changed the patient since the `version` that the caller has read.
    """
    return await clinic.patients.amend(patient_id, change)


@router.get("/{patient_id}/care-team")
async def get_care_team(clinic: TheClinic, patient_id: int) -> tuple[CareTeamMember, ...]:
    """
    The doctors who look after the patient, the primary one first.
    """
    return await clinic.care.team(patient_id)


@router.put("/{patient_id}/care-team/{doctor_id}", dependencies=EDIT)
async def assign_doctor(clinic: TheClinic, patient_id: int, doctor_id: int, member: NewCareTeamMember) -> CareTeamMember:
    """
    Take a doctor into the care team; 409 when the doctor takes no new patients, or another one is primary.
    """
    return await clinic.care.assign(patient_id, doctor_id, member.role)


@router.delete("/{patient_id}/care-team/{doctor_id}", status_code=204, dependencies=EDIT)
async def release_doctor(clinic: TheClinic, patient_id: int, doctor_id: int) -> None:
    """
    Let a doctor leave the care team.
    """
    await clinic.care.release(patient_id, doctor_id)


@router.get("/{patient_id}/appointments")
async def list_appointments(clinic: TheClinic, patient_id: int) -> tuple[Appointment, ...]:
    """
    All appointments of the patient in order of time, cancelled ones too.
    """
    return await clinic.appointments.of_patient(patient_id)


@router.post("/{patient_id}/appointments", status_code=201, dependencies=EDIT)
async def book_appointment(clinic: TheClinic, patient_id: int, new: NewAppointment) -> Appointment:
    """
    Book an appointment; 409 when the doctor or the patient is booked at that time, or the clinic is closed.
    """
    return await clinic.appointments.book(patient_id, new)


@router.delete("/{patient_id}/appointments/{appointment_id}", status_code=204, dependencies=EDIT)
async def cancel_appointment(clinic: TheClinic, patient_id: int, appointment_id: int) -> None:
    """
    Cancel an appointment; it stays on record, and its time is free again.
    """
    await clinic.appointments.cancel(patient_id, appointment_id)
