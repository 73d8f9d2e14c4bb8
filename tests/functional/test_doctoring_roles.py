"""
The doctor about roles in PostgreSQL: what it prints makes a role that a plugin can work with, and no more.
"""

import json
import os
import uuid
from importlib.util import find_spec
from urllib.parse import quote

import pytest
from control import steering
from plugin_databases import postgres
from schemas import postgres_schema, statement

from honeyhost.settings import Settings

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "") if find_spec("psycopg") else ""
ASKS = [{"type": "db", "access": "read", "scope": ["core_*"], "purpose": "Shows the organisation"}]
ROUTES = """
from fastapi import APIRouter

from honeyhost.sdk import OperationError, current_host

router = APIRouter()


@router.get("/orgs")
async def orgs():
    try:
        return await current_host().db.query("SELECT name FROM core_org ORDER BY id")
    except OperationError as error:
        return error.code


@router.get("/secrets")
def secrets():
    try:
        return current_host().blocking.db.query("SELECT value FROM vault")
    except OperationError as error:
        return error.code
"""
pytestmark = [pytest.mark.slow, pytest.mark.anyio]


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def clinic(platform, monkeypatch, honeyhost):
    """
    A platform on PostgreSQL with a plugin that asks for a table of it.
    """
    platform.add(
        "clinic",
        {"host_permissions": ASKS, "routers": [{"router": ".backend.orgs:router", "public": True}]},
        files={"backend/orgs.py": ROUTES},
    )
    with postgres_schema() as url:
        monkeypatch.setenv("HONEYHOST_DATABASE_URL", url)
        statement(url, "CREATE TABLE core_org (id integer PRIMARY KEY, name text)")
        statement(url, "INSERT INTO core_org VALUES (1, 'Acme')")
        statement(url, "CREATE TABLE vault (value text)")
        assert honeyhost("grant", "clinic", "--all").returncode == 0
        yield url


def roles(honeyhost):
    found = json.loads(honeyhost("doctor", "--json").stdout)["checks"]
    return [check for check in found if check["id"] == "roles"]


async def asked(path):
    async with steering() as steered:
        return (await steered.ask("GET", f"//api/plugins/clinic/{path}")).json()


async def test_what_the_doctor_prints_makes_the_role(clinic, honeyhost, monkeypatch):
    [check] = roles(honeyhost)
    assert check["status"] == "warning"
    assert check["message"].startswith("plugin 'clinic' has no role in the PostgreSQL database 'default'")
    assert "database_roles.clinic" in check["fix"]
    assert await asked("orgs") == "operation-refused"

    name = f"hh{uuid.uuid4().hex[:12]}"
    role = check["text"].partition('CREATE ROLE "')[2].partition('"')[0]
    schema = clinic.rpartition("%3D")[2]
    base = POSTGRES.partition("?")[0]
    with postgres(base) as connection:
        connection.execute(f"SET search_path = {schema}; " + check["text"].replace(f'"{role}"', f'"{name}"'))
    head, _, tail = base.partition("//")
    monkeypatch.setenv("HONEYHOST_DATABASE_ROLES", json.dumps({"clinic": f"{head}//{quote(name)}@{tail.rpartition('@')[2]}"}))
    try:
        assert [found["status"] for found in roles(honeyhost)] == ["ok"]
        assert await asked("orgs") == [{"name": "Acme"}]
        assert await asked("secrets") == "permission-not-granted"
        text = honeyhost("config").stdout
        assert f"{name}@" in text
    finally:
        with postgres(base) as connection:
            connection.execute(f'DROP OWNED BY "{name}"')
            connection.execute(f'DROP ROLE "{name}"')


async def test_in_text_the_sql_stands_there_to_be_copied(clinic, honeyhost):
    lines = honeyhost("doctor").stdout.splitlines()
    assert any(line.startswith('CREATE ROLE "honeyhost_clinic" LOGIN') for line in lines)
    assert any(line.startswith("GRANT SELECT ON") and "core_org" in line for line in lines)
    assert not any("vault" in line for line in lines)


def test_on_sqlite_nobody_needs_a_role(platform, honeyhost):
    platform.add("clinic", {"host_permissions": ASKS})
    honeyhost("grant", "clinic", "--all")
    assert roles(honeyhost) == []
    assert Settings.load().database_url.startswith("sqlite")
