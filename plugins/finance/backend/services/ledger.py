"""
The ledger: the chart of accounts and the journal, and the rules that keep them in balance.

The books live in the memory of the process: a plugin reaches a lasting database only through the host, once an operator has
granted it one. No method waits for anything, so on an event loop each runs to its end before the next one starts.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from .errors import LedgerConflictError, UnknownRecordError
from .money import ZERO
from .records import Account, Entry, EntryPage, Line, NewAccount, NewEntry, Paging, Reversal


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

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._entries: list[Entry] = []
        self.closed_through: date | None = None

    def accounts(self) -> tuple[Account, ...]:
        """
        The chart of accounts, by code.
        """
        return tuple(self._accounts[code] for code in sorted(self._accounts))

    def account(self, code: str) -> Account:
        """
        One account.

        Raises:
            UnknownRecordError: if the chart has none with this code.
        """
        try:
            return self._accounts[code]
        except KeyError:
            raise UnknownRecordError(f"there is no account {code}") from None

    def open_account(self, new: NewAccount) -> Account:
        """
        The account, now in the chart.

        Raises:
            LedgerConflictError: if the code is taken.
        """
        if new.code in self._accounts:
            raise LedgerConflictError(f"account {new.code} is {self._accounts[new.code].name!r}")
        self._accounts[new.code] = Account(**new.model_dump())
        return self._accounts[new.code]

    def close_account(self, code: str) -> Account:
        """
        The account, now closed for entries; asking twice changes nothing.

        Raises:
            LedgerConflictError: if its balance is not zero.
        """
        account = self.account(code)
        balance = sum((line.signed for _, line in self.movements(code)), ZERO)
        if balance:
            raise LedgerConflictError(
                f"account {code} has a balance of {abs(balance):.2f}; only an empty account can be closed"
            )
        self._accounts[code] = account.model_copy(update={"is_open": False})
        return self._accounts[code]

    def close_period(self, through: date) -> date:
        """
        The last day that takes no more entries; a closed period stays closed.
        """
        if self.closed_through is not None and through < self.closed_through:
            raise LedgerConflictError(f"the books are already closed through {self.closed_through}")
        self.closed_through = through
        return through

    def find(self, wanted: JournalSearch) -> EntryPage:
        """
        The entries that fit, newest first.
        """
        word = wanted.search.casefold()
        found = [
            entry
            for entry in reversed(self._entries)
            if (wanted.account is None or any(line.account == wanted.account for line in entry.lines))
            and (word in entry.text.casefold() or word in entry.reference.casefold())
        ]
        items = tuple(found[wanted.offset : wanted.offset + wanted.limit])
        return EntryPage(items=items, total=len(found), limit=wanted.limit, offset=wanted.offset)

    def entry(self, number: int) -> Entry:
        """
        One entry.

        Raises:
            UnknownRecordError: if the journal has none with this number.
        """
        if not 1 <= number <= len(self._entries):
            raise UnknownRecordError(f"there is no entry {number}")
        return self._entries[number - 1]

    def post(self, new: NewEntry) -> Entry:
        """
        The entry, now in the journal.

        Raises:
            UnknownRecordError: if one of its accounts is not in the chart.
            LedgerConflictError: if an account or the period is closed, or the reference was posted before.
        """
        earlier = next((entry for entry in self._entries if entry.reference == new.reference), None)
        if earlier is not None:
            raise LedgerConflictError(f"{new.reference} was posted as entry {earlier.number}")
        return self._add(Entry(number=len(self._entries) + 1, **dict(new)))

    def reverse(self, number: int, reversal: Reversal) -> Entry:
        """
        The entry that takes another one back: the same lines with their sides exchanged.

        Raises:
            LedgerConflictError: if it was taken back before, is older than the reversal's date allows, or the period is closed.
        """
        wrong = self.entry(number)
        if wrong.reversed_by is not None:
            raise LedgerConflictError(f"entry {number} was reversed by entry {wrong.reversed_by}")
        if reversal.date < wrong.date:
            raise LedgerConflictError(f"entry {number} is of {wrong.date}; it cannot be reversed on {reversal.date}")
        added = self._add(
            Entry(
                number=len(self._entries) + 1,
                date=reversal.date,
                text=reversal.text,
                reference=f"reversal of {wrong.reference}",
                lines=tuple(line.reversed() for line in wrong.lines),
                reverses=number,
            )
        )
        self._entries[number - 1] = wrong.model_copy(update={"reversed_by": added.number})
        return added

    def movements(self, code: str | None = None) -> Iterator[tuple[Entry, Line]]:
        """
        Every line of the journal, or of one account, in order of date and number.
        """
        for entry in sorted(self._entries, key=lambda entry: (entry.date, entry.number)):
            yield from ((entry, line) for line in entry.lines if code is None or line.account == code)

    def _add(self, entry: Entry) -> Entry:
        if self.closed_through is not None and entry.date <= self.closed_through:
            raise LedgerConflictError(f"the books are closed through {self.closed_through}; the entry is of {entry.date}")
        self._ask_open(line.account for line in entry.lines)
        self._entries.append(entry)
        return entry

    def _ask_open(self, codes: Iterable[str]) -> None:
        for code in codes:
            if not self.account(code).is_open:
                raise LedgerConflictError(f"account {code} is closed")
