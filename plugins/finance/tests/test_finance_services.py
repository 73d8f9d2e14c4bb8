from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from honeyhost.sdk import OperationFailedError
from honeyhost.testing import FakeHost
from plugins.finance.backend.finance import Finance
from plugins.finance.backend.services.errors import LedgerBusyError, LedgerConflictError, UnknownRecordError
from plugins.finance.backend.services.journal import Journal
from plugins.finance.backend.services.ledger import JournalSearch, Ledger
from plugins.finance.backend.services.records import Entry, NewAccount, NewEntry, Reversal, TrialBalance
from plugins.finance.backend.services.reports import statement, trial_balance

pytestmark = pytest.mark.anyio

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


async def test_the_sample_books_are_in_balance(books: Ledger) -> None:
    report = await trial_balance(books, END)
    assert report.debit == report.credit == Decimal("91919.28")
    assert balances(report)["1200"] == Decimal("49900.00")


async def test_a_posted_entry_moves_the_balances(books: Ledger) -> None:
    before = balances(await trial_balance(books, END))
    posted = await books.post(rent())
    after = balances(await trial_balance(books, END))
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


async def test_an_entry_needs_accounts_of_the_chart(books: Ledger) -> None:
    with pytest.raises(UnknownRecordError, match=r"^there is no account 9999$"):
        await books.post(entry(line("9999", "debit", "1.00"), line("1200", "credit", "1.00")))
    assert (await books.find(JournalSearch())).total == 15


async def test_a_voucher_is_posted_once(books: Ledger) -> None:
    with pytest.raises(LedgerConflictError, match=r"^RENT-2026-07 was posted as entry 4$"):
        await books.post(rent(reference="RENT-2026-07"))


async def test_a_reversal_restores_the_balances_and_leaves_both_entries(books: Ledger) -> None:
    before = balances(await trial_balance(books, END))
    posted = await books.post(rent())
    reversal = await books.reverse(posted.number, Reversal(date=date(2026, 9, 5), text="Wrong month"))
    assert balances(await trial_balance(books, END)) == before
    assert (reversal.reverses, (await books.entry(posted.number)).reversed_by) == (16, 17)
    assert reversal.reference == "reversal of RENT-2026-09"


async def test_an_entry_is_reversed_once(books: Ledger) -> None:
    await books.reverse(4, Reversal(date=date(2026, 9, 5), text="Wrong month"))
    with pytest.raises(LedgerConflictError, match=r"^entry 4 was reversed by entry 16$"):
        await books.reverse(4, Reversal(date=date(2026, 9, 5), text="Wrong month"))


async def test_a_reversal_is_not_older_than_what_it_takes_back(books: Ledger) -> None:
    with pytest.raises(LedgerConflictError, match=r"^entry 4 is of 2026-07-05; it cannot be reversed on 2026-07-04$"):
        await books.reverse(4, Reversal(date=date(2026, 7, 4), text="Wrong month"))


@pytest.mark.parametrize("number", [0, -1, 16])
async def test_an_unknown_entry_is_not_found(books: Ledger, number: int) -> None:
    with pytest.raises(UnknownRecordError, match=f"^there is no entry {number}$"):
        await books.entry(number)


async def test_a_closed_period_takes_no_entries_and_stays_closed(books: Ledger) -> None:
    await books.close_period(date(2026, 8, 31))
    with pytest.raises(LedgerConflictError, match=r"^the books are closed through 2026-08-31; the entry is of 2026-08-31$"):
        await books.post(rent(date="2026-08-31"))
    with pytest.raises(LedgerConflictError, match=r"^the books are closed through 2026-08-31"):
        await books.reverse(4, Reversal(date=date(2026, 8, 30), text="Wrong month"))
    with pytest.raises(LedgerConflictError, match=r"^the books are already closed through 2026-08-31$"):
        await books.close_period(date(2026, 7, 31))
    assert (await books.entry(4)).reversed_by is None
    assert (await books.post(rent(date="2026-09-01"))).number == 16


async def test_only_an_empty_account_is_closed_and_then_takes_no_entries(books: Ledger) -> None:
    with pytest.raises(
        LedgerConflictError, match=r"^account 3000 has a balance of 50000.00; only an empty account can be closed$"
    ):
        await books.close_account("3000")
    await books.open_account(NewAccount(code="1900", name="Clearing", type="asset"))
    assert not (await books.close_account("1900")).is_open
    assert not (await books.close_account("1900")).is_open
    with pytest.raises(LedgerConflictError, match=r"^account 1900 is closed$"):
        await books.post(entry(line("1900", "debit", "1.00"), line("1200", "credit", "1.00")))


async def test_a_code_is_given_to_one_account(books: Ledger) -> None:
    with pytest.raises(LedgerConflictError, match=r"^account 1200 is 'Bank'$"):
        await books.open_account(NewAccount(code="1200", name="Second bank", type="asset"))


async def test_the_journal_is_searched_by_account_and_word_newest_first(books: Ledger) -> None:
    async def numbers(**wanted: Any) -> list[int]:
        return [found.number for found in (await books.find(JournalSearch(**wanted))).items]

    assert await numbers(search="RENT") == [8, 4]
    assert await numbers(search="meridian") == [9, 6]
    assert await numbers(account="2800") == [2]
    assert await numbers(account="1200", search="salaries") == [14, 7]
    assert await numbers(limit=3, offset=2) == [13, 12, 11]
    assert (await books.find(JournalSearch(limit=3, offset=2))).total == 15


async def test_a_statement_runs_from_the_opening_to_the_closing_balance(books: Ledger) -> None:
    report = await statement(books, "1000", date(2026, 8, 3), date(2026, 8, 28))
    assert (report.normal_side, report.opening, report.closing) == ("debit", Decimal(0), Decimal("187.50"))
    assert [(moved.entry, moved.side, moved.balance) for moved in report.lines] == [
        (13, "debit", Decimal("600.00")),
        (12, "credit", Decimal("187.50")),
    ]


async def test_a_statement_counts_on_the_side_on_which_the_account_grows(books: Ledger) -> None:
    report = await statement(books, "2300", date(2026, 8, 1), date(2026, 8, 31))
    assert (report.normal_side, report.opening, report.closing) == ("credit", Decimal("1253.36"), Decimal("2049.28"))


async def test_a_period_does_not_end_before_it_starts(books: Ledger) -> None:
    with pytest.raises(LedgerConflictError, match=r"^the period ends on 2026-08-01, before it starts on 2026-08-02$"):
        await statement(books, "1000", date(2026, 8, 2), date(2026, 8, 1))


async def test_a_trial_balance_looks_back_to_its_day(books: Ledger) -> None:
    report = await trial_balance(books, date(2026, 7, 1))
    assert [(row.account.code, row.debit, row.credit) for row in report.rows] == [
        ("1200", Decimal(70000), Decimal(0)),
        ("2800", Decimal(0), Decimal(20000)),
        ("3000", Decimal(0), Decimal(50000)),
    ]


async def test_amounts_travel_as_text_with_two_decimals(books: Ledger) -> None:
    posted = await books.post(entry(line("6100", "debit", "2400"), line("1200", "credit", "2400.0")))
    assert [shown["amount"] for shown in posted.model_dump(mode="json")["lines"]] == ["2400.00", "2400.00"]


@pytest.mark.parametrize("number", [2**31, -(2**64)])
async def test_a_number_that_no_entry_can_have_is_not_found(books: Ledger, number: int) -> None:
    with pytest.raises(UnknownRecordError, match=f"^there is no entry {number}$"):
        await books.entry(number)


@pytest.mark.parametrize("search", ["%", "_", "\\"])
async def test_a_search_takes_wildcards_as_text(books: Ledger, search: str) -> None:
    assert (await books.find(JournalSearch(search=search))).total == 0
    posted = await books.post(rent(text=f"Rent {search} September"))
    assert (await books.find(JournalSearch(search=search))).items == (posted,)


class TestJournal:
    """
    The statement refuses by itself, whatever was looked at before it.
    """

    async def refused(self, books: Ledger, wanted: Entry) -> None:
        async def nothing_known() -> None:
            return None

        before = (await books.find(JournalSearch())).total, balances(await trial_balance(books, END))
        with pytest.raises(LedgerBusyError, match=r"^too many entries are written at once; try again$"):
            await Journal(books.host).add(wanted, nothing_known)
        assert ((await books.find(JournalSearch())).total, balances(await trial_balance(books, END))) == before

    def entry(self, *lines: dict[str, str], **values: Any) -> Entry:
        facts = {"number": 0, "date": "2026-09-04", "text": "Rent", "reference": "R-1", "lines": lines, **values}
        return Entry.model_validate(facts)

    async def test_lines_that_do_not_sum_to_zero_are_not_written_not_even_one(self, books: Ledger) -> None:
        three = line("6100", "debit", "0.10"), line("6200", "debit", "0.20"), line("1200", "credit", "0.31")
        await self.refused(books, self.entry(*three))

    async def test_an_account_that_is_closed_or_unknown_is_not_written_to(self, books: Ledger) -> None:
        await books.open_account(NewAccount(code="1900", name="Clearing", type="asset"))
        await books.close_account("1900")
        for code in ("1900", "9999"):
            await self.refused(books, self.entry(line(code, "debit", "5.00"), line("1200", "credit", "5.00")))

    async def test_a_closed_day_is_not_written_to(self, books: Ledger) -> None:
        await books.close_period(date(2026, 9, 4))
        await self.refused(books, self.entry(line("6100", "debit", "5.00"), line("1200", "credit", "5.00")))

    async def test_a_voucher_or_a_reversal_is_not_written_twice(self, books: Ledger) -> None:
        two = line("6100", "debit", "5.00"), line("1200", "credit", "5.00")
        await self.refused(books, self.entry(*two, reference="RENT-2026-07"))
        await books.reverse(4, Reversal(date=date(2026, 9, 5), text="Wrong month"))
        await self.refused(books, self.entry(*two, reverses=4))

    async def test_an_entry_that_lost_its_turn_is_written_whole_at_the_next(
        self, host: FakeHost, books: Ledger, tables: Any
    ) -> None:
        fails = [OperationFailedError("UNIQUE constraint failed", reason="constraint")]

        def execute(**asked: Any) -> int:
            if fails:
                raise fails.pop()
            written: int = tables.execute(**asked)
            return written

        host.answers("db.execute", execute)
        assert await books.post(rent()) == await books.entry(16)

    async def test_another_failure_of_the_database_is_no_lost_turn(self, host: FakeHost, books: Ledger) -> None:
        host.answers("db.execute", OperationFailedError("disk full", reason="statement"))
        with pytest.raises(OperationFailedError, match="disk full"):
            await books.post(rent())
        assert len(host.asked("db.execute")) == 1

    async def test_a_hundred_lines_are_one_statement(self, host: FakeHost, books: Ledger) -> None:
        for code in range(7000, 7099):
            await books.open_account(NewAccount(code=str(code), name=f"Cost {code}", type="expense"))
        lines = [line(str(code), "debit", "0.01") for code in range(7000, 7099)]
        before = len(host.asked("db.execute"))
        posted = await books.post(entry(*lines, line("1200", "credit", "0.99")))
        assert (len(posted.lines), len(host.asked("db.execute")) - before) == (100, 1)
        assert (await trial_balance(books, END)).debit == Decimal("91919.28")

    async def test_closings_take_turns_and_no_numbers(self, books: Ledger, tables: Any) -> None:
        await books.close_period(date(2026, 8, 31))
        await books.post(rent())
        last = tables.query("SELECT turn, kind, number FROM finance_journal WHERE turn > 15 ORDER BY turn, line")
        assert [tuple(row.values()) for row in last] == [(16, "period-closed", None), (17, "line", 16), (17, "line", 16)]


@given(amounts=st.lists(st.decimals("0.01", "9999999999.99", places=2), min_size=1, max_size=12), data=st.data())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_posted_and_reversed_the_books_balance_to_the_cent(
    books: Ledger, amounts: list[Decimal], data: st.DataObject
) -> None:
    codes = ["1000", "1200", "1400", "1600", "2100", "2300", "2800", "4000", "4100", "6000", "6100", "6200"]
    sides = [data.draw(st.sampled_from(["debit", "credit"])) for _ in amounts]
    rest = sum((amount if side == "debit" else -amount for amount, side in zip(amounts, sides, strict=True)), Decimal(0))
    lines = [line(code, side, str(amount)) for code, side, amount in zip(codes, sides, amounts, strict=False)]
    against = [line("3000", "credit" if rest > 0 else "debit", str(abs(rest)))] if rest else []
    if len(lines + against) < 2:
        return
    before = balances(await trial_balance(books, END))
    posted = await books.post(entry(*lines, *against, reference=f"V-{(await books.find(JournalSearch())).total}"))
    report = await trial_balance(books, END)
    assert report.debit == report.credit
    after = balances(report)
    assert all(after[one.account] - before.get(one.account, 0) == one.signed for one in posted.lines)
    await books.reverse(posted.number, Reversal(date=END, text="Taken back"))
    assert {code: left for code, left in balances(await trial_balance(books, END)).items() if left} == {
        code: left for code, left in before.items() if left
    }


async def test_the_log_says_what_was_written(host: FakeHost, books: Ledger) -> None:
    await books.post(rent())
    await books.reverse(16, Reversal(date=date(2026, 9, 5), text="Wrong month"))
    await books.open_account(NewAccount(code="1900", name="Clearing", type="asset"))
    await books.close_account("1900")
    await books.close_account("1900")
    await books.close_period(date(2026, 9, 30))
    assert [(asked.args["message"], asked.args["fields"]) for asked in host.asked("log.write")] == [
        ("entry posted", {"entry": 16, "reference": "RENT-2026-09", "lines": 2, "amount": "2400.00"}),
        ("entry reversed", {"entry": 16, "by": 17}),
        ("account opened", {"account": "1900"}),
        ("account closed", {"account": "1900"}),
        ("period closed", {"through": "2026-09-30"}),
    ]


class TestFunctions:
    @pytest.fixture
    def finance(self, host: FakeHost) -> Finance:
        plugin = Finance()
        plugin.host = host
        return plugin

    async def test_the_trial_balance_is_that_of_the_routes_with_the_fiscal_year(self, finance: Finance, books: Ledger) -> None:
        answer = await finance.trial_balance(on="2026-08-31")
        report = await trial_balance(books, date(2026, 8, 31))
        assert answer == report.model_dump(mode="json") | {
            "currency": "EUR",
            "fiscal_year": {"start": "2026-01-01", "income": "19500.00", "expense": "28073.42", "result": "-8573.42"},
        }

    @pytest.mark.parametrize(
        ("month", "on", "brought"),
        [
            (8, "2026-08-31", ("2026-08-01", "4500.00")),
            (8, "2026-07-31", ("2025-08-01", "15000.00")),
            (12, "2026-08-31", ("2025-12-01", "19500.00")),
            (1, "2027-01-01", ("2027-01-01", "0.00")),
        ],
    )
    async def test_a_fiscal_year_begins_in_the_configured_month(
        self, finance: Finance, host: FakeHost, month: int, on: str, brought: tuple[str, str]
    ) -> None:
        host.configuration |= {"fiscal_year_starts": month}
        year = (await finance.trial_balance(on=on))["fiscal_year"]
        assert (year["start"], year["income"]) == brought

    async def test_without_a_day_it_is_of_today_in_the_configured_currency(self, finance: Finance, host: FakeHost) -> None:
        host.configuration |= {"currency": "SEK"}
        answer = await finance.trial_balance()
        assert (answer["currency"], date.fromisoformat(answer["on"])) == ("SEK", datetime.now(UTC).date())

    async def test_a_day_is_a_day(self, finance: Finance) -> None:
        with pytest.raises(ValueError, match="isoformat"):
            await finance.trial_balance(on="yesterday")
