"""
The books of a synthetic company that a new ledger begins with: those of ``dbt/seeds``, from which the data models are built as
well.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SEEDS = Path(__file__).parents[2] / "dbt" / "seeds"


def upgrade() -> None:
    """
    Accounts first, as the journal refers to them.
    """
    for table, rows in (("accounts", list(_rows("accounts"))), ("journal", list(_journal()))):
        op.bulk_insert(sa.table(f"finance_{table}", *map(sa.column, rows[0])), rows)


def _journal() -> Iterator[dict[str, Any]]:
    lines: Counter[int] = Counter()
    for row in _rows("journal_lines"):
        number = int(row["entry_id"])
        lines[number] += 1
        yield {
            "turn": number,
            "line": lines[number],
            "kind": "line",
            "number": number,
            "day": row["entry_date"],
            "reference": row["reference"],
            "entry_text": row["entry_text"],
            "account": row["account"],
            "amount": int((Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)) * 100),
            "search_key": f"{row['entry_text']}\n{row['reference']}".casefold(),
        }


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_SEEDS / f"finance_{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
