"""
Records: accounts, journal entries and reports as values.

Amounts of an entry's lines are signed inside the journal (debits positive, credits negative), so that "balances" means
"sums to zero"; callers see a side and a positive amount.
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .money import ZERO, Amount, PositiveAmount

AccountCode = Annotated[
    str, Field(pattern=r"^[1-9]\d{3}$", description="Four digits; the first one is the class", examples=["1200"])
]
AccountType = Literal["asset", "liability", "equity", "income", "expense"]
Side = Literal["debit", "credit"]
NORMAL_SIDE: dict[AccountType, Side] = {
    "asset": "debit",
    "expense": "debit",
    "liability": "credit",
    "equity": "credit",
    "income": "credit",
}
"""The side on which an account of the type grows."""


class Record(BaseModel):
    """
    A thing in the books; nothing about it changes after it was read.
    """

    model_config = ConfigDict(frozen=True)


class Intake(BaseModel):
    """
    What a caller sends; an unknown field is an error, since it is most often a misspelt one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class NewAccount(Intake):
    """
    An account to open.
    """

    code: AccountCode
    name: Annotated[str, Field(min_length=1, max_length=100)]
    type: AccountType


class Account(Record):
    """
    An account of the chart; a closed one takes no more entries.
    """

    code: str
    name: str
    type: AccountType
    is_open: bool = True


class Line(Intake):
    """
    One line of an entry: an account and what it is debited or credited.
    """

    account: AccountCode
    side: Side
    amount: PositiveAmount

    @property
    def signed(self) -> Decimal:
        """
        The amount with the sign of its side.
        """
        return self.amount if self.side == "debit" else -self.amount

    def reversed(self) -> "Line":
        """
        The line that takes this one back.
        """
        return self.model_copy(update={"side": "credit" if self.side == "debit" else "debit"})


class NewEntry(Intake):
    """
    A journal entry to post. Debits and credits must be equal, and an account stands in it once.
    """

    date: date
    text: Annotated[str, Field(min_length=1, max_length=200)]
    reference: Annotated[
        str, Field(min_length=1, max_length=60, description="The voucher; posted once", examples=["INV-2026-0114"])
    ]
    lines: Annotated[tuple[Line, ...], Field(min_length=2, max_length=100)]

    @model_validator(mode="after")
    def _balances(self) -> "NewEntry":
        difference = sum((line.signed for line in self.lines), ZERO)
        if difference:
            more, less = ("debits", "credits") if difference > 0 else ("credits", "debits")
            raise ValueError(f"the {more} exceed the {less} by {abs(difference):.2f}")
        twice = sorted(code for code, times in Counter(line.account for line in self.lines).items() if times > 1)
        if twice:
            raise ValueError(f"account {', '.join(twice)} stands in the entry more than once")
        return self


class Entry(Record):
    """
    A posted entry. It is never changed; ``reversed_by`` is the number of the entry that took it back.
    """

    number: int
    date: date
    text: str
    reference: str
    lines: tuple[Line, ...]
    reverses: int | None = None
    reversed_by: int | None = None


class Reversal(Intake):
    """
    The wish to take an entry back, on a date of its own.
    """

    date: date
    text: Annotated[str, Field(min_length=1, max_length=200)]


class Balance(Record):
    """
    One row of the trial balance: the balance of an account on the side that it is on.
    """

    account: Account
    debit: Amount
    credit: Amount


class TrialBalance(Record):
    """
    The balances of all accounts on a day; the two totals are equal.
    """

    on: date
    rows: tuple[Balance, ...]
    debit: Amount
    credit: Amount


class FiscalYear(Record):
    """
    What was earned and spent from the first day of a fiscal year to a day in it.
    """

    start: date
    income: Amount
    expense: Amount
    result: Amount


class StatementLine(Record):
    """
    One movement of an account, and the balance after it on the account's normal side.
    """

    date: date
    entry: int
    text: str
    reference: str
    side: Side
    amount: Amount
    balance: Amount


class Statement(Record):
    """
    The movements of an account in a period, between its opening and its closing balance.
    """

    account: Account
    start: date
    end: date
    normal_side: Side
    opening: Amount
    lines: tuple[StatementLine, ...]
    closing: Amount


class Paging(BaseModel):
    """
    Which part of a list is wanted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    offset: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class EntryPage(Record):
    """
    A part of the journal, newest first, and how many entries fit in all.
    """

    items: tuple[Entry, ...]
    total: int
    limit: int
    offset: int
