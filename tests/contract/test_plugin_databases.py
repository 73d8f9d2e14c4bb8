"""
``host.db`` over SQLite and PostgreSQL: the same statements, the same rules, the same refusals.
"""

# ruff: noqa: S608 - statements are what these tests are made of

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.util import find_spec
from uuid import UUID

import pytest
from plugin_databases import SECRET, SqliteWorld, World, postgres_database, postgres_world

from honeyhost.errors import (
    OperationFailedError,
    OperationLimitedError,
    OperationRefusedError,
    OperationTimeoutError,
    PermissionNotGrantedError,
)

_POSTGRES = os.environ.get("TEST_POSTGRES_URL", "") if find_spec("psycopg") else ""
KINDS = ["sqlite", *(["postgresql"] if _POSTGRES or os.environ.get("TEST_SERVICES") == "required" else [])]
NO = (PermissionNotGrantedError, OperationRefusedError, OperationFailedError)

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def server():
    """
    A database on PostgreSQL for the tests of this file.
    """
    with postgres_database(_POSTGRES) as base:
        yield base


@contextmanager
def _made(request, folder, **settings):
    if request.param == "sqlite":
        yield SqliteWorld(folder, **settings)
    else:
        with postgres_world(request.getfixturevalue("server"), **settings) as world:
            yield world


@pytest.fixture(params=KINDS)
async def world(request, tmp_path) -> AsyncIterator[World]:
    with _made(request, tmp_path, **getattr(request.function, "settings", {})) as made:
        await made.grant("acme")
        yield made
        await made.databases.close()


def with_settings(**settings):
    def mark(test):
        test.settings = settings
        return test

    return mark


@pytest.fixture
def acme(world):
    return world.db("acme")


def test_postgresql_takes_part_where_services_are_required():
    assert _POSTGRES or os.environ.get("TEST_SERVICES") != "required"


# what is allowed


async def test_a_plugin_reads_and_writes_its_own_tables_without_a_grant(world, acme):
    assert await acme.query("SELECT id, body FROM acme_notes ORDER BY id") == [
        {"id": 1, "body": "one"},
        {"id": 2, "body": "two"},
    ]
    assert await acme.execute("INSERT INTO acme_notes (id, body) VALUES (:id, :body)", {"id": 3, "body": "three"}) == 1
    assert await acme.execute("UPDATE acme_notes SET body = upper(body) WHERE id > :id", {"id": 1}) == 2
    assert await acme.execute("DELETE FROM acme_notes WHERE id = 1") == 1
    assert world.rows("SELECT id, body FROM acme_notes ORDER BY id") == [(2, "TWO"), (3, "THREE")]


async def test_what_was_written_is_committed_when_it_returns_and_counted_by_rows(world, acme):
    assert await acme.execute("INSERT INTO acme_log SELECT id FROM acme_notes") == 2
    assert await acme.execute("DELETE FROM acme_log WHERE note = 99") == 0
    assert await acme.execute("WITH n AS (SELECT 5 AS note) INSERT INTO acme_log SELECT note FROM n") == 1
    assert (
        await acme.execute("INSERT INTO acme_notes (id, body) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET body = 'new'") == 1
    )
    assert world.rows("SELECT count(*) FROM acme_log") == [(3,)]


async def test_reading_needs_the_grant_of_the_table(world, acme):
    with pytest.raises(PermissionNotGrantedError, match=r"'db:read:core_org' is not granted") as caught:
        await acme.query("SELECT name FROM core_org")
    assert caught.value.params == {"plugin": "acme", "operation": "db_query", "grant": "db:read:core_org"}
    assert [(refusal.plugin, refusal.operation, refusal.grant) for refusal in world.refusals] == [
        ("acme", "db_query", "db:read:core_org")
    ]
    assert world.usage.figures()["acme"]["db_query"].refused == 1

    await world.grant("acme", "db:read:core_org")
    assert await acme.query("SELECT name FROM core_org WHERE id = :id", {"id": 2}) == [{"name": "Bolt"}]


async def test_a_grant_to_read_is_none_to_write(world, acme):
    await world.grant("acme", "db:read:core_org")
    with pytest.raises(PermissionNotGrantedError, match="'db:write:core_org' is not granted"):
        await acme.execute("UPDATE core_org SET name = 'mine' WHERE id = 1")
    await world.grant("acme", "db:readwrite:core_*")
    assert await acme.execute("UPDATE core_org SET name = 'ours' WHERE id = 1") == 1
    assert world.rows("SELECT name FROM core_org WHERE id = 1") == [("ours",)]


async def test_who_may_write_a_table_may_not_read_it_by_that(world, acme):
    await world.grant("acme", "db:write:core_secret")
    assert await acme.execute("UPDATE core_secret SET value = 'x'") == 1
    assert await acme.execute("INSERT INTO core_secret (id, value) VALUES (2, 'y')") == 1
    for sql in ("UPDATE core_secret SET value = 'z' WHERE value = 'y'", "INSERT INTO acme_log SELECT id FROM core_secret"):
        with pytest.raises(PermissionNotGrantedError):
            await acme.execute(sql)
    with pytest.raises(PermissionNotGrantedError, match="'db:read:core_secret'"):
        await acme.query("SELECT count(*) FROM core_secret")


async def test_a_grant_counts_from_the_next_operation_on_and_so_does_its_end(world, acme):
    sql = "SELECT count(*) AS n FROM core_org"
    for _ in range(2):
        with pytest.raises(PermissionNotGrantedError):
            await acme.query(sql)
        await world.grant("acme", "db:read:core_*")
        assert await acme.query(sql) == [{"n": 2}]
        assert await acme.query(sql) == [{"n": 2}]
        await world.grant("acme")


async def test_a_star_stays_within_its_database_and_no_scope_is_all_of_them(world, acme):
    await world.grant("acme", "db:read:*")
    assert await acme.query("SELECT count(*) AS n FROM core_secret") == [{"n": 1}]
    with pytest.raises(PermissionNotGrantedError):
        await acme.query("SELECT count(*) AS n FROM fct_visits", database="warehouse")
    await world.grant("acme", "db:read")
    assert await acme.query("SELECT count(*) AS n FROM fct_visits", database="warehouse") == [{"n": 2}]


async def test_the_default_database_may_be_named_too(world, acme):
    await world.grant("acme", "db:read:default/core_*")
    assert await acme.query("SELECT count(*) AS n FROM core_org", database="default") == [{"n": 2}]


async def test_a_second_database_has_grants_of_its_own_and_nothing_is_owned_there(world, acme):
    await world.grant("acme", "db:read:fct_visits")
    for table in ("fct_visits", "acme_visits"):
        with pytest.raises(PermissionNotGrantedError, match=f"'db:read:warehouse/{table}'"):
            await acme.query(f"SELECT * FROM {table}", database="warehouse")
    await world.grant("acme", "db:readwrite:warehouse/fct_*")
    assert await acme.query("SELECT sum(visits) AS n FROM fct_visits", database="warehouse") == [{"n": 30}]
    assert await acme.execute("DELETE FROM fct_visits WHERE id = 1", database="warehouse") == 1
    assert world.rows("SELECT id FROM fct_visits", "warehouse") == [(2,)]


async def test_a_database_that_the_platform_has_not_is_said_so(acme):
    with pytest.raises(OperationRefusedError, match="the platform has no database 'warehous'") as caught:
        await acme.query("SELECT 1", database="warehous")
    assert caught.value.hint == "did you mean 'warehouse'?"


# whose tables


async def test_two_plugins_do_not_see_each_other(world, acme):
    await world.grant("rival")
    rival = world.db("rival")
    assert await rival.query("SELECT count(*) AS n FROM rival_notes") == [{"n": 1}]
    for plugin, table in ((acme, "rival_notes"), (rival, "acme_notes")):
        with pytest.raises(PermissionNotGrantedError):
            await plugin.query(f"SELECT * FROM {table}")
        with pytest.raises(PermissionNotGrantedError):
            await plugin.execute(f"DELETE FROM {table}")


async def test_the_longer_prefix_owns(world, acme):
    await world.grant("acme-billing")
    billing = world.db("acme-billing")
    assert await billing.query("SELECT number FROM acme_billing_cards") == [{"number": SECRET}]
    with pytest.raises(PermissionNotGrantedError, match="'db:read:acme_billing_cards'"):
        await acme.query("SELECT number FROM acme_billing_cards")
    with pytest.raises(PermissionNotGrantedError, match="'db:read:acme_notes'"):
        await billing.query("SELECT body FROM acme_notes")


async def test_what_a_plugin_left_behind_is_nobodys(world, acme):
    world.run("CREATE TABLE hh_alembic_acme_billing (version_num text)")
    world.plugins = ("acme",)
    await world.grant("acme")
    with pytest.raises(PermissionNotGrantedError, match="'db:read:acme_billing_cards'"):
        await acme.query("SELECT number FROM acme_billing_cards")


async def test_another_plugins_table_may_be_granted(world, acme):
    await world.grant("acme", "db:read:rival_notes")
    assert await acme.query("SELECT body FROM rival_notes") == [{"body": SECRET}]


@pytest.mark.parametrize("grant", ["db:readwrite", "db:readwrite:*", "db:readwrite:hh_*", "db:readwrite:hh_tokens"])
async def test_the_hosts_own_tables_are_never_reached_whatever_is_granted(world, acme, grant):
    await world.grant("acme", grant)
    with pytest.raises(PermissionNotGrantedError) as caught:
        await acme.query("SELECT hash FROM hh_tokens")
    assert caught.value.hint == "'hh_tokens' is granted to no plugin: it is honeyhost's own"
    for sql in ("DELETE FROM hh_tokens", "UPDATE hh_tokens SET hash = 'x'", "INSERT INTO hh_alembic_acme VALUES ('9')"):
        with pytest.raises(PermissionNotGrantedError):
            await acme.execute(sql)
    assert world.rows("SELECT hash FROM hh_tokens") == [(SECRET,)]


# ways round it

READS = [
    "SELECT * FROM core_secret",
    "SELECT body FROM acme_notes UNION SELECT value FROM core_secret",
    "SELECT (SELECT value FROM core_secret LIMIT 1) AS v FROM acme_notes",
    "SELECT id FROM acme_notes WHERE EXISTS (SELECT 1 FROM core_secret)",
    "SELECT n.id FROM acme_notes n JOIN core_secret s ON s.id = n.id",
    "SELECT count(*) AS n FROM core_secret",
    "WITH x AS (SELECT value FROM core_secret) SELECT * FROM x",
    "WITH RECURSIVE x(v) AS (SELECT value FROM core_secret UNION SELECT v FROM x) SELECT * FROM x",
    "SELECT * FROM (SELECT value FROM core_secret) AS s",
    "SELECT * FROM acme_notes ORDER BY (SELECT max(value) FROM core_secret)",
    'SELECT * FROM "core_secret"',
    "SELECT * FROM CORE_SECRET",
    "SELECT max(value) AS v FROM core_secret WHERE 1 = 0",
    "SELECT s.value FROM acme_notes AS core_org, core_secret AS s",
    "VALUES ((SELECT value FROM core_secret))",
    "SELECT * FROM hh_tokens",
    "SELECT version_num FROM hh_alembic_acme",
    "SELECT 1 AS a FROM acme_billing_cards",
]


@pytest.mark.parametrize("sql", READS)
async def test_no_way_of_writing_it_reads_a_foreign_table(world, acme, sql):
    with pytest.raises(PermissionNotGrantedError) as caught:
        await acme.query(sql)
    assert SECRET not in str(caught.value)
    assert len(world.refusals) == 1


WRITES = [
    "INSERT INTO acme_notes SELECT id + 10, value FROM core_secret",
    "INSERT INTO acme_notes VALUES (9, (SELECT value FROM core_secret))",
    "UPDATE acme_notes SET body = (SELECT value FROM core_secret)",
    "UPDATE acme_notes SET body = s.value FROM core_secret AS s WHERE s.id = acme_notes.id",
    "DELETE FROM acme_notes WHERE id IN (SELECT id FROM core_secret)",
    "INSERT INTO acme_notes VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET body = (SELECT value FROM core_secret)",
    "UPDATE acme_notes SET body = 'x' RETURNING (SELECT value FROM core_secret)",
    "INSERT INTO core_secret VALUES (7, 'x')",
    "UPDATE core_secret SET value = 'x'",
    "DELETE FROM core_secret",
    "INSERT INTO core_secret VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET value = 'x'",
    "WITH x AS (SELECT value FROM core_secret) INSERT INTO acme_notes SELECT 9, value FROM x",
    "DELETE FROM rival_notes",
    "UPDATE hh_tokens SET hash = 'x'",
]


@pytest.mark.parametrize("sql", WRITES)
async def test_no_way_of_writing_it_writes_or_copies_a_foreign_table(world, acme, sql):
    before = _contents(world)
    with pytest.raises(PermissionNotGrantedError) as caught:
        await acme.execute(sql)
    assert SECRET not in str(caught.value)
    assert _contents(world) == before


COMMANDS = [
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT s",
    "CREATE TABLE acme_more (id integer)",
    "CREATE TABLE acme_more AS SELECT 1 AS id",
    "CREATE TEMP TABLE acme_more AS SELECT 1 AS id",
    "CREATE TEMPORARY TABLE core_org (id integer)",
    "CREATE VIEW acme_more AS SELECT 1 AS id",
    "CREATE INDEX acme_more ON acme_notes (body)",
    "CREATE TRIGGER acme_more AFTER INSERT ON acme_notes BEGIN SELECT 1; END",
    "DROP TABLE acme_notes",
    "ALTER TABLE acme_notes ADD COLUMN more integer",
    "ANALYZE",
    "VACUUM",
    "VACUUM INTO '/tmp/acme-copy.db'",
    "ATTACH 'other.db' AS other",
    "PRAGMA table_info(core_secret)",
    "SET ROLE postgres",
    "RESET ROLE",
    "SET SESSION AUTHORIZATION postgres",
    "SHOW data_directory",
    "COPY core_secret TO STDOUT",
    "COPY acme_notes FROM PROGRAM 'true'",
    "DO $$ BEGIN END $$",
    "LISTEN hh_changed",
    "NOTIFY hh_changed",
    "DISCARD ALL",
    "PREPARE p AS SELECT 1",
    "DEALLOCATE ALL",
    "LOCK TABLE acme_notes",
    "TRUNCATE hh_tokens",
    "GRANT ALL ON acme_notes TO PUBLIC",
    "EXPLAIN ANALYZE DELETE FROM acme_notes",
    "SELECT 1 AS id INTO acme_more",
    "SELECT 1 AS id INTO TEMP acme_more",
    "DECLARE c CURSOR FOR SELECT 1",
    "SELECT 1; SELECT 2",
    "DELETE FROM acme_notes; SELECT 1",
    "SELECT 1; DROP TABLE acme_notes",
    "SELECT id FROM acme_notes WHERE id = :id; DROP TABLE acme_notes",
    "INSERT INTO acme_log VALUES (:id); DROP TABLE acme_notes",
    "COMMIT; DROP TABLE acme_notes",
    "",
    "-- nothing",
    "/* nothing */",
]


@pytest.mark.parametrize("way", ["query", "execute"])
@pytest.mark.parametrize("sql", COMMANDS)
async def test_nothing_passes_but_one_statement_that_reads_or_writes_rows(world, acme, sql, way):
    before = _contents(world)
    with pytest.raises(NO):
        await getattr(acme, way)(sql, {"id": 1})
    assert _contents(world) == before
    assert await acme.query("SELECT count(*) AS n FROM acme_notes") == [{"n": 2}]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO acme_log VALUES (1)",
        "DELETE FROM acme_notes",
        "UPDATE acme_notes SET body = 'x'",
        "DELETE FROM acme_notes RETURNING id",
        "WITH x AS (DELETE FROM acme_notes RETURNING id) SELECT * FROM x",
    ],
)
async def test_a_query_writes_nothing(world, acme, sql):
    before = _contents(world)
    with pytest.raises(NO):
        await acme.query(sql)
    assert _contents(world) == before


@pytest.mark.parametrize("sql", ["SELECT 1 AS one", "DELETE FROM acme_notes RETURNING id"])
async def test_what_gives_rows_is_no_execution(world, acme, sql):
    with pytest.raises(OperationRefusedError, match="the statement gives rows, or writes nothing"):
        await acme.execute(sql)
    assert world.rows("SELECT count(*) FROM acme_notes") == [(2,)]


# what comes back


async def test_values_of_all_kinds_go_in_by_name_and_come_back(world, acme):
    world.run(
        "CREATE TABLE acme_kinds (t text, i bigint, f double precision, b boolean, n text, d date, m timestamp,"
        + (" x bytea, c numeric, u uuid, j text)" if world.kind == "postgresql" else " x blob, c numeric, u text, j text)")
    )
    await world.grant("acme")
    values = {
        "t": "it's %s :fine \N{SNOWMAN}",
        "i": 2**40,
        "f": 1.5,
        "b": True,
        "n": None,
        "d": date(2026, 11, 25),
        "m": datetime(2026, 11, 25, 12, 0, 1),  # noqa: DTZ001 - one without a zone
        "x": b"\x00\xff",
        "c": Decimal("12.5"),
        "u": UUID(int=7),
        "j": {"a": [1, None]},
    }
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    assert await acme.execute(f"INSERT INTO acme_kinds ({names}) VALUES ({places})", values) == 1
    (row,) = await acme.query("SELECT * FROM acme_kinds WHERE t = :t AND d = :d AND m = :m AND u = :u AND c = :c", values)
    assert {name: row[name] for name in "tifnxj"} == {
        **{name: values[name] for name in "tifnx"},
        "j": '{"a": [1, null]}',
    }
    assert row["b"] in (True, 1)
    assert float(row["c"]) == 12.5


async def test_a_moment_with_a_zone_goes_in_as_that_moment(world, acme):
    world.run(f"CREATE TABLE acme_times (at {'timestamptz' if world.kind == 'postgresql' else 'text'})")
    await world.grant("acme")
    noon = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    await acme.execute("INSERT INTO acme_times VALUES (:at)", {"at": noon})
    (row,) = await acme.query("SELECT at FROM acme_times WHERE at = :at", {"at": noon})
    assert row["at"] == (noon if world.kind == "postgresql" else "2026-11-25 12:00:00.000000")


async def test_colons_and_percent_signs_that_are_no_parameters_are_left_alone(acme):
    assert await acme.query(r"SELECT 'a%b' AS a, '12:30' AS b, '\:c' AS c, 7 % 4 AS d") == [
        {"a": "a%b", "b": "12:30", "c": ":c", "d": 3}
    ]


async def test_a_parameter_is_never_read_as_sql(world, acme):
    body = "x'); DELETE FROM acme_notes; --"
    assert await acme.execute("UPDATE acme_notes SET body = :body WHERE id = 1", {"body": body}) == 1
    assert await acme.query("SELECT id FROM acme_notes WHERE body = :body", {"body": body}) == [{"id": 1}]
    assert world.rows("SELECT count(*) FROM acme_notes") == [(2,)]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        (None, "the parameter ':id' has no value"),
        ({"other": 1}, "the parameter ':id' has no value"),
        ({"id": object()}, "the parameter ':id' is a object, which no database takes"),
        ({"id": {1, 2}}, "the parameter ':id' is a set, which no database takes"),
        ({"id": {"a": object()}}, "a parameter is a list or mapping that is no JSON value"),
        ([1], "the parameters are no mapping"),
    ],
)
async def test_parameters_that_cannot_be_meant_are_refused(acme, params, said):
    with pytest.raises(OperationRefusedError, match=said) as caught:
        await acme.query("SELECT body FROM acme_notes WHERE id = :id", params)
    assert caught.value.params == {"plugin": "acme", "operation": "db_query"}


async def test_two_columns_of_one_name_are_not_made_one(acme):
    with pytest.raises(OperationRefusedError, match="two columns of the answer are called 'id'"):
        await acme.query("SELECT a.id, b.id FROM acme_notes a, acme_notes b")


async def test_no_rows_are_an_empty_list(acme):
    assert await acme.query("SELECT id FROM acme_notes WHERE id = 99") == []


async def test_a_name_that_a_statement_gives_itself_is_no_table(acme):
    assert await acme.query("WITH core_x AS (SELECT 1 AS a) SELECT count(*) AS n FROM core_x") == [{"n": 1}]
    assert await acme.query("SELECT count(*) AS n FROM (SELECT 1 AS a) AS core_x") == [{"n": 1}]


# what the database says


async def test_a_constraint_that_is_violated_takes_everything_back(world, acme):
    with pytest.raises(OperationFailedError) as caught:
        await acme.execute("INSERT INTO acme_notes (id, body) VALUES (8, 'new'), (9, :body)", {"body": "two"})
    assert caught.value.params["reason"] == "constraint"
    assert caught.value.message.startswith("db.execute of plugin 'acme' failed: ")
    assert "two" not in caught.value.message
    assert caught.value.__cause__ is None
    assert world.rows("SELECT count(*) FROM acme_notes") == [(2,)]
    assert await acme.execute("INSERT INTO acme_notes (id, body) VALUES (8, 'new')") == 1


@pytest.mark.parametrize("sql", ["SELEC 1", "SELECT nothing FROM acme_notes", "SELECT * FROM acme_nowhere", "SELECT f("])
async def test_a_statement_with_a_mistake_fails_with_the_databases_own_line(acme, sql):
    with pytest.raises(OperationFailedError, match=r"db\.query of plugin 'acme' failed: ") as caught:
        await acme.query(sql)
    assert "\n" not in caught.value.message
    assert caught.value.params["reason"] == "statement"


async def test_values_do_not_stand_in_what_is_said(acme):
    with pytest.raises(OperationFailedError) as caught:
        await acme.execute("INSERT INTO acme_log VALUES (:note), (abs(:low))", {"note": SECRET, "low": -(2**63)})
    assert SECRET not in f"{caught.value} {caught.value.params} {caught.value.hint}"


@with_settings(query_rows=3)
async def test_too_many_rows_fail_and_say_the_limit(acme):
    sql = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {}) SELECT n FROM c"
    assert [row["n"] for row in await acme.query(sql.format(3))] == [1, 2, 3]
    with pytest.raises(OperationFailedError, match="the answer has more than 3 rows"):
        await acme.query(sql.format(4))
    with pytest.raises(OperationFailedError, match="the answer has more than 3 rows"):
        await acme.query(sql.format(100_000))


ENDLESS = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n % 1000 FROM c) SELECT {} FROM c"


@with_settings(query_seconds=0.5)
async def test_a_statement_without_an_end_is_interrupted(world, acme):
    with pytest.raises(OperationTimeoutError, match=r"took longer than 0\.5 s and was interrupted") as caught:
        await acme.query(ENDLESS.format("max(n) AS n"))
    assert caught.value.params == {"plugin": "acme", "operation": "db_query", "seconds": 0.5}
    with pytest.raises(OperationTimeoutError):
        await acme.execute(f"INSERT INTO acme_log {ENDLESS.format('max(n)')}")
    assert world.rows("SELECT count(*) FROM acme_log") == [(0,)]
    assert await acme.query("SELECT count(*) AS n FROM acme_log") == [{"n": 0}]


@with_settings(query_seconds=120.0)
async def test_who_is_cancelled_leaves_nothing_running_and_nothing_written(world, acme):
    task = asyncio.create_task(acme.execute(f"INSERT INTO acme_log {ENDLESS.format('n')}"))
    while not world.databases._threads._running:  # noqa: ASYNC110 - there is nothing to be told by
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not world.databases._threads._running
    assert await acme.execute("INSERT INTO acme_log VALUES (1)") == 1
    assert world.rows("SELECT count(*) FROM acme_log") == [(1,)]


@with_settings(query_seconds=120.0)
async def test_closing_ends_what_runs_and_what_comes_after_opens_anew(world, acme):
    task = asyncio.create_task(acme.query(ENDLESS.format("max(n) AS n")))
    while not world.databases._threads._running:  # noqa: ASYNC110 - there is nothing to be told by
        await asyncio.sleep(0)
    await world.databases.close()
    with pytest.raises(OperationTimeoutError):
        await task
    assert await acme.query("SELECT count(*) AS n FROM acme_notes") == [{"n": 2}]


async def test_many_at_once_are_all_answered_and_none_is_lost(world, acme):
    await world.grant("rival")
    rival = world.db("rival")
    reads = [acme.query("SELECT count(*) AS n FROM acme_notes") for _ in range(40)]
    writes = [acme.execute("INSERT INTO acme_log VALUES (:n)", {"n": n}) for n in range(40)]
    others = [rival.query("SELECT body FROM rival_notes") for _ in range(40)]
    answers = await asyncio.gather(*reads, *writes, *others)
    assert answers == [[{"n": 2}]] * 40 + [1] * 40 + [[{"body": SECRET}]] * 40
    assert sorted(world.rows("SELECT note FROM acme_log")) == [(n,) for n in range(40)]


async def test_operations_are_limited_by_the_minute_and_counted(world, acme):
    world.limits["acme/db_query"] = 2
    for _ in range(2):
        await acme.query("SELECT 1 AS one")
    with pytest.raises(OperationLimitedError):
        await acme.query("SELECT 1 AS one")
    figures = world.usage.figures()["acme"]["db_query"]
    assert (figures.done, figures.limited) == (2, 1)


async def test_a_view_is_as_good_as_the_tables_that_it_leads_to(world, acme):
    world.run("CREATE VIEW acme_spy AS SELECT value FROM core_secret", "CREATE VIEW acme_short AS SELECT id FROM acme_notes")
    await world.grant("acme")
    with pytest.raises((PermissionNotGrantedError, OperationFailedError)) as caught:
        await acme.query("SELECT value FROM acme_spy")
    assert SECRET not in str(caught.value)
    assert await acme.query("SELECT count(*) AS n FROM acme_short") == [{"n": 2}]
    await world.grant("acme", "db:read:core_secret")
    assert await acme.query("SELECT value FROM acme_spy") == [{"value": SECRET}]


def _contents(world):
    tables = ("hh_tokens", "core_org", "core_secret", "acme_notes", "acme_log", "acme_billing_cards", "rival_notes")
    return {table: sorted(world.rows(f"SELECT * FROM {table}"), key=repr) for table in tables}
