from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from plugins.finance.backend.services.errors import LedgerConflictError, UnknownRecordError
from plugins.finance.backend.services.ledger import JournalSearch, Ledger
from plugins.finance.backend.services.records import NewAccount, NewEntry, Reversal, TrialBalance
from plugins.finance.backend.services.reports import statement, trial_balance
from plugins.finance.backend.services.samples import open_books

END = date(2026, 12, 31)


def line(account: str, side: str, amount: str) -> dict[str, str]:
    return {"account": account, "side": side, "amount": amount}


def entry(*lines: dict[str, str], **values: Any) -> NewEntry:
    facts = {"date": "2026-09-04", "text": "Office rent for September", "reference": "RENT-2026-09", "lines": lines, **values}
    return NewEntry.model_validate(facts)


def rent(**values: Any) -> NewEntry:
    return entry(line("6100", "debit", "2400.00"), line("1200", "credit", "2400.00"), **values)


def balances(report: TrialBalance) -> dict[str, Decimal]:
    return {row.account.code: row.debit - row.credit for row in report.rows}


def test_the_books_of_a_process_are_opened_once() -> None:
    assert open_books() is open_books()
    assert len(open_books().accounts()) == 15


def test_the_sample_books_are_in_balance(books: Ledger) -> None:
    report = trial_balance(books, END)
    assert report.debit == report.credit == Decimal("91919.28")
    assert balances(report)["1200"] == Decimal("49900.00")


def test_a_posted_entry_moves_the_balances(books: Ledger) -> None:
    before = balances(trial_balance(books, END))
    posted = books.post(rent())
    after = balances(trial_balance(books, END))
    assert posted.number == 16
    assert after["6100"] - before["6100"] == Decimal("2400.00")
    assert after["1200"] - before["1200"] == Decimal("-2400.00")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((line("6100", "debit", "2400.00"), line("1200", "credit", "2399.99")), "the debits exceed the credits by 0.01"),
        ((line("6100", "debit", "1.00"), line("1200", "credit", "1000000.00")), "the credits exceed the debits by 999999.00"),
        ((line("1200", "debit", "5.00"), line("1200", "credit", "5.00")), "account 1200 stands in the entry more than once"),
        ((line("6100", "debit", "2400.00"),), "at least 2 items"),
        ((line("6100", "debit", "0.00"), line("1200", "credit", "0.00")), "greater than 0"),
        ((line("6100", "debit", "-5.00"), line("1200", "credit", "-5.00")), "greater than 0"),
        ((line("6100", "debit", "0.005"), line("1200", "credit", "0.005")), "no more than 2 decimal places"),
        ((line("61", "debit", "5.00"), line("1200", "credit", "5.00")), "should match pattern"),
    ],
)
def test_an_entry_that_is_no_double_entry_is_not_taken_in(lines: tuple[dict[str, str], ...], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        entry(*lines)


def test_tenths_add_up_exactly() -> None:
    entry(line("6100", "debit", "0.10"), line("6200", "debit", "0.20"), line("1200", "credit", "0.30"))


def test_an_entry_needs_accounts_of_the_chart(books: Ledger) -> None:
    with pytest.raises(UnknownRecordError, match=r"^there is no account 9999$"):
        books.post(entry(line("9999", "debit", "1.00"), line("1200", "credit", "1.00")))
    assert books.find(JournalSearch()).total == 15


def test_a_voucher_is_posted_once(books: Ledger) -> None:
    with pytest.raises(LedgerConflictError, match=r"^RENT-2026-07 was posted as entry 4$"):
        books.post(rent(reference="RENT-2026-07"))


def test_a_reversal_restores_the_balances_and_leaves_both_entries(books: Ledger) -> None:
    before = balances(trial_balance(books, END))
    posted = books.post(rent())
    reversal = books.reverse(posted.number, Reversal(date=date(2026, 9, 5), text="Wrong month"))
    assert balances(trial_balance(books, END)) == before
    assert (reversal.reverses, books.entry(posted.number).reversed_by) == (16, 17)
    assert reversal.reference == "reversal of RENT-2026-09"


def test_an_entry_is_reversed_once(books: Ledger) -> None:
    books.reverse(4, Reversal(date=date(2026, 9, 5), text="Wrong month"))
    with pytest.raises(LedgerConflictError, match=r"^entry 4 was reversed by entry 16$"):
        books.reverse(4, Reversal(date=date(2026, 9, 5), text="Wrong month"))


def test_a_reversal_is_not_older_than_what_it_takes_back(books: Ledger) -> None:
    with pytest.raises(LedgerConflictError, match=r"^entry 4 is of 2026-07-05; it cannot be reversed on 2026-07-04$"):
        books.reverse(4, Reversal(date=date(2026, 7, 4), text="Wrong month"))


@pytest.mark.parametrize("number", [0, -1, 16])
def test_an_unknown_entry_is_not_found(books: Ledger, number: int) -> None:
    with pytest.raises(UnknownRecordError, match=f"^there is no entry {number}$"):
        books.entry(number)


def test_a_closed_period_takes_no_entries_and_stays_closed(books: Ledger) -> None:
    books.close_period(date(2026, 8, 31))
    with pytest.raises(LedgerConflictError, match=r"^the books are closed through 2026-08-31; the entry is of 2026-08-31$"):
        books.post(rent(date="2026-08-31"))
    with pytest.raises(LedgerConflictError, match=r"^the books are closed through 2026-08-31"):
        books.reverse(4, Reversal(date=date(2026, 8, 30), text="Wrong month"))
    with pytest.raises(LedgerConflictError, match=r"^the books are already closed through 2026-08-31$"):
        books.close_period(date(2026, 7, 31))
    assert books.entry(4).reversed_by is None
    assert books.post(rent(date="2026-09-01")).number == 16


def test_only_an_empty_account_is_closed_and_then_takes_no_entries(books: Ledger) -> None:
    with pytest.raises(
        LedgerConflictError, match=r"^account 3000 has a balance of 50000.00; only an empty account can be closed$"
    ):
        books.close_account("3000")
    books.open_account(NewAccount(code="1900", name="Clearing", type="asset"))
    assert not books.close_account("1900").is_open
    assert not books.close_account("1900").is_open
    with pytest.raises(LedgerConflictError, match=r"^account 1900 is closed$"):
        books.post(entry(line("1900", "debit", "1.00"), line("1200", "credit", "1.00")))


def test_a_code_is_given_to_one_account(books: Ledger) -> None:
    with pytest.raises(LedgerConflictError, match=r"^account 1200 is 'Bank'$"):
        books.open_account(NewAccount(code="1200", name="Second bank", type="asset"))


def test_the_journal_is_searched_by_account_and_word_newest_first(books: Ledger) -> None:
    def numbers(**wanted: Any) -> list[int]:
        return [found.number for found in books.find(JournalSearch(**wanted)).items]

    assert numbers(search="RENT") == [8, 4]
    assert numbers(search="meridian") == [9, 6]
    assert numbers(account="2800") == [2]
    assert numbers(account="1200", search="salaries") == [14, 7]
    assert numbers(limit=3, offset=2) == [13, 12, 11]
    assert books.find(JournalSearch(limit=3, offset=2)).total == 15


def test_a_statement_runs_from_the_opening_to_the_closing_balance(books: Ledger) -> None:
    report = statement(books, "1000", date(2026, 8, 3), date(2026, 8, 28))
    assert (report.normal_side, report.opening, report.closing) == ("debit", Decimal(0), Decimal("187.50"))
    assert [(moved.entry, moved.side, moved.balance) for moved in report.lines] == [
        (13, "debit", Decimal("600.00")),
        (12, "credit", Decimal("187.50")),
    ]


def test_a_statement_counts_on_the_side_on_which_the_account_grows(books: Ledger) -> None:
    report = statement(books, "2300", date(2026, 8, 1), date(2026, 8, 31))
    assert (report.normal_side, report.opening, report.closing) == ("credit", Decimal("1253.36"), Decimal("2049.28"))


def test_a_period_does_not_end_before_it_starts(books: Ledger) -> None:
    with pytest.raises(LedgerConflictError, match=r"^the period ends on 2026-08-01, before it starts on 2026-08-02$"):
        statement(books, "1000", date(2026, 8, 2), date(2026, 8, 1))


def test_a_trial_balance_looks_back_to_its_day(books: Ledger) -> None:
    report = trial_balance(books, date(2026, 7, 1))
    assert [(row.account.code, row.debit, row.credit) for row in report.rows] == [
        ("1200", Decimal(70000), Decimal(0)),
        ("2800", Decimal(0), Decimal(20000)),
        ("3000", Decimal(0), Decimal(50000)),
    ]


def test_amounts_travel_as_text_with_two_decimals(books: Ledger) -> None:
    posted = books.post(entry(line("6100", "debit", "2400"), line("1200", "credit", "2400.0")))
    assert [shown["amount"] for shown in posted.model_dump(mode="json")["lines"]] == ["2400.00", "2400.00"]
