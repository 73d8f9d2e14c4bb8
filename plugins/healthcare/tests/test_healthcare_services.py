from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from honeyhost.testing import FakeHost
from plugins.healthcare.backend.services.clinic import Clinic
from plugins.healthcare.backend.services.doctors import DoctorSearch
from plugins.healthcare.backend.services.errors import ClinicUnavailableError, RecordConflictError, UnknownRecordError
from plugins.healthcare.backend.services.patients import PatientSearch
from plugins.healthcare.backend.services.records import NewAppointment, NewPatient, PatientChange
from plugins.healthcare.backend.services.turns import ATTEMPTS

pytestmark = pytest.mark.anyio


def new_patient(**values: Any) -> NewPatient:
    facts = {"mrn": "MRN-200001", "given_name": "Ada", "family_name": "Núñez", "birth_date": "1990-05-17", **values}
    return NewPatient.model_validate(facts)


def appointment(starts_at: str, *, doctor: int = 4, minutes: int = 30) -> NewAppointment:
    return NewAppointment(doctor_id=doctor, starts_at=datetime.fromisoformat(starts_at), minutes=minutes, reason="Knee pain")


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
async def test_a_search_ignores_case_and_accents_and_takes_wildcards_as_text(
    clinic: Clinic, search: str, names: list[str]
) -> None:
    assert [patient.family_name for patient in (await clinic.patients.find(PatientSearch(search=search))).items] == names


async def test_pages_follow_one_another_without_gap_or_repetition(clinic: Clinic) -> None:
    pages = [await clinic.patients.find(PatientSearch(limit=7, offset=offset)) for offset in range(0, 28, 7)]
    seen = [patient.id for page in pages for patient in page.items]
    assert {page.total for page in pages} == {24}
    assert [len(page.items) for page in pages] == [7, 7, 7, 3]
    assert sorted(seen) == list(range(1, 25))


async def test_an_admitted_patient_is_found_at_version_one(clinic: Clinic) -> None:
    patient = await clinic.patients.admit(new_patient(given_name="  Ada  "))
    assert (patient.given_name, patient.version) == ("Ada", 1)
    assert await clinic.patients.get(patient.id) == patient
    assert (await clinic.patients.find(PatientSearch(search="nunez"))).items == (patient,)


async def test_a_record_number_is_given_once(clinic: Clinic) -> None:
    with pytest.raises(RecordConflictError, match=r"^MRN-107374 is the record number of patient 1$"):
        await clinic.patients.admit(new_patient(mrn="MRN-107374"))
    assert (await clinic.patients.find(PatientSearch())).total == 24


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


async def test_a_change_touches_only_the_fields_that_were_sent(clinic: Clinic) -> None:
    before = await clinic.patients.get(1)
    after = await clinic.patients.amend(
        1, PatientChange(version=1, family_name="Åberg", birth_date=date(1984, 3, 13), phone=None)
    )
    assert after == before.model_copy(
        update={"family_name": "Åberg", "birth_date": date(1984, 3, 13), "phone": None, "version": 2}
    )
    assert (await clinic.patients.find(PatientSearch(search="ana aberg"))).items == (after,)
    assert (await clinic.patients.find(PatientSearch(search="silva"))).total == 0


async def test_of_two_changes_to_the_same_version_the_second_is_refused(clinic: Clinic) -> None:
    await clinic.patients.amend(2, PatientChange(version=1, email="zoe@example.org"))
    with pytest.raises(RecordConflictError, match=r"^patient 2 is at version 2, the change was made to version 1$"):
        await clinic.patients.amend(2, PatientChange(version=1, email="mueller@example.org"))
    assert (await clinic.patients.get(2)).email == "zoe@example.org"


def test_a_required_value_can_be_changed_and_not_removed() -> None:
    with pytest.raises(ValidationError, match="family_name, sex cannot be removed, only changed"):
        PatientChange.model_validate({"version": 1, "family_name": None, "sex": None, "phone": None})


async def test_a_search_folds_letters_that_case_alone_does_not(clinic: Clinic) -> None:
    patient = await clinic.patients.admit(new_patient(given_name="Άγγελος", family_name="Großmann"))
    for search in ("ΑΓΓΕΛΟΣ", "GROSSMANN"):
        assert (await clinic.patients.find(PatientSearch(search=search))).items == (patient,)


async def test_doctors_are_found_by_name_specialty_and_openness(clinic: Clinic) -> None:
    async def names(**wanted: Any) -> list[str]:
        return [doctor.name for doctor in (await clinic.doctors.find(DoctorSearch(**wanted))).items]

    assert await names(search="hakansson") == ["Björn Håkansson"]
    assert await names(specialty="general practice") == ["Björn Håkansson", "Farid Al-Masri"]
    assert await names(accepts_patients=False) == ["Ibrahim Diallo"]
    assert len(await names(accepts_patients=True)) == 8


async def test_a_care_team_names_its_primary_doctor_first(clinic: Clinic) -> None:
    assert [(member.doctor.id, member.role) for member in await clinic.care.team(1)] == [(6, "primary"), (7, "consulting")]


async def test_a_patient_has_one_primary_doctor(clinic: Clinic) -> None:
    with pytest.raises(RecordConflictError, match=r"^Farid Al-Masri is the primary doctor of patient 1$"):
        await clinic.care.assign(1, 2, "primary")
    await clinic.care.assign(1, 6, "consulting")
    await clinic.care.assign(1, 2, "primary")
    assert [(member.doctor.id, member.role) for member in await clinic.care.team(1)] == [
        (2, "primary"),
        (6, "consulting"),
        (7, "consulting"),
    ]


async def test_a_doctor_who_takes_no_new_patients_joins_no_team(clinic: Clinic) -> None:
    with pytest.raises(RecordConflictError, match=r"^Ibrahim Diallo takes no new patients$"):
        await clinic.care.assign(1, 9, "consulting")


async def test_a_doctor_who_stops_taking_patients_keeps_those_already_there(clinic: Clinic, tables: Any) -> None:
    tables.execute("UPDATE healthcare_doctors SET accepts_patients = FALSE")
    await clinic.care.assign(1, 6, "consulting")
    await clinic.care.assign(1, 7, "primary")
    assert [(member.doctor.id, member.role) for member in await clinic.care.team(1)] == [(7, "primary"), (6, "consulting")]


async def test_a_doctor_leaves_a_team_once(clinic: Clinic) -> None:
    await clinic.care.release(1, 7)
    with pytest.raises(UnknownRecordError, match=r"^doctor 7 is not in the care team of patient 1$"):
        await clinic.care.release(1, 7)


async def test_a_booked_appointment_stands_in_both_calendars(clinic: Clinic) -> None:
    booked = await clinic.appointments.book(1, appointment("2027-02-03T10:00:00+02:00", minutes=45))
    assert booked.starts_at == datetime(2027, 2, 3, 8, tzinfo=UTC)
    assert booked.ends_at == datetime(2027, 2, 3, 8, 45, tzinfo=UTC)
    assert await clinic.appointments.schedule(4, date(2027, 2, 3)) == (booked,)
    assert booked in await clinic.appointments.of_patient(1)


@pytest.mark.parametrize(
    ("patient", "doctor", "starts_at", "busy"),
    [
        (2, 4, "2027-02-03T08:29:00+00:00", "Daniel Reyes"),
        (2, 4, "2027-02-03T07:31:00+00:00", "Daniel Reyes"),
        (1, 7, "2027-02-03T08:15:00+00:00", "Ana Silva"),
    ],
)
async def test_nobody_is_booked_twice_at_a_time(clinic: Clinic, patient: int, doctor: int, starts_at: str, busy: str) -> None:
    await clinic.appointments.book(1, appointment("2027-02-03T08:00:00+00:00"))
    with pytest.raises(RecordConflictError, match=f"^{busy} is booked from 2027-02-03T08:00:00Z to 2027-02-03T08:30:00Z$"):
        await clinic.appointments.book(patient, appointment(starts_at, doctor=doctor))


async def test_appointments_may_touch_and_a_day_ends_at_midnight(clinic: Clinic) -> None:
    await clinic.appointments.book(1, appointment("2027-02-03T08:00:00+00:00"))
    await clinic.appointments.book(2, appointment("2027-02-03T08:30:00+00:00"))
    await clinic.appointments.book(3, appointment("2027-02-03T07:30:00+00:00"))
    await clinic.appointments.book(3, appointment("2027-02-04T00:00:00+00:00"))
    assert [booked.patient_id for booked in await clinic.appointments.schedule(4, date(2027, 2, 3))] == [3, 1, 2]


async def test_a_cancelled_appointment_stays_on_record_and_frees_its_time(clinic: Clinic) -> None:
    booked = await clinic.appointments.book(1, appointment("2027-02-03T08:00:00+00:00"))
    with pytest.raises(UnknownRecordError, match=f"^patient 2 has no booked appointment {booked.id}$"):
        await clinic.appointments.cancel(2, booked.id)
    await clinic.appointments.cancel(1, booked.id)
    with pytest.raises(UnknownRecordError, match=f"^patient 1 has no booked appointment {booked.id}$"):
        await clinic.appointments.cancel(1, booked.id)
    await clinic.appointments.book(2, appointment("2027-02-03T08:00:00+00:00"))
    assert booked.model_copy(update={"status": "cancelled"}) in await clinic.appointments.of_patient(1)


async def test_an_unknown_patient_has_no_care(clinic: Clinic) -> None:
    for look in (clinic.care.team, clinic.appointments.of_patient):
        with pytest.raises(UnknownRecordError, match=r"^there is no patient 99$"):
            await look(99)


async def test_an_unknown_doctor_has_no_schedule(clinic: Clinic) -> None:
    with pytest.raises(UnknownRecordError, match=r"^there is no doctor 99$"):
        await clinic.appointments.schedule(99, date(2027, 2, 3))


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone info"):
        NewAppointment.model_validate({"doctor_id": 4, "starts_at": "2027-02-03T08:00:00", "reason": "Knee pain"})


@pytest.mark.parametrize("number", [0, -1, 2**31, -(2**64)])
async def test_a_number_that_no_row_can_have_is_not_found(clinic: Clinic, number: int) -> None:
    with pytest.raises(UnknownRecordError, match=f"^there is no patient {number}$"):
        await clinic.patients.get(number)
    with pytest.raises(UnknownRecordError, match=f"^there is no doctor {number}$"):
        await clinic.doctors.get(number)
    with pytest.raises(UnknownRecordError):
        await clinic.care.release(1, number)
    with pytest.raises(UnknownRecordError):
        await clinic.appointments.cancel(1, number)
    assert (await clinic.patients.find(PatientSearch(doctor=number))).total == 0


class TestSamples:
    async def test_they_keep_the_rules_that_the_clinic_has_for_everybody(self, tables: Any) -> None:
        rows = tables.query("SELECT * FROM healthcare_patients")
        for row in rows:
            NewPatient.model_validate({name: row[name] for name in NewPatient.model_fields})
        taken = """
            SELECT 1 FROM healthcare_appointments AS one JOIN healthcare_appointments AS other
            ON one.id < other.id AND one.status = 'booked' AND other.status = 'booked'
            AND (one.doctor_id = other.doctor_id OR one.patient_id = other.patient_id)
            AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at
        """
        assert (len(rows), tables.query(taken)) == (24, [])

    async def test_their_moments_are_of_the_width_that_the_code_writes(self, clinic: Clinic, tables: Any) -> None:
        await clinic.appointments.book(1, appointment("2027-02-03T08:00:00+00:00"))
        moments = tables.query("SELECT starts_at, ends_at FROM healthcare_appointments")
        assert {len(moment) for row in moments for moment in row.values()} == {len("2027-02-03T08:00:00Z")}


class TestRules:
    async def test_the_visiting_hours_are_meant_in_the_zone_of_the_clinic(self, host: FakeHost) -> None:
        host.configuration |= {"time_zone": "Europe/Berlin", "visiting_hours": {"from": "08:00", "to": "18:00"}}
        clinic = Clinic.over(host)
        for starts_at in ("2027-02-03T06:59:00+00:00", "2027-02-03T16:31:00+00:00", "2027-07-03T16:00:00+00:00"):
            with pytest.raises(RecordConflictError, match=r"^the clinic is open from 08:00 to 18:00 \(Europe/Berlin\)$"):
                await clinic.appointments.book(1, appointment(starts_at))
        for starts_at in ("2027-02-03T07:00:00+00:00", "2027-02-03T16:30:00+00:00", "2027-07-03T06:00:00+00:00"):
            await clinic.appointments.book(1, appointment(starts_at))

    async def test_a_zone_that_is_none_is_said_to_be_the_operators_matter(self, host: FakeHost) -> None:
        host.configuration |= {"time_zone": "Mars/Base", "visiting_hours": {"from": "08:00", "to": "18:00"}}
        with pytest.raises(ClinicUnavailableError, match=r"^the setting time_zone is 'Mars/Base', and there is no such zone$"):
            await Clinic.over(host).appointments.book(1, appointment("2027-02-03T08:00:00+00:00"))

    async def test_a_doctor_may_have_as_many_appointments_at_the_same_time_as_are_configured(self, host: FakeHost) -> None:
        host.configuration |= {"parallel_appointments": 2}
        clinic = Clinic.over(host)
        await clinic.appointments.book(1, appointment("2027-02-03T08:00:00+00:00"))
        await clinic.appointments.book(2, appointment("2027-02-03T09:00:00+00:00"))
        # It meets both of them, but never both at once.
        await clinic.appointments.book(3, appointment("2027-02-03T08:00:00+00:00", minutes=90))
        with pytest.raises(
            RecordConflictError, match=r"^Daniel Reyes is booked from 2027-02-03T08:00:00Z to 2027-02-03T08:30:00Z$"
        ):
            await clinic.appointments.book(4, appointment("2027-02-03T08:29:00+00:00", minutes=5))
        await clinic.appointments.book(4, appointment("2027-02-03T08:30:00+00:00"))

    async def test_a_patient_is_in_one_place_at_a_time_however_many_the_doctor_may_see(self, host: FakeHost) -> None:
        host.configuration |= {"parallel_appointments": 2}
        clinic = Clinic.over(host)
        await clinic.appointments.book(1, appointment("2027-02-03T08:00:00+00:00"))
        with pytest.raises(RecordConflictError, match=r"^Ana Silva is booked"):
            await clinic.appointments.book(1, appointment("2027-02-03T08:15:00+00:00"))

    async def test_patients_are_admitted_to_the_configured_ward(self, host: FakeHost) -> None:
        host.configuration |= {"default_ward": "reception"}
        clinic = Clinic.over(host)
        assert await clinic.patients.ward((await clinic.patients.admit(new_patient())).id) == "reception"


class TestTurns:
    async def test_where_another_writer_took_the_number_the_statement_is_tried_again(self, host: FakeHost, tables: Any) -> None:
        faster = ["UPDATE healthcare_appointments SET id = id + 1 WHERE id = 48"]

        def execute(sql: str, params: Any, database: str) -> int:
            # What PostgreSQL does to one of two that missed each other: the number is taken, nothing is written.
            return 0 if faster and tables.execute(faster.pop()) else tables.execute(sql, params, database)

        host.answers("db.execute", execute)
        booked = await Clinic.over(host).appointments.book(1, appointment("2027-02-03T08:00:00+00:00"))
        assert (booked.id, faster) == (50, [])

    async def test_who_is_never_fast_enough_is_told_so(self, host: FakeHost) -> None:
        host.answers("db.execute", 0)
        with pytest.raises(ClinicUnavailableError, match=r"^too many changes are made at once; try again$"):
            await Clinic.over(host).patients.admit(new_patient())
        assert len(host.asked("db.execute")) == ATTEMPTS

    async def test_a_change_that_was_overtaken_after_the_look_is_refused(self, host: FakeHost) -> None:
        host.answers("db.execute", 0)
        with pytest.raises(RecordConflictError, match=r"^patient 2 is at version 1, the change was made to version 1$"):
            await Clinic.over(host).patients.amend(2, PatientChange(version=1, email="zoe@example.org"))


async def test_the_log_says_what_happened_and_names_nobody(host: FakeHost, clinic: Clinic) -> None:
    patient = await clinic.patients.admit(new_patient(phone="+12025550147"))
    await clinic.patients.amend(patient.id, PatientChange(version=1, email="ada@example.org"))
    await clinic.patients.move(patient.id, "neurology")
    await clinic.care.assign(patient.id, 4, "primary")
    booked = await clinic.appointments.book(patient.id, appointment("2027-02-03T08:00:00+00:00"))
    await clinic.appointments.cancel(patient.id, booked.id)
    await clinic.care.release(patient.id, 4)
    said = [asked.args for asked in host.asked("log.write")]
    assert [(record["message"], record["fields"]["patient"]) for record in said] == [
        ("patient admitted", 25),
        ("patient amended", 25),
        ("patient moved", 25),
        ("care team changed", 25),
        ("appointment booked", 25),
        ("appointment cancelled", 25),
        ("care team changed", 25),
    ]
    private = ("Ada", "Núñez", "MRN", "1990", "2025550147", "example.org", "Knee pain", "Reyes")
    assert not [word for word in private if word in repr(said)]
