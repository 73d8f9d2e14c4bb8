"""
SQLite: what its authorizer, its limits and its locks make of statements.
"""

# ruff: noqa: S608 - statements are what these tests are made of

import asyncio
import sqlite3
from contextlib import closing

import pytest
from plugin_databases import SECRET, SqliteWorld

from honeyhost.errors import (
    OperationFailedError,
    OperationRefusedError,
    OperationTimeoutError,
    PermissionNotGrantedError,
)
from honeyhost.services.databases import Databases, PluginDatabase
from honeyhost.services.databases.authorizer import Authorizer
from honeyhost.services.databases.limits import Deadline
from honeyhost.services.databases.outcomes import Denied, Refused
from honeyhost.services.databases.reach import Reach
from honeyhost.services.databases.sqlite import database_file
from honeyhost.services.databases.sqlite_session import SqliteSession
from honeyhost.services.databases.stopping import Stop
from honeyhost.services.services import ServiceSettings
from honeyhost.store.sqlite import database_file as store_file
from honeyhost.store.sqlite import url_of

pytestmark = pytest.mark.anyio
NO = (PermissionNotGrantedError, OperationRefusedError, OperationFailedError)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def world(request, tmp_path):
    made = SqliteWorld(tmp_path, **getattr(request.function, "settings", {}))
    yield made
    await made.databases.close()


@pytest.fixture
def acme(world):
    return world.db("acme")


def with_settings(**settings):
    def mark(test):
        test.settings = settings
        return test

    return mark


@pytest.mark.parametrize(
    "url", ["sqlite:///a.db", "sqlite:////srv/a b.db", "sqlite+pysqlite:///x.db?timeout=3", "sqlite://", "sqlite:///:memory:"]
)
def test_a_url_means_the_file_that_the_store_reads_from_it(url):
    assert database_file(url) == store_file(url)


async def test_a_file_may_have_any_name(tmp_path):
    file = tmp_path / "100% ?&#.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE acme_t (a)")
    world = SqliteWorld(tmp_path)
    world.urls["default"] = url_of(file)
    assert await world.db("acme").query("SELECT count(*) AS n FROM acme_t") == [{"n": 0}]
    await world.databases.close()


async def test_a_file_that_is_not_there_is_not_made(world, acme, tmp_path):
    world.urls["default"] = f"sqlite:///{tmp_path}/nowhere.db"
    for way in (acme.query, acme.execute):
        with pytest.raises(OperationFailedError, match="the database 'default' cannot be opened") as caught:
            await way("SELECT 1")
        assert caught.value.params["reason"] == "unavailable"
    assert not (tmp_path / "nowhere.db").exists()


async def test_a_file_that_is_no_database_is_said_so(world, acme, tmp_path):
    (tmp_path / "text.db").write_text("nothing that SQLite knows" * 100)
    world.urls["default"] = f"sqlite:///{tmp_path}/text.db"
    with pytest.raises(OperationFailedError, match="file is not a database"):
        await acme.query("SELECT 1 AS a")


async def test_a_database_in_memory_and_one_of_another_kind_are_refused(world, acme):
    world.urls.update(default="sqlite://", other="mysql://h/db")
    with pytest.raises(OperationRefusedError, match="is in memory"):
        await acme.query("SELECT 1")
    with pytest.raises(OperationRefusedError, match="the database 'other' is 'mysql'"):
        await acme.query("SELECT 1", database="other")


async def test_a_platform_without_databases_says_so():
    databases = Databases(ServiceSettings(), plugins=tuple)
    with pytest.raises(Refused, match="has no database 'default'") as caught:
        await databases.answer("acme", (), "SELECT 1", None, database="default", writes=False)
    assert caught.value.hint == "see databases"
    await databases.close()


async def test_sqlite_needs_no_roles(world):
    with pytest.raises(Refused, match="needs no roles"):
        await world.databases.role_sql("acme", ())


CATALOGUE = [
    "SELECT * FROM sqlite_master",
    "SELECT sql FROM sqlite_schema",
    "SELECT * FROM main.sqlite_master",
    "SELECT count(*) FROM sqlite_master",
    "SELECT * FROM sqlite_temp_master",
    "SELECT * FROM pragma_table_info('core_secret')",
    "SELECT count(*) FROM pragma_table_info('core_secret')",
    "SELECT count(*) FROM pragma_table_list",
    "SELECT count(*) FROM pragma_database_list",
    "SELECT * FROM dbstat",
    "SELECT count(*) FROM dbstat",
    "SELECT count(*) FROM sqlite_dbpage",
    "SELECT count(*) FROM sqlite_stmt",
    "SELECT * FROM fts3tokenize('simple', 'x')",
    "SELECT load_extension('/tmp/x.so')",
    "SELECT fts3_tokenizer('simple')",
    "SELECT writefile('/tmp/acme-file', 'x')",
    "SELECT readfile('/etc/hostname')",
    "SELECT edit('x')",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "PRAGMA database_list",
    "PRAGMA data_version = 1",
    "EXPLAIN SELECT value FROM core_secret",
    "EXPLAIN SELECT id FROM acme_notes",
    "EXPLAIN QUERY PLAN SELECT id FROM acme_notes",
    "EXPLAIN DELETE FROM acme_notes",
    "EXPLAIN QUERY PLAN SELECT value FROM core_secret",
    "SELECT value FROM main.core_secret",
    "SELECT value FROM [core_secret]",
    "SELECT value FROM `core_secret`",
    "SELECT value FROM 'core_secret'",
    "SELECT 1 FROM temp.core_secret",
    "SELECT count(*) FROM main.HH_TOKENS",
    "SELECT rowid FROM core_secret",
    "SELECT * FROM core_secret NATURAL JOIN acme_notes",
    "SELECT json_group_array(value) FROM core_secret",
    "SELECT 1 FROM json_each((SELECT value FROM core_secret))",
    "SELECT CASE WHEN (SELECT substr(value, 1, 1) FROM core_secret) = 's' THEN 1 ELSE abs(-9223372036854775808) END",
]


@pytest.mark.parametrize("sql", CATALOGUE)
async def test_neither_the_catalogue_nor_what_leads_out_of_the_rows_is_reached(world, acme, sql):
    before = world.rows("SELECT * FROM sqlite_master")
    for way in (acme.query, acme.execute):
        with pytest.raises(NO) as caught:
            await way(sql)
        assert SECRET not in str(caught.value)
    assert world.rows("SELECT * FROM sqlite_master") == before


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE sqlite_master SET sql = 'x'",
        "DELETE FROM sqlite_sequence",
        "INSERT INTO sqlite_stat1 VALUES ('x', 'y', 'z')",
        "INSERT INTO pragma_table_info VALUES (1)",
        "REPLACE INTO core_secret VALUES (1, 'x')",
        "INSERT OR IGNORE INTO core_secret VALUES (9, 'x')",
        "DROP VIEW IF EXISTS acme_nothing",
        "CREATE VIRTUAL TABLE acme_x USING fts5(body)",
        "CREATE TEMP TRIGGER t AFTER INSERT ON acme_log BEGIN DELETE FROM core_secret; END",
        "DETACH main",
        "REINDEX",
        "RELEASE s",
        "END",
    ],
)
async def test_nothing_but_rows_of_tables_within_reach_is_written(world, acme, sql):
    before = (world.rows("SELECT * FROM core_secret"), world.rows("SELECT name, sql FROM sqlite_master"))
    with pytest.raises(NO):
        await acme.execute(sql)
    assert (world.rows("SELECT * FROM core_secret"), world.rows("SELECT name, sql FROM sqlite_master")) == before


async def test_case_counts_for_sqlite_neither_in_names_nor_in_grants(world, acme):
    assert await acme.query("SELECT count(*) AS n FROM ACME_NOTES") == [{"n": 2}]
    world.record("acme", "db:read:Core_Org")
    assert await acme.query("SELECT count(*) AS n FROM CORE_org") == [{"n": 2}]
    assert await acme.query("SELECT name FROM cOrE_oRg WHERE id = 1") == [{"name": "Acme"}]


async def test_a_name_of_the_statement_does_not_hide_a_table(world, acme):
    assert await acme.query("WITH core_x AS (SELECT 1 AS a) SELECT count(*) AS n FROM core_x") == [{"n": 1}]
    world.run("CREATE TABLE core_x (a)")  # the same name is a table now, and the same connection knows
    with pytest.raises(PermissionNotGrantedError):
        await acme.query("SELECT count(*) AS n FROM core_x")
    world.run("DROP TABLE core_x")
    assert await acme.query("WITH core_x AS (SELECT 1 AS a) SELECT count(*) AS n FROM core_x") == [{"n": 1}]


async def test_triggers_of_ones_own_tables_reach_no_further_than_the_plugin(world, acme):
    world.run(
        "CREATE TRIGGER acme_reads AFTER INSERT ON acme_log BEGIN INSERT INTO acme_notes (body) SELECT value FROM core_secret; END"
    )
    with pytest.raises(PermissionNotGrantedError, match="'db:read:core_secret'"):
        await acme.execute("INSERT INTO acme_log VALUES (1)")
    world.run("DROP TRIGGER acme_reads", "CREATE TRIGGER acme_w AFTER DELETE ON acme_notes BEGIN DELETE FROM core_secret; END")
    with pytest.raises(PermissionNotGrantedError, match="'db:write:core_secret'"):
        await acme.execute("DELETE FROM acme_notes")
    assert world.rows("SELECT count(*) FROM acme_notes") == [(2,)]
    world.run("DROP TRIGGER acme_w", "CREATE TRIGGER acme_own AFTER DELETE ON acme_notes BEGIN DELETE FROM acme_log; END")
    assert await acme.execute("DELETE FROM acme_notes WHERE id = 1") == 1


async def test_foreign_keys_are_enforced_and_reading_what_they_point_to_needs_a_grant(world, acme):
    world.run("CREATE TABLE acme_child (org integer REFERENCES core_org (id))")
    with pytest.raises(PermissionNotGrantedError, match="'db:read:core_org'"):
        await acme.execute("INSERT INTO acme_child VALUES (1)")
    world.record("acme", "db:read:core_org")
    assert await acme.execute("INSERT INTO acme_child VALUES (1)") == 1
    with pytest.raises(OperationFailedError, match="FOREIGN KEY constraint failed"):
        await acme.execute("INSERT INTO acme_child VALUES (99)")


async def test_a_key_that_is_checked_at_the_end_fails_there_and_leaves_nothing(world, acme):
    world.run("CREATE TABLE acme_late (note integer REFERENCES acme_notes (id) DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(OperationFailedError, match="FOREIGN KEY constraint failed") as caught:
        await acme.execute("INSERT INTO acme_late VALUES (99)")
    assert caught.value.params["reason"] == "constraint"
    assert world.rows("SELECT count(*) FROM acme_late") == [(0,)]
    assert await acme.execute("INSERT INTO acme_late VALUES (1)") == 1


async def test_a_search_index_of_ones_own_works_and_one_over_a_foreign_table_does_not(world, acme):
    world.run(
        "CREATE VIRTUAL TABLE acme_search USING fts5(body)",
        "CREATE VIRTUAL TABLE acme_spy USING fts5(value, content='core_secret')",
        "CREATE VIRTUAL TABLE acme_gone USING fts5(value, content='core_nowhere')",
    )
    assert await acme.execute("INSERT INTO acme_search VALUES ('honey bees'), ('wax')") == 2
    assert await acme.query("SELECT body FROM acme_search WHERE acme_search MATCH :word", {"word": "bees"}) == [
        {"body": "honey bees"}
    ]
    for sql in ("SELECT value FROM acme_spy", "SELECT * FROM acme_spy WHERE rowid = 1", "SELECT value FROM acme_gone"):
        with pytest.raises(NO) as caught:
            await acme.query(sql)
        assert SECRET not in str(caught.value)
    with pytest.raises(NO):
        await acme.execute("INSERT INTO acme_spy(acme_spy) VALUES ('rebuild')")


async def test_rows_of_json_are_at_hand(acme):
    rows = await acme.query("SELECT value FROM json_each(:numbers) ORDER BY value", {"numbers": [3, 1, 2]})
    assert [row["value"] for row in rows] == [1, 2, 3]
    assert await acme.query("SELECT count(*) AS n FROM json_tree('[1, 2]')") == [{"n": 3}]
    sql = "SELECT id FROM acme_notes WHERE id IN (SELECT value FROM json_each(:ids))"
    assert await acme.query(sql, {"ids": [2, 9]}) == [{"id": 2}]


async def test_keys_that_sqlite_counts_are_counted(world, acme):
    world.run("CREATE TABLE acme_counted (id integer PRIMARY KEY AUTOINCREMENT, a)")
    assert await acme.execute("INSERT INTO acme_counted (a) VALUES (1), (2)") == 2
    assert await acme.query("SELECT max(id) AS id FROM acme_counted") == [{"id": 2}]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT zeroblob(100000000)",
        "SELECT replace(hex(zeroblob(8000000)), '0', '00')",
        "SELECT 1 WHERE '" + "a" * 50 + "' LIKE '" + "%a" * 1000 + "'",
        "SELECT " + "(" * 300 + "1" + ")" * 300,
        "SELECT " + " + ".join(["1"] * 300),
        " UNION ALL ".join(["SELECT 1"] * 200),
    ],
)
async def test_what_would_take_much_memory_or_stack_fails(acme, sql):
    with pytest.raises(OperationFailedError):
        await acme.query(sql)


async def test_numbers_and_texts_that_sqlite_cannot_keep_fail(world, acme):
    for value in (2**70, "\ud800"):
        with pytest.raises(OperationFailedError):
            await acme.query("SELECT :v AS v", {"v": value})
    with pytest.raises(OperationFailedError):
        await acme.query("SELECT '\x00' AS v")
    assert await acme.query("SELECT :v AS v", {"v": "a\x00b"}) == [{"v": "a\x00b"}]


async def test_a_text_that_cannot_be_read_is_not_quoted(world, acme):
    world.run(f"INSERT INTO acme_notes VALUES (9, CAST(x'ff' || '{SECRET}' AS text))")
    with pytest.raises(OperationFailedError, match="Could not decode to UTF-8") as caught:
        await acme.query("SELECT body FROM acme_notes WHERE id = 9")
    assert SECRET not in str(caught.value)


@with_settings(query_seconds=0.5)
async def test_who_waits_for_another_writer_waits_no_longer_than_a_statement_may_take(world, acme):
    with closing(sqlite3.connect(world.files["default"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationFailedError, match="another writer did not finish in time") as caught:
            await acme.execute("INSERT INTO acme_log VALUES (1)")
        assert caught.value.params["reason"] == "busy"
        assert await acme.query("SELECT count(*) AS n FROM acme_log") == [{"n": 0}]
        other.execute("ROLLBACK")
    assert await acme.execute("INSERT INTO acme_log VALUES (1)") == 1


async def test_who_waits_for_another_writer_goes_on_when_that_one_has_finished(world, acme):
    with closing(sqlite3.connect(world.files["default"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        task = asyncio.create_task(acme.execute("INSERT INTO acme_log VALUES (1)"))
        while not world.databases._threads._running:  # noqa: ASYNC110 - there is nothing to be told by
            await asyncio.sleep(0)
        other.execute("INSERT INTO acme_log VALUES (2)")
        other.execute("COMMIT")
    assert await task == 1
    assert world.rows("SELECT count(*) FROM acme_log") == [(2,)]


@with_settings(query_seconds=120.0)
async def test_who_is_cancelled_while_it_waits_for_another_writer_writes_nothing(world, acme):
    with closing(sqlite3.connect(world.files["default"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        task = asyncio.create_task(acme.execute("INSERT INTO acme_log VALUES (1)"))
        while not world.databases._threads._running:  # noqa: ASYNC110 - there is nothing to be told by
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not world.databases._threads._running
    assert world.rows("SELECT count(*) FROM acme_log") == [(0,)]


@with_settings(query_seconds=0.5)
async def test_a_file_without_a_write_ahead_log_is_read_between_writers(world, acme):
    world.record("acme", "db:readwrite:warehouse/*")
    assert await acme.query("SELECT count(*) AS n FROM fct_visits", database="warehouse") == [{"n": 2}]
    with closing(sqlite3.connect(world.files["warehouse"], isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OperationFailedError, match="database is locked"):
            await acme.query("SELECT count(*) AS n FROM fct_visits", database="warehouse")
        other.execute("ROLLBACK")
    assert await acme.query("SELECT count(*) AS n FROM fct_visits", database="warehouse") == [{"n": 2}]


async def test_connections_wait_to_be_used_again_and_tables_made_meanwhile_are_seen(world, acme):
    await acme.query("SELECT 1 AS a")
    pool = world.databases._backends["default"]._pool
    (first,) = [session for _, session in pool._idle]
    world.run("CREATE TABLE acme_new (a)")
    assert await acme.query("SELECT count(*) AS n FROM acme_new") == [{"n": 0}]
    assert [session for _, session in pool._idle] == [first]


async def test_a_connection_that_cannot_be_made_ready_is_closed(world, acme):
    await acme.query("SELECT 1 AS a")
    ((_, session),) = world.databases._backends["default"]._pool._idle
    session.close()
    with pytest.raises(OperationFailedError, match="closed database"):
        await acme.query("SELECT 1 AS a")
    assert await acme.query("SELECT 1 AS a") == [{"a": 1}]


@with_settings(query_seconds=0.05)
async def test_what_one_instruction_takes_too_long_for_is_given_up(acme):
    with pytest.raises(OperationTimeoutError):
        await acme.query("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT group_concat(n) AS t FROM c")


async def test_a_plugin_is_limited_to_the_moment_of_its_grants(world, acme):
    world.record("acme", "db:read:core_secret")
    assert isinstance(acme, PluginDatabase)
    assert await acme.query("SELECT value FROM core_secret") == [{"value": SECRET}]
    world.record("acme")  # the same text, on the same connection
    with pytest.raises(PermissionNotGrantedError):
        await acme.query("SELECT value FROM core_secret")


async def test_what_was_not_allowed_counts_also_where_sqlite_goes_on(world):
    session = SqliteSession(world.files["default"], writes=False)
    guard = Authorizer(Reach("acme", ()), writes=False, real=lambda _: True)
    with pytest.raises(Denied, match="core_secret"), session._guarded(guard, Deadline(5, Stop())):
        guard(sqlite3.SQLITE_READ, "core_secret", "value", "main", None)
    session.close()


def test_of_an_action_that_nobody_knows_yet_nothing_is_allowed():
    guard = Authorizer(Reach("acme", ()), writes=True, real=lambda _: True)
    assert guard(999, None, None, None, None) == sqlite3.SQLITE_DENY
    assert str(guard.refusal) == "no plugin may do this: action 999"
    assert guard(sqlite3.SQLITE_READ, "acme_notes", "id", "other", None) == sqlite3.SQLITE_DENY
