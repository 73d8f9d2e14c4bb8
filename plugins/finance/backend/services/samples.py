"""
The sample books that the ledger of a process opens with.
"""

import csv
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from .ledger import Ledger
from .records import NewAccount, NewEntry

SAMPLES = Path(__file__).parents[2] / "dbt" / "seeds"
"""A synthetic company; the data models of the plugin are built from the same files."""


@cache
def open_books() -> Ledger:
    """
    The ledger of this process, opened with the sample books at the first call.
    """
    ledger = Ledger()
    load_samples(ledger)
    return ledger


def load_samples(ledger: Ledger) -> None:
    """
    The sample books, taken in through the same doors as any other.
    """
    for row in _rows("finance_accounts"):
        ledger.open_account(NewAccount.model_validate(row))
    for _, rows in groupby(_rows("finance_journal_lines"), key=lambda row: row["entry_id"]):
        ledger.post(_entry(list(rows)))


def _entry(rows: list[dict[str, str]]) -> NewEntry:
    lines = [
        {"account": row["account"], "side": "debit" if row["debit"] else "credit", "amount": row["debit"] or row["credit"]}
        for row in rows
    ]
    head = rows[0]
    return NewEntry.model_validate(
        {"date": head["entry_date"], "text": head["entry_text"], "reference": head["reference"], "lines": lines}
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (SAMPLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
