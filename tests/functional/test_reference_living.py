"""
The reference plugins in a living host: what they keep, who sees it, what they ask for, and what happens without it.

PostgreSQL takes part where TEST_POSTGRES_URL names a server.
"""

import asyncio
import json
import shutil
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from control import steering
from plugin_databases import postgres
from schemas import postgres_schema, statement
from workers import LIMIT, served

from honeyhost.applying import apply
from honeyhost.discovery import DiscoveryOptions, discover
from honeyhost.manifest.grants import asked_by, request_digest
from honeyhost.provided import service_settings
from honeyhost.services.databases import Databases
from honeyhost.settings import Settings
from honeyhost.store.records import PluginDefaults
from honeyhost.wiring import close_databases, stores_of

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

PLUGINS = Path(__file__).parents[2] / "plugins"
HEALTHCARE, FINANCE, BOARD = (f"//api/plugins/{path}" for path in ("healthcare", "finance", "insights/board"))
ADA = {"mrn": "MRN-200001", "given_name": "Ada", "family_name": "Núñez", "birth_date": "1990-05-17"}
VISIT = {"doctor_id": 4, "starts_at": "2027-02-03T08:00:00Z", "minutes": 30, "reason": "Knee pain"}
RENT = {
    "date": "2026-09-04",
    "text": "Office rent for September",
    "reference": "RENT-2026-09",
    "lines": [
        {"account": "6100", "side": "debit", "amount": "2400.00"},
        {"account": "1200", "side": "credit", "amount": "2400.00"},
    ],
}
ALL = ("plugin_call:healthcare.census", "plugin_call:finance.trial_balance", "cache:read", "cache:write")


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def reference(platform):
    """
    A platform with the reference plugins in its folder.
    """
    for slug in ("healthcare", "finance", "insights"):
        ignored = shutil.ignore_patterns("tests", "__pycache__", ".*")
        shutil.copytree(PLUGINS / slug, platform.install / "plugins" / slug, ignore=ignored)
    return platform


class Kept:
    """
    The applied platform, on one of the databases; ``roles`` are those of plugins in PostgreSQL.
    """

    def __init__(self):
        self.settings = Settings.load()
        assert apply(self.settings).failures == ()
        self.roles = {}

    def steering(self, **changes):
        return steering(**{"database_roles": self.roles, **changes})

    def rows(self, sql):
        """
        What stands in the tables.
        """
        url = self.settings.database_url
        if not url.startswith("sqlite"):
            return statement(url, sql)
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def postgresql(reference, monkeypatch):
    """
    The platform in a schema of its own.
    """
    with postgres_schema() as url:
        monkeypatch.setenv("HONEYHOST_DATABASE_URL", url)
        yield Kept()
        close_databases()


@pytest.fixture
async def with_roles(postgresql):
    """
    The same, once the operator has made the roles.
    """
    settings, name = postgresql.settings, f"hh{uuid.uuid4().hex[:12]}"
    databases = Databases(service_settings(settings), plugins=lambda: ("healthcare", "finance", "insights"))
    base = settings.database_url.partition("?")[0]
    head, _, tail = base.partition("//")
    try:
        with postgres(base) as connection:
            for slug in ("healthcare", "finance"):
                role = f"{name}_{slug}"
                script = (await databases.role_sql(slug, ())).replace(f"honeyhost_{slug}", role)
                connection.execute(script)
                postgresql.roles[slug] = f"{head}//{quote(role)}@{tail.rpartition('@')[2]}"
        yield postgresql
    finally:
        await databases.close()
        with postgres(base) as connection:
            for slug in postgresql.roles:
                connection.execute(f'DROP OWNED BY "{name}_{slug}"; DROP ROLE "{name}_{slug}"')


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request):
    if request.param == "postgresql":
        return request.getfixturevalue("with_roles")
    request.getfixturevalue("reference")
    return Kept()


def granted(settings, *grants):
    """
    The operator's answer to insights: these, and nothing else that it asks for.
    """
    root = settings.install_dir / "plugins"
    (plugin,) = discover(DiscoveryOptions(path=(), bundled_root=root)).named("insights")
    stores_of(settings).changes("ada").set_grants(
        "insights",
        {grant: {} for grant in grants},
        request_digest(asked_by(plugin.manifest)),
        defaults=PluginDefaults(slug="insights", version="0.1.0"),
    )
    assert apply(settings).failures == ()


async def admitted(steered, **changes):
    answer = await steered.ask("POST", f"{HEALTHCARE}/patients", json=ADA | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestKeeping:
    async def test_what_is_kept_survives_a_restart_of_the_host(self, kept):
        async with kept.steering() as steered:
            patient = await admitted(steered)
            booked = (await steered.ask("POST", f"{HEALTHCARE}/patients/{patient['id']}/appointments", json=VISIT)).json()
            assert (await steered.ask("PUT", f"{HEALTHCARE}/patients/25/care-team/4", json={"role": "primary"})).is_success
            entry = (await steered.ask("POST", f"{FINANCE}/journal/entries", json=RENT)).json()
            closing_day = {"through": "2026-09-30"}
            assert (await steered.ask("PUT", f"{FINANCE}/journal/closed-period", json=closing_day)).is_success
        close_databases()
        async with kept.steering() as steered:
            assert (await steered.ask("GET", f"{HEALTHCARE}/patients/25")).json() == patient
            assert (await steered.ask("GET", f"{HEALTHCARE}/patients/25/appointments")).json() == [booked]
            (member,) = (await steered.ask("GET", f"{HEALTHCARE}/patients/25/care-team")).json()
            assert (member["doctor"]["name"], member["role"]) == ("Daniel Reyes", "primary")
            assert (await steered.ask("GET", f"{FINANCE}/journal/entries/16")).json() == entry
            late = await steered.ask("POST", f"{FINANCE}/journal/entries", json=RENT | {"reference": "RENT-2"})
            assert late.json()["detail"] == "the books are closed through 2026-09-30; the entry is of 2026-09-04"

    async def test_applying_again_leaves_what_was_changed_as_it_is(self, kept):
        async with kept.steering() as steered:
            await steered.ask("PATCH", f"{HEALTHCARE}/patients/1", json={"version": 1, "family_name": "Åberg"})
        assert apply(kept.settings).failures == ()
        assert kept.rows("SELECT count(*), max(version) FROM healthcare_patients") == [(24, 2)]

    async def test_searches_and_reports_are_the_same_on_both_databases(self, kept):
        async with kept.steering() as steered:
            found = await steered.ask("GET", f"{HEALTHCARE}/patients?search=muller")
            assert [patient["family_name"] for patient in found.json()["items"]] == ["Müller"]
            doctors = await steered.ask("GET", f"{HEALTHCARE}/doctors?accepts_patients=false")
            assert [doctor["name"] for doctor in doctors.json()["items"]] == ["Ibrahim Diallo"]
            mine = await steered.ask("GET", f"{HEALTHCARE}/doctors/4/patients")
            assert sorted(patient["id"] for patient in mine.json()["items"]) == [6, 9, 16]
            entries = await steered.ask("GET", f"{FINANCE}/journal/entries?account=1200&search=salaries")
            assert [entry["number"] for entry in entries.json()["items"]] == [14, 7]
            report = (await steered.ask("GET", f"{FINANCE}/reports/trial-balance?on=2026-08-31")).json()
            assert report["debit"] == report["credit"] == "91919.28"
            shown = (await steered.ask("GET", f"{FINANCE}/accounts/2300/statement?start=2026-08-01&end=2026-08-31")).json()
            assert (shown["opening"], shown["closing"]) == ("1253.36", "2049.28")
            reversal = {"date": "2026-09-05", "text": "Wrong month"}
            numbers = [
                (await steered.ask("POST", f"{FINANCE}/journal/entries/{number}/reverse", json=reversal)).json()["number"]
                for number in (4, 16)
            ]
            assert numbers == [16, 17]
            census = await steered.host.call("healthcare", "census", {"until": "2026-09-04"})
            assert (census["patients"], census["visits"]) == (24, 4)


class TestAtTheSameMoment:
    async def test_of_many_who_want_one_hour_of_a_doctor_one_gets_it(self, kept):
        async with kept.steering() as steered:
            wishes = [steered.ask("POST", f"{HEALTHCARE}/patients/{n}/appointments", json=VISIT) for n in range(1, 13)]
            answers = await asyncio.gather(*wishes)
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
        assert kept.rows("SELECT count(*) FROM healthcare_appointments WHERE doctor_id = 4 AND starts_at LIKE '2027%'") == [
            (1,)
        ]

    async def test_patients_who_come_together_are_all_admitted_with_a_number_each(self, kept):
        async with kept.steering() as steered:
            wishes = [admitted(steered, mrn=f"MRN-2000{n:02}") for n in range(10)]
            patients = await asyncio.gather(*wishes)
        assert sorted(patient["id"] for patient in patients) == list(range(25, 35))

    async def test_entries_that_are_posted_together_are_numbered_without_a_gap_and_balance(self, kept):
        async with kept.steering() as steered:
            entries = [RENT | {"reference": f"RENT-{n}"} for n in range(10)]
            wishes = [steered.ask("POST", f"{FINANCE}/journal/entries", json=entry) for entry in entries]
            numbers = [answer.json()["number"] for answer in await asyncio.gather(*wishes)]
        assert sorted(numbers) == list(range(16, 26))
        assert kept.rows("SELECT count(*), sum(amount) FROM finance_journal WHERE number > 15") == [(20, 0)]

    async def test_one_voucher_that_is_posted_many_times_is_posted_once(self, kept):
        async with kept.steering() as steered:
            answers = await asyncio.gather(*(steered.ask("POST", f"{FINANCE}/journal/entries", json=RENT) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7

    async def test_nothing_is_written_into_a_period_after_it_was_closed(self, kept):
        async with kept.steering() as steered:
            entries = [RENT | {"reference": f"RENT-{n}"} for n in range(8)]
            posting = [steered.ask("POST", f"{FINANCE}/journal/entries", json=entry) for entry in entries]
            closing_day = {"through": "2026-09-30"}
            posting.insert(4, steered.ask("PUT", f"{FINANCE}/journal/closed-period", json=closing_day))
            await asyncio.gather(*posting)
        turns = kept.rows("SELECT turn, kind FROM finance_journal WHERE turn > 15 ORDER BY turn")
        assert [kind for _, kind in turns].count("period-closed") == 1
        assert turns[-1][1] == "period-closed"


class TestOverlapping:
    """
    Statements in PostgreSQL that cannot see each other: what another one has written is not committed yet.
    """

    async def overtaken(self, kept, written, method, path, wish):
        """
        The answer to a wish that was made while another transaction had written, and was not at its end.
        """
        psycopg = pytest.importorskip("psycopg")
        url = kept.settings.database_url.replace("+psycopg", "")
        async with kept.steering() as steered:
            with psycopg.connect(url) as other:
                other.execute(written)
                asking = asyncio.create_task(steered.ask(method, path, json=wish))
                waiting = "SELECT count(*) FROM pg_stat_activity WHERE {} = ANY(pg_blocking_pids(pid))"
                blocked = waiting.replace("{}", str(other.info.backend_pid))
                async with asyncio.timeout(LIMIT):
                    while not asking.done() and statement(url, blocked) == [(0,)]:  # noqa: ASYNC110 - the server has no event for it
                        await asyncio.sleep(0.01)
                assert not asking.done(), (await asking).text
            return await asking

    async def test_a_booking_waits_for_the_one_that_it_cannot_see_and_is_refused_then(self, with_roles):
        written = """
            INSERT INTO healthcare_appointments (id, patient_id, doctor_id, starts_at, ends_at, reason, status)
            VALUES (49, 2, 4, '2027-02-03T08:15:00Z', '2027-02-03T08:45:00Z', 'Hip pain', 'booked')
        """
        answer = await self.overtaken(with_roles, written, "POST", f"{HEALTHCARE}/patients/1/appointments", VISIT)
        said = "Daniel Reyes is booked from 2027-02-03T08:15:00Z to 2027-02-03T08:45:00Z"
        assert (answer.status_code, answer.json()) == (409, {"detail": said})

    async def test_an_entry_waits_for_the_closing_that_it_cannot_see_and_is_refused_then(self, with_roles):
        written = "INSERT INTO finance_journal (turn, line, kind, day) VALUES (16, 1, 'period-closed', '2026-09-30')"
        answer = await self.overtaken(with_roles, written, "POST", f"{FINANCE}/journal/entries", RENT)
        said = "the books are closed through 2026-09-30; the entry is of 2026-09-04"
        assert (answer.status_code, answer.json()) == (409, {"detail": said})

    async def test_a_period_is_closed_after_the_entry_that_is_being_written(self, with_roles):
        written = """
            INSERT INTO finance_journal (turn, line, kind, number, day, reference, entry_text, account, amount, search_key)
            VALUES (16, 1, 'line', 16, '2026-09-04', 'X-1', 'X', '6100', 500, 'x'),
                (16, 2, 'line', 16, '2026-09-04', 'X-1', 'X', '1200', -500, 'x')
        """
        closing_day = {"through": "2026-09-30"}
        answer = await self.overtaken(with_roles, written, "PUT", f"{FINANCE}/journal/closed-period", closing_day)
        assert (answer.status_code, answer.json()) == (200, closing_day)
        assert with_roles.rows("SELECT turn FROM finance_journal WHERE kind = 'period-closed'") == [(17,)]

    async def test_an_account_is_not_closed_under_an_entry_that_is_being_written(self, with_roles):
        written = """
            INSERT INTO finance_journal (turn, line, kind, number, day, reference, entry_text, account, amount, search_key)
            VALUES (16, 1, 'line', 16, '2026-09-04', 'X-1', 'X', '2100', -500, 'x'),
                (16, 2, 'line', 16, '2026-09-04', 'X-1', 'X', '1900', 500, 'x')
        """
        statement(with_roles.settings.database_url, "INSERT INTO finance_accounts VALUES ('1900', 'Clearing', 'asset')")
        answer = await self.overtaken(with_roles, written, "POST", f"{FINANCE}/accounts/1900/close", None)
        said = "account 1900 has a balance of 5.00; only an empty account can be closed"
        assert (answer.status_code, answer.json()) == (409, {"detail": said})

    async def test_an_entry_that_lost_its_turn_to_another_is_written_with_the_next_number(self, with_roles):
        written = """
            INSERT INTO finance_journal (turn, line, kind, number, day, reference, entry_text, account, amount, search_key)
            VALUES (16, 1, 'line', 16, '2026-09-04', 'X-1', 'X', '6100', 500, 'x'),
                (16, 2, 'line', 16, '2026-09-04', 'X-1', 'X', '1200', -500, 'x')
        """
        answer = await self.overtaken(with_roles, written, "POST", f"{FINANCE}/journal/entries", RENT)
        assert (answer.status_code, answer.json()["number"]) == (201, 17)
        turns = with_roles.rows("SELECT turn, number, count(*) FROM finance_journal WHERE turn > 15 GROUP BY 1, 2 ORDER BY 1")
        assert turns == [(16, 16, 2), (17, 17, 2)]


def test_two_workers_see_the_same_records(reference, monkeypatch):
    monkeypatch.setenv("HONEYHOST_START_TIMEOUT", "60")
    reference.add("probe", files={"backend/notes.py": PROBE})
    Kept()
    with served("--workers", "2") as platform:
        first, second = platform.workers(2).values()
        for n, (writer, reader) in enumerate([(first, second), (second, first)]):
            patient = writer.post("/api/plugins/healthcare/patients", json=ADA | {"mrn": f"MRN-20000{n}"}).json()
            assert reader.get(f"/api/plugins/healthcare/patients/{patient['id']}").json() == patient
            entry = writer.post("/api/plugins/finance/journal/entries", json=RENT | {"reference": f"R-{n}"}).json()
            assert reader.get(f"/api/plugins/finance/journal/entries/{entry['number']}").json() == entry


PROBE = """
import os

from fastapi import APIRouter

router = APIRouter()


@router.get("/pid")
async def pid() -> int:
    return os.getpid()
"""


class TestWithoutWhatTheyNeed:
    async def test_without_a_role_in_postgresql_they_say_that_the_records_cannot_be_reached(self, postgresql):
        async with postgresql.steering() as steered:
            for path, said in (
                (f"{HEALTHCARE}/patients", "the clinic's records cannot be reached now (operation-refused)"),
                (f"{FINANCE}/accounts", "the books cannot be reached now (operation-refused)"),
            ):
                answer = await steered.ask("GET", path)
                assert (answer.status_code, answer.json(), answer.headers["retry-after"]) == (503, {"detail": said}, "5")

    async def test_who_asks_too_often_is_told_when_to_come_again(self, reference):
        async with Kept().steering(operation_limits={"healthcare/db_query": 2}) as steered:
            answers = [await steered.ask("GET", f"{HEALTHCARE}/patients") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 503]
        assert answers[1].json()["detail"] == "the clinic's records cannot be reached now (operation-limited)"
        assert 1 <= int(answers[1].headers["retry-after"]) <= 61

    async def test_settings_count_from_the_next_request_on(self, reference):
        async with Kept().steering() as steered:
            hours = {"visiting_hours": {"from": "09:00", "to": "17:00"}}
            assert (await steered.ask("POST", "/plugins/healthcare/configure", json=hours)).is_success
            answer = await steered.ask("POST", f"{HEALTHCARE}/patients/1/appointments", json=VISIT)
            assert (answer.status_code, answer.json()["detail"]) == (409, "the clinic is open from 09:00 to 17:00 (UTC)")
            assert (await steered.ask("POST", "/plugins/healthcare/configure", json={"time_zone": "Mars/Base"})).is_success
            answer = await steered.ask("POST", f"{HEALTHCARE}/patients/1/appointments", json=VISIT)
            said = "the setting time_zone is 'Mars/Base', and there is no such zone"
            assert (answer.status_code, answer.json()["detail"], answer.headers["retry-after"]) == (503, said, "5")
            refused = await steered.ask("POST", "/plugins/finance/configure", json={"fiscal_year_starts": 13})
            assert (refused.status_code, refused.json()["code"]) == (422, "config-invalid")


class TestInsights:
    async def test_it_waits_until_the_operator_has_answered(self, reference, honeyhost):
        settings = Kept().settings
        why = json.loads(honeyhost("why", "insights", "--json").stdout)
        assert {check["rule"] for check in why["checks"] if not check["passed"]} == {"grants"}
        assert honeyhost("why", "insights").stdout.count("grant-missing") == len(ALL)
        async with steering() as steered:
            assert (await steered.ask("GET", BOARD)).status_code == 404
        shown = honeyhost("grant", "insights", "--all")
        assert shown.returncode == 0, shown.stderr
        assert "Counts patients and visits for the board; no names" in shown.stdout.replace("\n", " ")
        assert apply(settings).failures == ()
        async with steering() as steered:
            assert (await steered.ask("GET", f"{BOARD}?on=2026-12-31")).status_code == 200

    async def test_the_board_puts_the_figures_of_both_together_and_keeps_them(self, reference):
        granted(Kept().settings, *ALL)
        async with steering(log_level="debug") as steered:
            first, second = [(await steered.ask("GET", f"{BOARD}?on=2026-12-31")).json() for _ in range(2)]
            figures = first["figures"]
            assert (figures["patients"], figures["visits"], figures["income"]) == (24, 45, "19500.00")
            assert (figures["income_per_patient"], figures["income_per_visit"]) == ("812.50", "433.33")
            assert figures["busiest_doctor"]["name"] == "Björn Håkansson"
            assert figures["books_balance"] is True
            assert (first["from_cache"], first["cache"]) == (False, "kept")
            assert (second["from_cache"], second["figures"], second["computed_at"]) == (True, figures, first["computed_at"])
            assert second["age_seconds"] >= 0
            await admitted(steered)
            assert (await steered.ask("GET", f"{BOARD}?on=2026-12-31")).json()["figures"]["patients"] == 24
            assert (await steered.ask("GET", f"{BOARD}?on=2026-12-30")).json()["figures"]["patients"] == 25
            wrong = await steered.ask("GET", f"{BOARD}?on=yesterday")
            assert wrong.status_code == 422

    async def test_its_capability_answers_what_the_route_does(self, reference):
        granted(Kept().settings, *ALL)
        async with steering() as steered:
            shown = (await steered.ask("GET", f"{BOARD}?on=2026-12-31")).json()
            ran = await steered.ask("POST", "/capabilities/insights.board/run", json={"on": "2026-12-31"})
            assert (ran.status_code, ran.json()["figures"], ran.json()["from_cache"]) == (200, shown["figures"], True)
            for wrong in ({"on": "2026-13-31"}, {"day": "2026-12-31"}):
                assert (await steered.ask("POST", "/capabilities/insights.board/run", json=wrong)).status_code == 422

    async def test_where_the_cache_was_withheld_figures_are_computed_each_time(self, reference):
        granted(Kept().settings, *ALL[:2])
        async with steering() as steered:
            shown = [(await steered.ask("GET", f"{BOARD}?on=2026-12-31")).json() for _ in range(2)]
        assert [(one["from_cache"], one["cache"]) for one in shown] == [(False, "not-granted")] * 2

    async def test_where_a_call_was_withheld_the_board_names_it(self, reference):
        granted(Kept().settings, *ALL[1:])
        async with steering() as steered:
            answer = await steered.ask("GET", BOARD)
        said = "the board has no figures: the operator has not granted plugin_call:healthcare.census"
        assert (answer.status_code, answer.json()["detail"], answer.headers["retry-after"]) == (503, said, "30")

    async def test_where_finance_is_switched_off_kept_figures_are_shown_and_no_new_ones(self, reference):
        granted(Kept().settings, *ALL)
        async with steering() as steered:
            before = (await steered.ask("GET", f"{BOARD}?on=2026-12-31")).json()
            assert (await steered.ask("POST", "/plugins/finance/toggle", json={"enabled": False})).is_success
            after = (await steered.ask("GET", f"{BOARD}?on=2026-12-31")).json()
            assert (after["from_cache"], after["figures"]) == (True, before["figures"])
            other = await steered.ask("GET", f"{BOARD}?on=2026-12-30")
            said = "the board has no figures: finance does not answer (plugin-disabled)"
            assert (other.status_code, other.json()["detail"]) == (503, said)

    async def test_only_who_may_see_the_board_does(self, reference):
        granted(Kept().settings, *ALL)
        async with steering() as steered:
            assert (await steered.ask("GET", BOARD, token=None)).status_code == 401
            token = await steered.token_of_the_store(permissions=["patient.read", "ledger.read"])
            answer = await steered.ask("GET", BOARD, token=token)
            assert (answer.status_code, "insights.read" in answer.text) == (403, True)
