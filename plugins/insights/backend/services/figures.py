"""
Figures: what comes out when the books and the census of one period are put together.
"""

from decimal import Decimal

from .records import Balance, Census, Figures

_CENT = Decimal("0.01")


def figures(balance: Balance, census: Census) -> Figures:
    """
    The figures of a period.

    Args:
        balance: of its last day.
        census: of its visits.
    """
    year = balance.fiscal_year
    return Figures(
        on=balance.on,
        since=year.start,
        currency=balance.currency,
        income=year.income,
        expense=year.expense,
        result=year.result,
        books_balance=balance.debit == balance.credit,
        patients=census.patients,
        visits=census.visits,
        income_per_patient=_each(year.income, census.patients),
        expense_per_patient=_each(year.expense, census.patients),
        income_per_visit=_each(year.income, census.visits),
        visits_per_patient=round(census.visits / census.patients, 2) if census.patients else None,
        wards=census.wards,
        busiest_doctor=max(
            (doctor for doctor in census.doctors if doctor.visits),
            key=lambda doctor: (doctor.visits, doctor.patients, -doctor.doctor),
            default=None,
        ),
    )


def _each(amount: Decimal, count: int) -> Decimal | None:
    return (amount / count).quantize(_CENT) if count else None
