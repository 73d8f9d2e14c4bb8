"""
Records: what the other plugins answer, as far as it is used here, and what the board shows.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer

Amount = Annotated[Decimal, PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str, when_used="json")]
"""In JSON text with two decimals, as in the answers of finance."""
Keeping = Literal["kept", "off", "not-granted", "failing"]
"""What the cache does for the board."""


class Record(BaseModel):
    """
    A value; what else another plugin's answer holds is left aside.
    """

    model_config = ConfigDict(frozen=True)


class Ward(Record):
    """
    The patients of a ward.
    """

    ward: str
    patients: int


class Doctor(Record):
    """
    The patients in whose care team a doctor is, and the visits booked with them.
    """

    doctor: int
    name: str
    patients: int
    visits: int


class Census(Record):
    """
    What ``healthcare.census`` answers.
    """

    patients: int
    visits: int
    wards: tuple[Ward, ...]
    doctors: tuple[Doctor, ...]


class FiscalYear(Record):
    """
    What the fiscal year has brought so far.
    """

    start: date
    income: Amount
    expense: Amount
    result: Amount


class Balance(Record):
    """
    What ``finance.trial_balance`` answers.
    """

    on: date
    currency: str
    debit: Amount
    credit: Amount
    fiscal_year: FiscalYear


class Figures(Record):
    """
    One day's figures: from the first day of the fiscal year through ``on``. None stands where nothing can be divided by.
    """

    on: date
    since: date
    currency: str
    income: Amount
    expense: Amount
    result: Amount
    books_balance: bool
    patients: int
    visits: int
    income_per_patient: Amount | None
    expense_per_patient: Amount | None
    income_per_visit: Amount | None
    visits_per_patient: float | None
    wards: tuple[Ward, ...]
    busiest_doctor: Doctor | None


class Board(Record):
    """
    The figures, and how old they are. Where ``from_cache`` is false they were put together for this answer.
    """

    figures: Figures
    computed_at: datetime
    age_seconds: int
    from_cache: bool
    cache: Keeping
