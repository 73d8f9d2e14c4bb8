"""
The journal: one table in which everything is written in turns, and nothing is ever changed.

An entry is one statement, which writes all its lines or none: the lines sum to zero, the accounts are open, the voucher is
new and the period not closed, or nothing is written. In SQLite writers queue, and that is enough. In PostgreSQL two statements
at the same moment each miss what the other one writes; but each also takes the next turn, and the primary key gives it to one
of them. The other fails whole, is tried again, and sees what has happened. That is why closing a period takes a turn as well.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from honeyhost.sdk import HostAPI, OperationFailedError

from .errors import LedgerBusyError
from .money import amount_of, cents
from .records import Entry, Line

ATTEMPTS = 20
LARGEST = 2**31 - 1
"""The largest number that an entry can have."""
_WANTED = "(CAST(:line{0} AS INTEGER), CAST(:account{0} AS TEXT), CAST(:amount{0} AS BIGINT))"
_POST = """
    INSERT INTO finance_journal
        (turn, line, kind, number, day, reference, entry_text, account, amount, reverses, search_key)
    WITH wanted (line, account, amount) AS (VALUES {wanted})
    SELECT (SELECT coalesce(max(turn), 0) + 1 FROM finance_journal), line, 'line',
        (SELECT coalesce(max(number), 0) + 1 FROM finance_journal), :day, :reference, :entry_text,
        account, amount, CAST(:reverses AS INTEGER), :search_key
    FROM wanted
    WHERE (SELECT sum(amount) FROM wanted) = 0
      AND (SELECT count(*) FROM wanted JOIN finance_accounts ON code = account) = (SELECT count(*) FROM wanted)
      AND NOT EXISTS (SELECT 1 FROM finance_journal WHERE kind = 'account-closed' AND account IN (SELECT account FROM wanted))
      AND NOT EXISTS (SELECT 1 FROM finance_journal WHERE kind = 'period-closed' AND day >= :day)
      AND NOT EXISTS (SELECT 1 FROM finance_journal WHERE reference = :reference AND CAST(:reverses AS INTEGER) IS NULL)
      AND NOT EXISTS (SELECT 1 FROM finance_journal WHERE reverses = :reverses)
"""
_CLOSE_ACCOUNT = """
    INSERT INTO finance_journal (turn, line, kind, account)
    SELECT (SELECT coalesce(max(turn), 0) + 1 FROM finance_journal), 1, 'account-closed', :account
    WHERE 0 = (SELECT coalesce(sum(amount), 0) FROM finance_journal WHERE account = :account)
"""
_CLOSE_PERIOD = """
    INSERT INTO finance_journal (turn, line, kind, day)
    SELECT (SELECT coalesce(max(turn), 0) + 1 FROM finance_journal), 1, 'period-closed', :through
    WHERE NOT EXISTS (SELECT 1 FROM finance_journal WHERE kind = 'period-closed' AND day > :through)
"""
_ENTRIES = """
    SELECT number, day, reference, entry_text, account, amount, reverses,
        (SELECT max(later.number) FROM finance_journal AS later WHERE later.reverses = entry.number) AS reversed_by
    FROM finance_journal AS entry
    WHERE kind = 'line' AND {which}
    ORDER BY number DESC, line
"""
_CLOSED = "SELECT max(day) AS through FROM finance_journal WHERE kind = 'period-closed'"
_BALANCE = "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) AS balance FROM finance_journal WHERE account = :account"
Refuse = Callable[[], Awaitable[None]]
"""Raises what stands against a wish, if anything does."""


class Journal:
    """
    What is written down, and the statements that write.
    """

    def __init__(self, host: HostAPI) -> None:
        self._db = host.db

    async def add(self, entry: Entry, refuse: Refuse) -> Entry:
        """
        The entry, now in the journal, with the number that it was given.

        Raises:
            LedgerBusyError: if others were faster each time.
        """
        wanted = ", ".join(_WANTED.format(number) for number in range(1, len(entry.lines) + 1))
        await self._written(_POST.replace("{wanted}", wanted), _facts(entry), refuse)
        which, value = ("reverses", entry.reverses) if entry.reverses is not None else ("reference", entry.reference)
        return (await self.entries(f"{which} = :value", {"value": value}))[-1]

    async def close_account(self, code: str, refuse: Refuse) -> None:
        """
        Close an account whose balance is zero.
        """
        await self._written(_CLOSE_ACCOUNT, {"account": code}, refuse)

    async def close_period(self, through: date, refuse: Refuse) -> None:
        """
        Close the books through a day, unless they are closed through a later one.
        """
        await self._written(_CLOSE_PERIOD, {"through": str(through)}, refuse)

    async def entries(self, which: str, facts: Mapping[str, Any]) -> tuple[Entry, ...]:
        """
        Entries, newest first.

        Args:
            which: a condition on the lines, which holds for all lines of an entry or for none.
            facts: the values in it.
        """
        rows = await self._db.query(_ENTRIES.replace("{which}", which), facts)
        return tuple(_entry(list(lines)) for _, lines in groupby(rows, key=lambda row: row["number"]))

    async def closed_through(self) -> date | None:
        """
        The last day that takes no more entries.
        """
        (row,) = await self._db.query(_CLOSED)
        return None if row["through"] is None else date.fromisoformat(row["through"])

    async def balance(self, code: str) -> Decimal:
        """
        The balance of an account; debit balances are positive.
        """
        (row,) = await self._db.query(_BALANCE, {"account": code})
        return amount_of(row["balance"])

    async def _written(self, statement: str, facts: Mapping[str, Any], refuse: Refuse) -> None:
        for _ in range(ATTEMPTS):
            try:
                if await self._db.execute(statement, facts):
                    return
            except OperationFailedError as error:
                if error.params.get("reason") != "constraint":
                    raise
            await refuse()
        raise LedgerBusyError("too many entries are written at once; try again")


def search_key(text: str, reference: str) -> str:
    """
    The form in which an entry is kept to be found.
    """
    return f"{text}\n{reference}".casefold()


def _facts(entry: Entry) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "day": str(entry.date),
        "reference": entry.reference,
        "entry_text": entry.text,
        "reverses": entry.reverses,
        "search_key": search_key(entry.text, entry.reference),
    }
    for number, line in enumerate(entry.lines, 1):
        facts |= {f"line{number}": number, f"account{number}": line.account, f"amount{number}": cents(line.signed)}
    return facts


def _entry(rows: list[dict[str, Any]]) -> Entry:
    head = rows[0]
    return Entry(
        number=head["number"],
        date=date.fromisoformat(head["day"]),
        text=head["entry_text"],
        reference=head["reference"],
        lines=tuple(_lines(rows)),
        reverses=head["reverses"],
        reversed_by=head["reversed_by"],
    )


def _lines(rows: list[dict[str, Any]]) -> Iterator[Line]:
    for row in rows:
        side: Any = "debit" if row["amount"] > 0 else "credit"
        yield Line(account=row["account"], side=side, amount=amount_of(abs(row["amount"])))
