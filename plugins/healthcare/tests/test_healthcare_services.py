from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from plugins.healthcare.backend.services.clinic import Clinic, load_samples, open_clinic
from plugins.healthcare.backend.services.database import Database
from plugins.healthcare.backend.services.doctors import DoctorSearch
from plugins.healthcare.backend.services.errors import RecordConflictError, UnknownRecordError
from plugins.healthcare.backend.services.patients import PatientSearch
from plugins.healthcare.backend.services.records import NewAppointment, NewPatient, PatientChange


def new_patient(**values: Any) -> NewPatient:
    facts = {"mrn": "MRN-200001", "given_name": "Ada", "family_name": "Núñez", "birth_date": "1990-05-17", **values}
    return NewPatient.model_validate(facts)


def appointment(starts_at: str, *, doctor: int = 4, minutes: int = 30) -> NewAppointment:
    return NewAppointment(doctor_id=doctor, starts_at=datetime.fromisoformat(starts_at), minutes=minutes, reason="Knee pain")


def test_the_clinic_of_a_process_is_opened_once() -> None:
    assert open_clinic() is open_clinic()
    assert open_clinic().patients.find(PatientSearch()).total == 24


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("muller", ["Müller"]),
        ("MÜLLER", ["Müller"]),
        ("zoe m", ["Müller"]),
        ("MRN-107374", ["Silva"]),
        ("fernandez", ["Fernández"]),
        ("100%", []),
        ("_", []),
        ("\\", []),
    ],
)
def test_a_search_ignores_case_and_accents_and_takes_wildcards_as_text(clinic: Clinic, search: str, names: list[str]) -> None:
    assert [patient.family_name for patient in clinic.patients.find(PatientSearch(search=search)).items] == names


def test_pages_follow_one_another_without_gap_or_repetition(clinic: Clinic) -> None:
    pages = [clinic.patients.find(PatientSearch(limit=7, offset=offset)) for offset in range(0, 28, 7)]
    seen = [patient.id for page in pages for patient in page.items]
    assert {page.total for page in pages} == {24}
    assert [len(page.items) for page in pages] == [7, 7, 7, 3]
    assert sorted(seen) == list(range(1, 25))


def test_an_admitted_patient_is_found_at_version_one(clinic: Clinic) -> None:
    patient = clinic.patients.admit(new_patient(given_name="  Ada  "))
    assert (patient.given_name, patient.version) == ("Ada", 1)
    assert clinic.patients.get(patient.id) == patient
    assert clinic.patients.find(PatientSearch(search="nunez")).items == (patient,)


def test_a_record_number_is_given_once(clinic: Clinic) -> None:
    with pytest.raises(RecordConflictError, match=r"^MRN-107374 is the record number of patient 1$"):
        clinic.patients.admit(new_patient(mrn="MRN-107374"))
    assert clinic.patients.find(PatientSearch()).total == 24


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mrn", "107374"),
        ("mrn", "MRN-12345\n"),
        ("given_name", "   "),
        ("birth_date", "2999-01-01"),
        ("sex", "f"),
        ("phone", "0170 123"),
        ("email", "ada@localhost"),
        ("adress", "Long Street 1"),
    ],
)
def test_a_patient_with_a_wrong_value_is_not_taken_in(field: str, value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        new_patient(**{field: value})
    assert [problem["loc"] for problem in caught.value.errors()] == [(field,)]


def test_a_change_touches_only_the_fields_that_were_sent(clinic: Clinic) -> None:
    before = clinic.patients.get(1)
    after = clinic.patients.amend(1, PatientChange(version=1, family_name="Åberg", birth_date=date(1984, 3, 13), phone=None))
    assert after == before.model_copy(
        update={"family_name": "Åberg", "birth_date": date(1984, 3, 13), "phone": None, "version": 2}
    )
    assert clinic.patients.find(PatientSearch(search="ana aberg")).items == (after,)
    assert clinic.patients.find(PatientSearch(search="silva")).total == 0


def test_of_two_changes_to_the_same_version_the_second_is_refused(clinic: Clinic) -> None:
    clinic.patients.amend(2, PatientChange(version=1, email="zoe@example.org"))
    with pytest.raises(RecordConflictError, match=r"^patient 2 is at version 2, the change was made to version 1$"):
        clinic.patients.amend(2, PatientChange(version=1, email="mueller@example.org"))
    assert clinic.patients.get(2).email == "zoe@example.org"


def test_a_required_value_can_be_changed_and_not_removed() -> None:
    with pytest.raises(ValidationError, match="family_name, sex cannot be removed, only changed"):
        PatientChange.model_validate({"version": 1, "family_name": None, "sex": None, "phone": None})


def test_a_search_folds_letters_that_case_alone_does_not(clinic: Clinic) -> None:
    patient = clinic.patients.admit(new_patient(given_name="Άγγελος", family_name="Großmann"))
    for search in ("ΑΓΓΕΛΟΣ", "GROSSMANN"):
        assert clinic.patients.find(PatientSearch(search=search)).items == (patient,)


def test_doctors_are_found_by_name_specialty_and_openness(clinic: Clinic) -> None:
    def names(**wanted: Any) -> list[str]:
        return [doctor.name for doctor in clinic.doctors.find(DoctorSearch(**wanted)).items]

    assert names(search="hakansson") == ["Björn Håkansson"]
    assert names(specialty="general practice") == ["Björn Håkansson", "Farid Al-Masri"]
    assert names(accepts_patients=False) == ["Ibrahim Diallo"]
    assert len(names(accepts_patients=True)) == 8


def test_a_care_team_names_its_primary_doctor_first(clinic: Clinic) -> None:
    assert [(member.doctor.id, member.role) for member in clinic.care.team(1)] == [(6, "primary"), (7, "consulting")]


def test_a_patient_has_one_primary_doctor(clinic: Clinic) -> None:
    with pytest.raises(RecordConflictError, match=r"^Farid Al-Masri is the primary doctor of patient 1$"):
        clinic.care.assign(1, 2, "primary")
    clinic.care.assign(1, 6, "consulting")
    clinic.care.assign(1, 2, "primary")
    assert [(member.doctor.id, member.role) for member in clinic.care.team(1)] == [
        (2, "primary"),
        (6, "consulting"),
        (7, "consulting"),
    ]


def test_a_doctor_who_takes_no_new_patients_joins_no_team(clinic: Clinic) -> None:
    with pytest.raises(RecordConflictError, match=r"^Ibrahim Diallo takes no new patients$"):
        clinic.care.assign(1, 9, "consulting")


def test_a_doctor_who_stops_taking_patients_keeps_those_already_there() -> None:
    database = Database()
    clinic = Clinic.over(database)
    load_samples(clinic)
    with database.transaction() as connection:
        connection.execute("UPDATE doctor SET accepts_patients = 0")
    clinic.care.assign(1, 6, "consulting")
    clinic.care.assign(1, 7, "primary")
    assert [(member.doctor.id, member.role) for member in clinic.care.team(1)] == [(7, "primary"), (6, "consulting")]
    database.close()


def test_a_doctor_leaves_a_team_once(clinic: Clinic) -> None:
    clinic.care.release(1, 7)
    with pytest.raises(UnknownRecordError, match=r"^doctor 7 is not in the care team of patient 1$"):
        clinic.care.release(1, 7)


def test_a_booked_appointment_stands_in_both_calendars(clinic: Clinic) -> None:
    booked = clinic.care.book(1, appointment("2027-02-03T10:00:00+02:00", minutes=45))
    assert booked.starts_at == datetime(2027, 2, 3, 8, tzinfo=UTC)
    assert booked.ends_at == datetime(2027, 2, 3, 8, 45, tzinfo=UTC)
    assert clinic.care.schedule(4, date(2027, 2, 3)) == (booked,)
    assert booked in clinic.care.appointments(1)


@pytest.mark.parametrize(
    ("patient", "doctor", "starts_at", "busy"),
    [
        (2, 4, "2027-02-03T08:29:00+00:00", "Daniel Reyes"),
        (2, 4, "2027-02-03T07:31:00+00:00", "Daniel Reyes"),
        (1, 7, "2027-02-03T08:15:00+00:00", "Ana Silva"),
    ],
)
def test_nobody_is_booked_twice_at_a_time(clinic: Clinic, patient: int, doctor: int, starts_at: str, busy: str) -> None:
    clinic.care.book(1, appointment("2027-02-03T08:00:00+00:00"))
    with pytest.raises(RecordConflictError, match=f"^{busy} is booked from 2027-02-03T08:00:00Z to 2027-02-03T08:30:00Z$"):
        clinic.care.book(patient, appointment(starts_at, doctor=doctor))


def test_appointments_may_touch_and_a_day_ends_at_midnight(clinic: Clinic) -> None:
    clinic.care.book(1, appointment("2027-02-03T08:00:00+00:00"))
    clinic.care.book(2, appointment("2027-02-03T08:30:00+00:00"))
    clinic.care.book(3, appointment("2027-02-03T07:30:00+00:00"))
    clinic.care.book(3, appointment("2027-02-04T00:00:00+00:00"))
    assert [booked.patient_id for booked in clinic.care.schedule(4, date(2027, 2, 3))] == [3, 1, 2]


def test_a_cancelled_appointment_stays_on_record_and_frees_its_time(clinic: Clinic) -> None:
    booked = clinic.care.book(1, appointment("2027-02-03T08:00:00+00:00"))
    with pytest.raises(UnknownRecordError, match=f"^patient 2 has no booked appointment {booked.id}$"):
        clinic.care.cancel(2, booked.id)
    clinic.care.cancel(1, booked.id)
    with pytest.raises(UnknownRecordError, match=f"^patient 1 has no booked appointment {booked.id}$"):
        clinic.care.cancel(1, booked.id)
    clinic.care.book(2, appointment("2027-02-03T08:00:00+00:00"))
    assert booked.model_copy(update={"status": "cancelled"}) in clinic.care.appointments(1)


@pytest.mark.parametrize("look", ["team", "appointments"])
def test_an_unknown_patient_has_no_care(clinic: Clinic, look: str) -> None:
    with pytest.raises(UnknownRecordError, match=r"^there is no patient 99$"):
        getattr(clinic.care, look)(99)


def test_an_unknown_doctor_has_no_schedule(clinic: Clinic) -> None:
    with pytest.raises(UnknownRecordError, match=r"^there is no doctor 99$"):
        clinic.care.schedule(99, date(2027, 2, 3))


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone info"):
        NewAppointment.model_validate({"doctor_id": 4, "starts_at": "2027-02-03T08:00:00", "reason": "Knee pain"})
