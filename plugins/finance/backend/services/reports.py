"""
Reports: what the books say, computed from the journal each time.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from .errors import LedgerConflictError
from .ledger import Ledger
from .money import ZERO
from .records import NORMAL_SIDE, Balance, Statement, StatementLine, TrialBalance


def trial_balance(ledger: Ledger, on: date) -> TrialBalance:
    """
    The balances of all accounts that moved up to a day, by code.
    """
    balances: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry, line in ledger.movements():
        if entry.date <= on:
            balances[line.account] += line.signed
    rows = tuple(
        Balance(account=ledger.account(code), debit=max(balance, ZERO), credit=max(-balance, ZERO))
        for code, balance in sorted(balances.items())
    )
    return TrialBalance(
        on=on,
        rows=rows,
        debit=sum((row.debit for row in rows), ZERO),
        credit=sum((row.credit for row in rows), ZERO),
    )


def statement(ledger: Ledger, code: str, start: date, end: date) -> Statement:
    """
    The movements of an account from the first to the last day of a period.

    Raises:
        LedgerConflictError: if the period ends before it starts.
    """
    account = ledger.account(code)
    if end < start:
        raise LedgerConflictError(f"the period ends on {end}, before it starts on {start}")
    normal_side = NORMAL_SIDE[account.type]
    sign = 1 if normal_side == "debit" else -1
    opening = balance = sum((line.signed * sign for entry, line in ledger.movements(code) if entry.date < start), ZERO)
    lines = []
    for entry, line in ledger.movements(code):
        if start <= entry.date <= end:
            balance += line.signed * sign
            lines.append(
                StatementLine(
                    date=entry.date,
                    entry=entry.number,
                    text=entry.text,
                    reference=entry.reference,
                    side=line.side,
                    amount=line.amount,
                    balance=balance,
                )
            )
    return Statement(
        account=account, start=start, end=end, normal_side=normal_side, opening=opening, lines=tuple(lines), closing=balance
    )
