"""
The ledger: the chart of accounts and the journal, and the rules that keep them in balance.
"""

from datetime import date
from functools import partial

from honeyhost.sdk import HostAPI

from .accounts import Accounts
from .errors import LedgerConflictError, UnknownRecordError
from .journal import LARGEST, Journal
from .money import ZERO
from .records import Account, Entry, EntryPage, NewAccount, NewEntry, Paging, Reversal

_FOUND = """
    FROM finance_journal AS head
    WHERE head.kind = 'line' AND head.line = 1
      AND head.search_key LIKE :pattern ESCAPE '\\'
      AND (CAST(:account AS TEXT) IS NULL OR EXISTS (
        SELECT 1 FROM finance_journal AS moved WHERE moved.number = head.number AND moved.account = :account))
"""
_ON_PAGE = f"number IN (SELECT head.number {_FOUND} ORDER BY head.number DESC LIMIT :limit OFFSET :offset)"


class JournalSearch(Paging):
    """
    Which entries are wanted: those that touch an account, or whose text or reference contains a word.
    """

    account: str | None = None
    search: str = ""


class Ledger:
    """
    Books in one currency. Entries are only ever added; a wrong one is taken back by a second one.
    """

    def __init__(self, host: HostAPI) -> None:
        self.host = host
        self._accounts = Accounts(host)
        self._journal = Journal(host)

    async def accounts(self) -> tuple[Account, ...]:
        """
        The chart of accounts, by code.
        """
        return await self._accounts.all()

    async def account(self, code: str) -> Account:
        """
        One account.

        Raises:
            UnknownRecordError: if the chart has none with this code.
        """
        return await self._accounts.get(code)

    async def open_account(self, new: NewAccount) -> Account:
        """
        The account, now in the chart.

        Raises:
            LedgerConflictError: if the code is taken.
        """
        account = await self._accounts.open(new)
        self.host.log.info("account opened", account=new.code)
        return account

    async def close_account(self, code: str) -> Account:
        """
        The account, now closed for entries; asking twice changes nothing.

        Raises:
            LedgerConflictError: if its balance is not zero.
        """
        account = await self.account(code)
        if account.is_open:
            await self._journal.close_account(code, partial(self._demand_empty, code))
            self.host.log.info("account closed", account=code)
        return account.model_copy(update={"is_open": False})

    async def close_period(self, through: date) -> date:
        """
        The last day that takes no more entries; a closed period stays closed.

        Raises:
            LedgerConflictError: if the books are closed through a later day.
        """
        await self._journal.close_period(through, partial(self._demand_later, through))
        self.host.log.info("period closed", through=str(through))
        return through

    async def find(self, wanted: JournalSearch) -> EntryPage:
        """
        The entries that fit, newest first.
        """
        word = wanted.search.casefold().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        facts = wanted.model_dump() | {"pattern": f"%{word}%"}
        (count,) = await self.host.db.query(f"SELECT count(*) AS total {_FOUND}", facts)
        items = await self._journal.entries(_ON_PAGE, facts)
        return EntryPage(items=items, total=count["total"], limit=wanted.limit, offset=wanted.offset)

    async def entry(self, number: int) -> Entry:
        """
        One entry.

        Raises:
            UnknownRecordError: if the journal has none with this number.
        """
        if abs(number) <= LARGEST:
            for entry in await self._journal.entries("number = :number", {"number": number}):
                return entry
        raise UnknownRecordError(f"there is no entry {number}")

    async def post(self, new: NewEntry) -> Entry:
        """
        The entry, now in the journal.

        Raises:
            UnknownRecordError: if one of its accounts is not in the chart.
            LedgerConflictError: if an account or the period is closed, or the reference was posted before.
        """
        wanted = Entry(number=0, **dict(new))
        posted = await self._journal.add(wanted, partial(self._refuse, wanted))
        total = sum((line.amount for line in posted.lines if line.side == "debit"), ZERO)
        facts = {"entry": posted.number, "reference": posted.reference, "lines": len(posted.lines), "amount": str(total)}
        self.host.log.info("entry posted", **facts)
        return posted

    async def reverse(self, number: int, reversal: Reversal) -> Entry:
        """
        The entry that takes another one back: the same lines with their sides exchanged.

        Raises:
            LedgerConflictError: if it was taken back before, is older than the reversal's date allows, or the period is closed.
        """
        wrong = await self.entry(number)
        wanted = Entry(
            number=0,
            date=reversal.date,
            text=reversal.text,
            reference=f"reversal of {wrong.reference}",
            lines=tuple(line.reversed() for line in wrong.lines),
            reverses=number,
        )
        _demand_reversible(wrong, wanted)
        added = await self._journal.add(wanted, partial(self._refuse, wanted))
        self.host.log.info("entry reversed", entry=number, by=added.number)
        return added

    async def _refuse(self, wanted: Entry) -> None:
        """
        Raise what stands against an entry, if anything does.
        """
        if wanted.reverses is not None:
            _demand_reversible(await self.entry(wanted.reverses), wanted)
        else:
            earlier = await self._journal.entries("reference = :reference", {"reference": wanted.reference})
            if earlier:
                raise LedgerConflictError(f"{wanted.reference} was posted as entry {earlier[-1].number}")
        closed = await self._journal.closed_through()
        if closed is not None and wanted.date <= closed:
            raise LedgerConflictError(f"the books are closed through {closed}; the entry is of {wanted.date}")
        for line in wanted.lines:
            if not (await self.account(line.account)).is_open:
                raise LedgerConflictError(f"account {line.account} is closed")

    async def _demand_empty(self, code: str) -> None:
        balance = await self._journal.balance(code)
        if balance:
            raise LedgerConflictError(
                f"account {code} has a balance of {abs(balance):.2f}; only an empty account can be closed"
            )

    async def _demand_later(self, through: date) -> None:
        closed = await self._journal.closed_through()
        if closed is not None and through < closed:
            raise LedgerConflictError(f"the books are already closed through {closed}")


def _demand_reversible(wrong: Entry, wanted: Entry) -> None:
    if wrong.reversed_by is not None:
        raise LedgerConflictError(f"entry {wrong.number} was reversed by entry {wrong.reversed_by}")
    if wanted.date < wrong.date:
        raise LedgerConflictError(f"entry {wrong.number} is of {wrong.date}; it cannot be reversed on {wanted.date}")
