from typing import Any

import pytest

from honeyhost.testing import FakeHost
from plugins.healthcare.backend.healthcare import Healthcare
from plugins.healthcare.backend.services.errors import UnknownRecordError

pytestmark = pytest.mark.anyio


@pytest.fixture
def healthcare(host: FakeHost) -> Healthcare:
    plugin = Healthcare()
    plugin.host = host
    return plugin


async def test_the_census_counts_every_patient_in_one_ward(healthcare: Healthcare) -> None:
    census = await healthcare.census()
    assert {row["ward"]: row["patients"] for row in census["wards"]} == {
        "neurology": 2,
        "oncology": 3,
        "outpatients": 15,
        "paediatrics": 4,
    }
    assert census["patients"] == 24


async def test_the_census_says_what_each_doctor_has_to_do(healthcare: Healthcare) -> None:
    census = await healthcare.census()
    assert census["doctors"][4] == {"doctor": 5, "name": "Esther Cohen", "specialty": "oncology", "patients": 5, "visits": 7}
    assert census["visits"] == sum(doctor["visits"] for doctor in census["doctors"]) == 45


async def test_visits_are_counted_from_the_first_day_through_the_last(healthcare: Healthcare) -> None:
    assert (await healthcare.census("2026-09-03", "2026-09-04"))["visits"] == 4
    assert (await healthcare.census("2026-09-05", "2026-09-07"))["visits"] == 0


async def test_the_census_names_no_patient(healthcare: Healthcare) -> None:
    assert not [name for name in ("Silva", "Zoë", "MRN") if name in repr(await healthcare.census())]


async def test_a_summary_says_where_a_patient_lies_and_who_looks_after_them(healthcare: Healthcare) -> None:
    assert await healthcare.patient_summary(4) == {
        "patient": 4,
        "ward": "paediatrics",
        "primary_doctor": 3,
        "care_team": [3, 1, 5],
        "visits": 2,
        "next_visit": None,
    }


async def test_a_summary_names_the_next_visit(healthcare: Healthcare, tables: Any) -> None:
    tables.execute("UPDATE healthcare_appointments SET starts_at = '2999' || substr(starts_at, 5) WHERE id IN (33, 46)")
    tables.execute("UPDATE healthcare_appointments SET ends_at = '2999' || substr(ends_at, 5) WHERE id IN (33, 46)")
    coming = {"doctor_id": 3, "starts_at": "2999-10-13T14:15:00Z", "ends_at": "2999-10-13T15:00:00Z"}
    assert (await healthcare.patient_summary(4))["next_visit"] == coming


async def test_a_transfer_moves_a_patient_in_the_census(healthcare: Healthcare) -> None:
    await healthcare.transfer(1, " oncology ")
    assert (await healthcare.patient_summary(1))["ward"] == "oncology"
    assert [row["patients"] for row in (await healthcare.census())["wards"]] == [2, 4, 14, 4]


@pytest.mark.parametrize("ward", ["", "  ", "x" * 61])
async def test_a_ward_has_a_name(healthcare: Healthcare, ward: str) -> None:
    with pytest.raises(ValueError, match="ward"):
        await healthcare.transfer(1, ward)


async def test_an_unknown_patient_is_nowhere(healthcare: Healthcare) -> None:
    for ask in (healthcare.patient_summary(99), healthcare.transfer(99, "oncology")):
        with pytest.raises(UnknownRecordError, match=r"^there is no patient 99$"):
            await ask


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01"])
async def test_a_day_is_a_day(healthcare: Healthcare, day: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|month"):
        await healthcare.census(since=day)
