from typing import Any

import httpx
import pytest
from fastapi import FastAPI

pytestmark = pytest.mark.anyio

RENT = {
    "date": "2026-09-04",
    "text": "Office rent for September",
    "reference": "RENT-2026-09",
    "lines": [
        {"account": "6100", "side": "debit", "amount": "2400.00"},
        {"account": "1200", "side": "credit", "amount": "2400.00"},
    ],
}
READING = [
    ("GET", "/accounts", "ledger.read"),
    ("GET", "/accounts/1200/statement?start=2026-07-01&end=2026-07-31", "ledger.read"),
    ("GET", "/journal/entries", "ledger.read"),
    ("GET", "/journal/entries/1", "ledger.read"),
    ("GET", "/reports/trial-balance?on=2026-08-31", "ledger.read"),
]
WRITING = [
    ("POST", "/accounts", "ledger.manage"),
    ("POST", "/accounts/1200/close", "ledger.manage"),
    ("PUT", "/journal/closed-period", "ledger.manage"),
    ("POST", "/journal/entries", "ledger.post"),
    ("POST", "/journal/entries/1/reverse", "ledger.post"),
]


async def test_the_sweep_knows_every_route_of_the_plugin(platform: FastAPI) -> None:
    prefix = "/api/plugins/finance"
    documented = {
        (method.upper(), path.removeprefix(prefix).replace("{code}", "1200").replace("{number}", "1"))
        for path, operations in platform.openapi()["paths"].items()
        if path.startswith(prefix)
        for method in operations
    }
    assert documented == {(method, path.partition("?")[0]) for method, path, _ in READING + WRITING}


@pytest.mark.parametrize(("method", "path", "_permission"), READING + WRITING)
async def test_a_stranger_is_asked_who_they_are(client: httpx.AsyncClient, method: str, path: str, _permission: str) -> None:
    del client.headers["x-holds"]
    assert (await client.request(method, path)).status_code == 401


@pytest.mark.parametrize(("method", "path", "permission"), READING + WRITING)
async def test_a_caller_without_the_permission_is_told_which_one(
    client: httpx.AsyncClient, method: str, path: str, permission: str
) -> None:
    others = {"ledger.read", "ledger.post", "ledger.manage"} - {permission}
    answer = await client.request(method, path, headers={"x-holds": " ".join(others)})
    assert answer.status_code == 403
    assert permission in answer.text


@pytest.mark.parametrize(("method", "path", "permission"), READING)
async def test_an_auditor_reads_everything(client: httpx.AsyncClient, method: str, path: str, permission: str) -> None:
    assert (await client.request(method, path, headers={"x-holds": permission})).status_code == 200


async def test_an_entry_is_posted_found_and_reversed(client: httpx.AsyncClient) -> None:
    posted = await client.post("/journal/entries", json=RENT)
    assert posted.status_code == 201
    assert posted.json() == RENT | {"number": 16, "reverses": None, "reversed_by": None}
    found = await client.get("/journal/entries", params={"search": "september"})
    assert found.json() == {"items": [posted.json()], "total": 1, "limit": 20, "offset": 0}

    wish = {"date": "2026-09-05", "text": "Wrong month"}
    reversal = await client.post("/journal/entries/16/reverse", json=wish)
    assert (reversal.status_code, reversal.json()["reverses"]) == (201, 16)
    again = await client.post("/journal/entries/16/reverse", json=wish)
    assert (again.status_code, again.json()["detail"]) == (409, "entry 16 was reversed by entry 17")


async def test_an_entry_that_does_not_balance_is_not_processable(client: httpx.AsyncClient) -> None:
    lines = [RENT["lines"][0], {"account": "1200", "side": "credit", "amount": "2399.99"}]
    answer = await client.post("/journal/entries", json=RENT | {"lines": lines})
    assert answer.status_code == 422
    assert "the debits exceed the credits by 0.01" in answer.text


async def test_a_voucher_is_posted_once(client: httpx.AsyncClient) -> None:
    answers = [await client.post("/journal/entries", json=RENT) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["detail"] == "RENT-2026-09 was posted as entry 16"


async def test_an_account_is_opened_and_closed(client: httpx.AsyncClient) -> None:
    new = {"code": "1900", "name": "Clearing", "type": "asset"}
    assert [(await client.post("/accounts", json=new)).status_code for _ in range(2)] == [201, 409]
    closed = await client.post("/accounts/1900/close")
    assert closed.json() == new | {"is_open": False}
    assert closed.json() in (await client.get("/accounts")).json()
    assert (await client.post("/accounts/3000/close")).status_code == 409


async def test_a_closed_period_takes_no_entries(client: httpx.AsyncClient) -> None:
    assert (await client.put("/journal/closed-period", json={"through": "2026-09-30"})).json() == {"through": "2026-09-30"}
    answer = await client.post("/journal/entries", json=RENT)
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "the books are closed through 2026-09-30; the entry is of 2026-09-04",
    )


async def test_the_trial_balance_is_in_balance_and_exact(client: httpx.AsyncClient) -> None:
    report = (await client.get("/reports/trial-balance", params={"on": "2026-08-31"})).json()
    assert report["debit"] == report["credit"] == "91919.28"
    assert report["rows"][1] == {
        "account": {"code": "1200", "name": "Bank", "type": "asset", "is_open": True},
        "debit": "49900.00",
        "credit": "0.00",
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "detail"),
    [
        ("GET", "/journal/entries/99", None, "there is no entry 99"),
        ("POST", "/accounts/9999/close", None, "there is no account 9999"),
        ("GET", "/accounts/9999/statement?start=2026-07-01&end=2026-07-31", None, "there is no account 9999"),
        ("POST", "/journal/entries/99/reverse", {"date": "2026-09-05", "text": "Wrong month"}, "there is no entry 99"),
    ],
)
async def test_what_is_not_in_the_books_is_not_found(
    client: httpx.AsyncClient, method: str, path: str, body: Any, detail: str
) -> None:
    answer = await client.request(method, path, json=body)
    assert (answer.status_code, answer.json()["detail"]) == (404, detail)
