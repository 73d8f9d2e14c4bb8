from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.insights.backend.services.figures import figures
from plugins.insights.backend.services.records import Balance, Census, Figures

YEAR = {"start": "2026-01-01", "income": "19500.00", "expense": "28073.42", "result": "-8573.42"}
BALANCE = {"on": "2026-08-31", "currency": "EUR", "debit": "91919.28", "credit": "91919.28", "fiscal_year": YEAR}
CENSUS: dict[str, Any] = {"patients": 24, "visits": 45, "wards": [], "doctors": []}


def computed(balance: Any = BALANCE, **census: Any) -> Figures:
    return figures(Balance.model_validate(balance), Census.model_validate(CENSUS | census))


def doctor(number: int, *, visits: int, patients: int = 0) -> dict[str, Any]:
    return {"doctor": number, "name": f"Doctor {number}", "visits": visits, "patients": patients}


def test_money_is_divided_by_patients_and_by_visits() -> None:
    shown = computed().model_dump(mode="json")
    assert (shown["income_per_patient"], shown["expense_per_patient"], shown["income_per_visit"]) == (
        "812.50",
        "1169.73",
        "433.33",
    )
    assert (shown["income"], shown["result"], shown["visits_per_patient"]) == ("19500.00", "-8573.42", 1.88)


def test_where_there_is_nobody_nothing_is_divided() -> None:
    shown = computed(patients=0, visits=0)
    assert (shown.income_per_patient, shown.expense_per_patient, shown.income_per_visit, shown.visits_per_patient) == (
        None,
        None,
        None,
        None,
    )
    assert shown.income == Decimal("19500.00")


@pytest.mark.parametrize(("credit", "balance"), [("91919.28", True), ("91919.27", False)])
def test_the_board_says_whether_the_books_balance(credit: str, balance: bool) -> None:  # noqa: FBT001 - as parametrised
    assert computed(BALANCE | {"credit": credit}).books_balance is balance


@pytest.mark.parametrize(
    ("doctors", "busiest"),
    [
        ([doctor(1, visits=2), doctor(2, visits=3), doctor(3, visits=1)], 2),
        ([doctor(1, visits=3), doctor(2, visits=3, patients=5)], 2),
        ([doctor(1, visits=3), doctor(2, visits=3)], 1),
        ([doctor(1, visits=0, patients=9)], None),
        ([], None),
    ],
)
def test_the_busiest_doctor_has_the_most_visits(doctors: list[dict[str, Any]], busiest: int | None) -> None:
    found = computed(doctors=doctors).busiest_doctor
    assert (found and found.doctor) == busiest


@given(income=st.decimals("0", "1e12", places=2), patients=st.integers(1, 10**6))
def test_a_share_is_right_to_half_a_cent(income: Decimal, patients: int) -> None:
    year = deepcopy(YEAR) | {"income": str(income)}
    share = computed(BALANCE | {"fiscal_year": year}, patients=patients).income_per_patient
    assert share is not None
    assert abs(share * patients - income) <= Decimal("0.005") * patients
