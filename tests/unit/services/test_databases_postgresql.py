"""
PostgreSQL: roles that may do as much as was granted and no more, and what statements make of them.
"""

# ruff: noqa: S608 - statements are what these tests are made of

import asyncio
import os
from importlib.util import find_spec

import pytest
from plugin_databases import SECRET, postgres, postgres_database, postgres_world

from honeyhost.errors import (
    OperationFailedError,
    OperationRefusedError,
    OperationTimeoutError,
    PermissionNotGrantedError,
)
from honeyhost.services.databases import postgres_session
from honeyhost.services.databases.outcomes import Failed

_POSTGRES = os.environ.get("TEST_POSTGRES_URL", "") if find_spec("psycopg") else ""
NO = (PermissionNotGrantedError, OperationRefusedError, OperationFailedError)

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(
        not _POSTGRES and os.environ.get("TEST_SERVICES") != "required",
        reason="PostgreSQL takes part where psycopg is installed and TEST_POSTGRES_URL is set",
    ),
]


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def server():
    """
    A database for the tests of this file.
    """
    with postgres_database(_POSTGRES) as base:
        yield base


@pytest.fixture
async def world(request, server):
    with postgres_world(server, **getattr(request.function, "settings", {})) as made:
        await made.grant("acme")
        yield made
        await made.databases.close()


@pytest.fixture
def acme(world):
    return world.db("acme")


@pytest.fixture
def role(world):
    return f'"{world.name}_acme"'


def with_settings(**settings):
    def mark(test):
        test.settings = settings
        return test

    return mark


async def refusal(acme, sql="SELECT 1 AS one"):
    with pytest.raises(OperationRefusedError, match="can do more than is granted") as caught:
        await acme.query(sql)
    return caught.value


# the role


async def test_without_a_role_nothing_is_done_and_never_by_the_platforms_own(world):
    world.roles["rival/warehouse"] = world.urls["warehouse"]
    with pytest.raises(OperationRefusedError, match="there is no role for it in the database 'default'") as caught:
        await world.db("rival").query("SELECT body FROM rival_notes")
    assert caught.value.hint == "honeyhost doctor prints the SQL that makes the role; then set database_roles for 'rival'"


async def test_the_platforms_own_role_is_no_role_for_a_plugin(world, acme):
    world.roles["acme"] = world.urls["default"]
    error = await refusal(acme)
    assert "it has the attribute SUPERUSER" in error.message
    assert "ALTER ROLE postgres NOSUPERUSER" in error.hint


@pytest.mark.parametrize(
    ("statement", "what", "mend"),
    [
        ("ALTER ROLE {role} CREATEROLE", "has the attribute CREATEROLE", "ALTER ROLE {bare} NOCREATEROLE"),
        ("ALTER ROLE {role} BYPASSRLS", "has the attribute BYPASSRLS", "ALTER ROLE {bare} NOBYPASSRLS"),
        ("GRANT pg_read_all_data TO {role}", "is a member of pg_read_all_data", "REVOKE pg_read_all_data FROM {bare}"),
        ("GRANT CREATE ON SCHEMA {schema} TO {role}", "may create objects in the schema {schema}", "REVOKE CREATE ON SCHEMA {schema} FROM {bare}, PUBLIC"),
        ("GRANT CREATE ON DATABASE {database} TO {role}", "may create schemas in {database}", "REVOKE CREATE ON DATABASE {database} FROM {bare}, PUBLIC"),
        ("ALTER TABLE acme_notes OWNER TO {role}", "owns table", "REASSIGN OWNED BY {bare} TO the role of the platform"),
        ("GRANT SELECT ON core_secret TO {role}", "may SELECT on core_secret", "REVOKE SELECT ON core_secret FROM {bare}"),
        ("GRANT SELECT (value) ON core_secret TO {role}", "may SELECT on core_secret", "REVOKE SELECT ON core_secret FROM {bare}"),
        ("GRANT SELECT ON rival_notes TO PUBLIC", "may SELECT on rival_notes", "REVOKE SELECT ON rival_notes FROM {bare}, PUBLIC"),
        ("GRANT SELECT ON hh_tokens TO {role}", "may SELECT on hh_tokens", "REVOKE SELECT ON hh_tokens FROM {bare}"),
        ("GRANT DELETE ON core_org TO {role}", "may DELETE on core_org", "REVOKE DELETE ON core_org FROM {bare}"),
        ("GRANT TRUNCATE ON acme_billing_cards TO {role}", "may TRUNCATE on acme_billing_cards", "REVOKE TRUNCATE ON acme_billing_cards FROM {bare}"),
        ("GRANT TRIGGER ON core_org TO {role}", "may TRIGGER on core_org", "REVOKE TRIGGER ON core_org FROM {bare}"),
        ("CREATE SEQUENCE core_seq; GRANT USAGE ON SEQUENCE core_seq TO {role}", "may USAGE on core_seq", "REVOKE USAGE ON SEQUENCE core_seq FROM {bare}"),
        ("GRANT SELECT ON pg_authid TO {role}", "has privileges of its own on pg_authid", "REVOKE ALL ON pg_authid FROM {bare}"),
    ],
)  # fmt: skip
async def test_a_role_that_can_do_more_than_is_granted_does_nothing(world, acme, role, statement, what, mend):  # noqa: PLR0917
    names = {
        "role": role,
        "bare": role.strip('"'),
        "schema": world.schemas["default"],
        "database": world.base.rpartition("/")[2],
    }
    world.run(statement.format(**names))
    error = await refusal(acme)
    assert (
        f"the role '{names['bare']}' in the database 'default' can do more than is granted: it {what.format(**names)}"
        in error.message
    )
    assert mend.format(**names) in error.hint
    if "REASSIGN" not in error.hint:
        world.run(error.hint)
        assert await acme.query("SELECT 1 AS one") == [{"one": 1}]


async def test_a_role_that_looks_into_another_schema_owns_nothing_there(world, acme, role):
    world.run(f"ALTER ROLE {role} SET search_path = {world.schemas['warehouse']}")
    assert f"on {world.schemas['default']}.acme_log" in (await refusal(acme)).message


async def test_a_role_that_becomes_another_one_when_it_logs_in_does_nothing(world, acme, role):
    world.run(
        f"CREATE ROLE {world.name}_other",
        f"GRANT {world.name}_other TO {role}",
        f"ALTER ROLE {role} SET role = {world.name}_other",
    )
    assert "it is not the role that logs in" in (await refusal(acme)).message


async def test_a_function_that_runs_as_another_role_is_too_much(world, acme, role):
    world.run("CREATE FUNCTION acme_leak() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT hash FROM hh_tokens'")
    error = await refusal(acme, "SELECT acme_leak() AS leak")
    assert "it may call acme_leak(), which runs as postgres" in error.message
    world.run(error.hint)
    with pytest.raises(NO):
        await acme.query("SELECT acme_leak() AS leak")


async def test_much_that_is_too_much_is_not_all_listed(world, acme, role):
    world.run(f"GRANT ALL ON ALL TABLES IN SCHEMA {world.schemas['default']} TO {role}")
    error = await refusal(acme)
    assert error.message.count("; it ") == 4
    assert " more" in error.message


async def test_a_grant_that_was_taken_back_counts_although_the_privilege_still_stands(world, acme):
    await world.grant("acme", "db:read:core_org", "db:read:core_secret")
    assert await acme.query("SELECT count(*) AS n FROM core_org") == [{"n": 2}]
    world.record("acme", "db:read:core_org")
    error = await refusal(acme, "SELECT count(*) AS n FROM core_org")
    assert "it may SELECT on core_secret" in error.message
    world.run(error.hint)
    assert await acme.query("SELECT count(*) AS n FROM core_org") == [{"n": 2}]


async def test_a_grant_that_the_role_was_not_given_yet_fails_and_says_what_to_do(world, acme):
    world.record("acme", "db:readwrite:core_org")
    for way in (acme.query("SELECT name FROM core_org"), acme.execute("DELETE FROM core_org")):
        with pytest.raises(OperationFailedError, match="permission denied for table core_org") as caught:
            await way
        assert caught.value.params["reason"] == "privilege"
        assert caught.value.hint == "honeyhost doctor prints the SQL that gives the role of 'acme' what is granted"


async def test_a_role_is_looked_at_again_now_and_then(world, acme, role, monkeypatch):
    assert await acme.query("SELECT 1 AS one") == [{"one": 1}]
    world.run(f"GRANT SELECT ON core_secret TO {role}")
    assert await acme.query("SELECT 1 AS one") == [{"one": 1}]
    monkeypatch.setattr(postgres_session, "_TRUSTED", 0.0)
    await refusal(acme)


# views, rules, parts


async def test_a_view_leads_no_further_than_the_plugin(world, acme, role):
    world.run("CREATE VIEW acme_spy AS SELECT value FROM core_secret", f"GRANT SELECT ON acme_spy TO {role}")
    error = await refusal(acme, "SELECT value FROM acme_spy")
    schema = world.schemas["default"]
    assert f"it reaches {schema}.core_secret through {schema}.acme_spy" in error.message
    world.run(error.hint)
    assert await acme.query("SELECT 1 AS one") == [{"one": 1}]


async def test_neither_do_views_of_views_nor_stored_ones_nor_those_that_can_be_written(world, acme, role):
    world.run("CREATE VIEW core_inner AS SELECT id, value FROM core_secret")
    world.record("acme", "db:read:core_secret")
    for make in (
        "CREATE VIEW acme_spy AS SELECT * FROM core_inner",
        "CREATE MATERIALIZED VIEW acme_spy AS SELECT * FROM core_inner",
    ):
        world.run(make, f"GRANT SELECT ON acme_spy TO {role}")
        assert "core_inner through" in (await refusal(acme)).message
        world.run(f"DROP {'MATERIALIZED ' if 'MATERIALIZED' in make else ''}VIEW acme_spy")
    world.run("CREATE VIEW acme_door AS SELECT id, value FROM core_secret", f"GRANT SELECT, UPDATE ON acme_door TO {role}")
    assert "core_secret through" in (await refusal(acme)).message


async def test_a_rule_leads_no_further_than_the_plugin(world, acme):
    world.run("CREATE RULE acme_rule AS ON INSERT TO acme_log DO ALSO DELETE FROM core_secret")
    assert "core_secret through" in (await refusal(acme)).message
    assert world.rows("SELECT value FROM core_secret") == [(SECRET,)]


async def test_a_trigger_of_ones_own_table_does_what_the_plugin_may(world, acme):
    world.run(
        "CREATE FUNCTION acme_take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM core_secret; RETURN NEW; END $$",
        "CREATE TRIGGER acme_taking AFTER INSERT ON acme_log FOR EACH ROW EXECUTE FUNCTION acme_take()",
    )
    with pytest.raises(PermissionNotGrantedError, match="core_secret"):
        await acme.execute("INSERT INTO acme_log VALUES (1)")
    assert world.rows("SELECT count(*) FROM acme_log") == [(0,)]
    assert world.rows("SELECT value FROM core_secret") == [(SECRET,)]


async def test_a_granted_table_comes_with_its_partitions(world, acme):
    world.run(
        "CREATE TABLE core_visits (id integer, year integer) PARTITION BY LIST (year)",
        "CREATE TABLE parts_2026 PARTITION OF core_visits FOR VALUES IN (2026)",
        "INSERT INTO core_visits VALUES (1, 2026)",
    )
    await world.grant("acme", "db:readwrite:core_visits")
    assert await acme.query("SELECT id FROM core_visits") == [{"id": 1}]
    assert await acme.execute("UPDATE core_visits SET id = 2 WHERE year = 2026") == 1
    with pytest.raises(PermissionNotGrantedError, match="parts_2026"):
        await acme.query("SELECT id FROM parts_2026")


async def test_a_sequence_belongs_to_the_table_that_it_numbers(world, acme):
    world.run("CREATE TABLE acme_numbered (id serial PRIMARY KEY, a integer)")
    await world.grant("acme")
    assert await acme.execute("INSERT INTO acme_numbered (a) VALUES (1), (2)") == 2
    assert await acme.query("SELECT max(id) AS id FROM acme_numbered") == [{"id": 2}]


async def test_a_foreign_key_needs_no_grant_where_the_database_checks_it_as_the_owner(world, acme):
    world.run("CREATE TABLE acme_child (org integer REFERENCES core_org (id))")
    await world.grant("acme")
    assert await acme.execute("INSERT INTO acme_child VALUES (1)") == 1
    with pytest.raises(OperationFailedError) as caught:
        await acme.execute("INSERT INTO acme_child VALUES (:org)", {"org": 987})
    assert caught.value.params["reason"] == "constraint"
    assert "987" not in str(caught.value)


async def test_tables_of_other_schemas_are_named_with_them(world, acme):
    other = world.schemas["warehouse"]
    world.run(f"GRANT USAGE ON SCHEMA {other} TO PUBLIC")
    for grant in ("db:read:fct_*", "db:read:*_visits"):
        await world.grant("acme", grant)
        with pytest.raises(PermissionNotGrantedError):
            await acme.query(f"SELECT count(*) AS n FROM {other}.fct_visits")
    await world.grant("acme", f"db:read:{other}.fct_*")
    assert await acme.query(f"SELECT count(*) AS n FROM {other}.fct_visits") == [{"n": 2}]
    with pytest.raises(PermissionNotGrantedError):
        await acme.query(f"SELECT count(*) AS n FROM {other}.acme_visits")


async def test_names_with_odd_characters_are_quoted(world, acme):
    world.run('CREATE TABLE "acme_Odd ""name""" (a integer)', 'CREATE TABLE "core_%s; DROP" (a integer)')
    await world.grant("acme", "db:readwrite:core_%s; DROP")
    assert await acme.execute('INSERT INTO "acme_Odd ""name""" VALUES (1)') == 1
    assert await acme.query('SELECT count(*) AS n FROM "core_%s; DROP"') == [{"n": 0}]


async def test_case_counts(world, acme):
    world.run('CREATE TABLE "Core_Org" (a integer)', 'CREATE TABLE "HH_Tokens" (a integer)')
    await world.grant("acme", "db:read:Core_Org", "db:read:HH_*")
    assert await acme.query('SELECT count(*) AS n FROM "Core_Org"') == [{"n": 0}]
    for sql in ("SELECT count(*) AS n FROM Core_Org", 'SELECT count(*) AS n FROM "HH_Tokens"'):
        with pytest.raises(PermissionNotGrantedError):
            await acme.query(sql)


# statements


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM pg_class",
        "SELECT count(*) FROM pg_catalog.pg_tables",
        "SELECT rolpassword FROM pg_authid",
        "SELECT usename FROM pg_user",
        "SELECT * FROM pg_stat_activity",
        "SELECT pid FROM pg_stat_activity",
        "SELECT setting FROM pg_settings",
        "SELECT table_name FROM information_schema.tables",
        "SELECT id FROM acme_notes WHERE EXISTS (SELECT 1 FROM pg_database)",
    ],
)
async def test_the_catalogue_is_granted_to_no_plugin(world, acme, sql):
    world.record("acme", "db:read")
    for relation in ("core_org", "core_secret", "rival_notes", "acme_billing_cards"):
        world.run(f'GRANT SELECT ON {relation} TO "{world.name}_acme"')
    with pytest.raises(NO):
        await acme.query(sql)
    with pytest.raises(NO):
        await acme.execute(f"INSERT INTO acme_log SELECT 1 FROM ({sql}) AS x")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT query_to_xml('SELECT * FROM core_secret', true, false, '')::text AS x",
        "SELECT table_to_xml('core_secret', true, false, '')::text AS x",
        "SELECT * FROM (VALUES (1, query_to_xml('SELECT * FROM hh_tokens', true, false, '')), (2, NULL)) AS v",
        "SELECT pg_read_file('/etc/hostname') AS x",
        "SELECT pg_ls_dir('/') AS x",
        "SELECT lo_import('/etc/hostname') AS x",
        "SELECT set_config('role', 'postgres', false) AS x",
        "SELECT set_config('session_authorization', 'postgres', false) AS x",
        "SELECT set_config('session_replication_role', 'replica', false) AS x",
        "SELECT set_config('transaction_read_only', 'off', true) AS x",
        "SELECT nextval('rival_seq') AS x",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
        "SELECT ts_stat('SELECT to_tsvector(value) FROM core_secret') AS x",
        "MERGE INTO core_org USING acme_notes n ON core_org.id = n.id WHEN MATCHED THEN DELETE",
        "TABLE core_secret",
        "SELECT value FROM ONLY core_secret",
        "SELECT value FROM core_secret TABLESAMPLE SYSTEM (100)",
        "SELECT s FROM core_secret s",
        "SELECT xmlforest(value) FROM core_secret",
        "SELECT * FROM acme_notes, LATERAL (SELECT value FROM core_secret) x",
        "SELECT id FROM acme_notes FOR UPDATE",
        "CALL acme_nothing()",
        "VALUES (1) ; COMMIT",
    ],
)  # fmt: skip
async def test_no_function_and_no_form_leads_out_of_the_role(world, acme, sql):
    world.run("CREATE SEQUENCE rival_seq")
    for way in (acme.query, acme.execute):
        with pytest.raises(NO) as caught:
            await way(sql)
        assert SECRET not in str(caught.value)
    assert world.rows("SELECT count(*) FROM core_secret") == [(1,)]
    assert world.rows("SELECT count(*) FROM core_org") == [(2,)]


async def test_merging_into_ones_own_tables_works(world, acme):
    sql = "MERGE INTO acme_notes n USING acme_notes m ON n.id = m.id WHEN MATCHED THEN UPDATE SET body = m.body || '!'"
    assert await acme.execute(sql) == 2
    assert world.rows("SELECT body FROM acme_notes ORDER BY id") == [("one!",), ("two!",)]


async def test_nothing_of_one_statement_is_left_for_the_next(world, acme):
    await acme.execute("INSERT INTO acme_log SELECT length(set_config('acme.x', 'left', false))")
    await acme.execute("INSERT INTO acme_log SELECT length(set_config('statement_timeout', '0', false))")
    await acme.execute("INSERT INTO acme_log SELECT length(pg_advisory_lock(4711)::text)")
    assert len(world.databases._backends["default"]._pool._idle) == 1
    (row,) = await acme.query("SELECT current_setting('acme.x', true) AS x, current_setting('statement_timeout') AS t")
    assert row == {"x": None, "t": "5s"} or row == {"x": "", "t": "5s"}  # noqa: PLR1714 - what is unset may be either
    assert world.rows("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711") == [(0,)]


@with_settings(query_seconds=0.5)
async def test_a_plugin_does_not_lengthen_its_own_time(acme):
    with pytest.raises(OperationTimeoutError):
        await acme.query("SELECT set_config('statement_timeout', '0', false) AS a, pg_sleep(60) AS b")
    with pytest.raises(OperationTimeoutError):  # the setting holds from the second batch of rows on
        await acme.query(
            "SELECT CASE n WHEN 1 THEN set_config('statement_timeout', '0', false) WHEN 300 THEN pg_sleep(60)::text END AS x"
            " FROM generate_series(1, 400) AS n"
        )
    assert await acme.query("SELECT 1 AS one") == [{"one": 1}]


async def test_a_connection_that_was_lost_is_made_anew(world, acme, role):
    assert await acme.query("SELECT 1 AS one") == [{"one": 1}]
    killed = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{role.strip(chr(34))}'"
    assert world.rows(killed) == [(True,)]
    assert await acme.query("SELECT 1 AS one") == [{"one": 1}]


@with_settings(query_seconds=120.0)
async def test_a_connection_that_is_lost_meanwhile_fails_the_statement_alone(world, acme, role):
    task = asyncio.create_task(acme.query("SELECT pg_sleep(100) AS a"))
    sleeping = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role.strip(chr(34))}' AND query LIKE 'FETCH%'"
    while not await asyncio.to_thread(world.rows, sleeping):
        pass
    with pytest.raises(OperationFailedError) as caught:
        await task
    assert caught.value.params["reason"] == "unavailable"
    assert await acme.query("SELECT 1 AS one") == [{"one": 1}]


async def test_a_server_that_cannot_be_reached_is_said_so(world, acme):
    world.roles["acme"] = "postgresql+psycopg://acme@127.0.0.1:1/nowhere"
    world.urls["elsewhere"] = "postgresql+psycopg://acme@127.0.0.1:1/nowhere"
    with pytest.raises(OperationFailedError, match="the database 'default' cannot be reached") as caught:
        await acme.query("SELECT 1 AS one")
    assert caught.value.params["reason"] == "unavailable"
    with pytest.raises(Failed, match="the database 'elsewhere' cannot be reached"):
        await world.databases.role_sql("acme", (), database="elsewhere")


async def test_who_meets_another_writer_on_its_way_is_told(world, acme):
    with postgres(world.base) as other:
        other.execute(f"BEGIN; LOCK TABLE {world.schemas['default']}.acme_notes")
        world.run(f'ALTER ROLE "{world.name}_acme" SET lock_timeout = 10')
        await world.databases.close()
        with pytest.raises(OperationFailedError) as caught:
            await acme.execute("DELETE FROM acme_notes")
        assert caught.value.params["reason"] == "busy"
        other.execute("ROLLBACK")


async def test_a_value_that_the_database_cannot_read_is_not_quoted(acme):
    for sql, params in (("SELECT :v ::integer AS v", {"v": SECRET}), ("SELECT CAST(:v AS date) AS v", {"v": SECRET})):
        with pytest.raises(OperationFailedError) as caught:
            await acme.query(sql, params)
        assert SECRET not in str(caught.value)
    with pytest.raises(OperationRefusedError, match="characters that no database takes"):
        await acme.query("SELECT '\ud800' AS v")
    with pytest.raises(NO):
        await acme.query("SELECT :v AS v", {"v": "\ud800"})


async def test_types_of_the_server_come_as_plain_values(acme):
    sql = "SELECT ARRAY[1, 2] AS a, '{\"b\": 1}'::jsonb AS j, '10.0.0.0/8'::inet AS i, int4range(1, 5) AS r, '\\x00ff'::bytea AS x"
    assert await acme.query(sql.replace("::", "\\:\\:")) == [
        {"a": [1, 2], "j": {"b": 1}, "i": "10.0.0.0/8", "r": "[1, 5)", "x": b"\x00\xff"}
    ]
    assert await acme.query("SELECT id FROM acme_notes WHERE id = ANY(:ids)", {"ids": [2, 9]}) == [{"id": 2}]
    assert await acme.query("SELECT (CAST(:doc AS jsonb))->>'a' AS a", {"doc": {"a": "x"}}) == [{"a": "x"}]


async def test_many_rows_come_in_order(acme):
    rows = await acme.query("SELECT n FROM generate_series(1, 700) AS n")
    assert [row["n"] for row in rows] == list(range(1, 701))
