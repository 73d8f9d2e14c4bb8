"""
Reports: what the books say, added up by the database each time.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from .errors import LedgerConflictError
from .ledger import Ledger
from .money import ZERO, amount_of
from .records import NORMAL_SIDE, Account, Balance, FiscalYear, Statement, StatementLine, TrialBalance

_BALANCES = """
    SELECT account, CAST(sum(amount) AS BIGINT) AS balance FROM finance_journal
    WHERE kind = 'line' AND day <= :on GROUP BY account ORDER BY account
"""
_OPENING = """
    SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) AS opening FROM finance_journal
    WHERE kind = 'line' AND account = :code AND day < :start
"""
_MOVEMENTS = """
    SELECT day, number, entry_text, reference, amount FROM finance_journal
    WHERE kind = 'line' AND account = :code AND day BETWEEN :start AND :end
    ORDER BY day, number
"""
_BY_TYPE = """
    SELECT type, CAST(sum(amount) AS BIGINT) AS moved
    FROM finance_journal JOIN finance_accounts ON code = account
    WHERE kind = 'line' AND day BETWEEN :start AND :end GROUP BY type
"""


async def trial_balance(ledger: Ledger, on: date) -> TrialBalance:
    """
    The balances of all accounts that moved up to a day, by code.
    """
    accounts = {account.code: account for account in await ledger.accounts()}
    rows = tuple(_row(accounts, row) for row in await ledger.host.db.query(_BALANCES, {"on": str(on)}))
    debit, credit = sum((row.debit for row in rows), ZERO), sum((row.credit for row in rows), ZERO)
    return TrialBalance(on=on, rows=rows, debit=debit, credit=credit)


async def statement(ledger: Ledger, code: str, start: date, end: date) -> Statement:
    """
    The movements of an account from the first to the last day of a period.

    Raises:
        LedgerConflictError: if the period ends before it starts.
    """
    account = await ledger.account(code)
    if end < start:
        raise LedgerConflictError(f"the period ends on {end}, before it starts on {start}")
    facts = {"code": code, "start": str(start), "end": str(end)}
    normal_side = NORMAL_SIDE[account.type]
    sign = 1 if normal_side == "debit" else -1
    (row,) = await ledger.host.db.query(_OPENING, facts)
    opening = balance = amount_of(row["opening"]) * sign
    lines = []
    for moved in await ledger.host.db.query(_MOVEMENTS, facts):
        balance += amount_of(moved["amount"]) * sign
        lines.append(_line(moved, balance))
    return Statement(
        account=account, start=start, end=end, normal_side=normal_side, opening=opening, lines=tuple(lines), closing=balance
    )


async def fiscal_year(ledger: Ledger, on: date) -> FiscalYear:
    """
    What was earned and spent from the first day of the fiscal year to a day.
    """
    month = ledger.host.config.get("fiscal_year_starts")
    start = date(on.year - (on.month < month), month, 1)
    rows = await ledger.host.db.query(_BY_TYPE, {"start": str(start), "end": str(on)})
    moved = {row["type"]: amount_of(row["moved"]) for row in rows}
    income, expense = -moved.get("income", ZERO), moved.get("expense", ZERO)
    return FiscalYear(start=start, income=income, expense=expense, result=income - expense)


def _row(accounts: Mapping[str, Account], row: Mapping[str, Any]) -> Balance:
    balance = amount_of(row["balance"])
    return Balance(account=accounts[row["account"]], debit=max(balance, ZERO), credit=max(-balance, ZERO))


def _line(moved: Mapping[str, Any], balance: Decimal) -> StatementLine:
    return StatementLine(
        date=date.fromisoformat(moved["day"]),
        entry=moved["number"],
        text=moved["entry_text"],
        reference=moved["reference"],
        side="debit" if moved["amount"] > 0 else "credit",
        amount=amount_of(abs(moved["amount"])),
        balance=balance,
    )
