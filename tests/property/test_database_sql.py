"""
Whatever a plugin writes into a statement: what it gets does not depend on what it may not read, and that stays as it is.

Each statement runs in two databases that differ in nothing but their secret. Where the answers differ, something of it leaked,
be it a single bit.
"""

# ruff: noqa: S608 - statements are what these tests are made of

import asyncio
import os
from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plugin_databases import SECRET, TABLES, SqliteWorld, postgres_database, postgres_world

from honeyhost.errors import OperationError
from honeyhost.services.databases.asking import Asked
from honeyhost.services.databases.outcomes import StatementError
from honeyhost.services.databases.stopping import Stop

_POSTGRES = os.environ.get("TEST_POSTGRES_URL", "") if find_spec("psycopg") else ""
OTHER = "0ther-2026"
OWNED = ("DELETE FROM acme_notes", "DELETE FROM acme_log", *(sql for sql in TABLES if sql.startswith("INSERT INTO acme_notes")))
HIDDEN = ("core_secret", "hh_tokens", "rival_notes", "acme_billing_cards")
VIEWS = (
    "CREATE VIEW acme_spy AS SELECT id, value FROM core_secret",
    "CREATE VIEW acme_short AS SELECT id, body FROM acme_notes",
)

OWN = (
    "body FROM acme_notes",
    "id FROM acme_notes",
    "note FROM acme_log",
    "body FROM acme_short",
    "id FROM ACME_notes",
    "1",
    "'s'",
)
FOREIGN = (
    *("value FROM core_secret", "hash FROM hh_tokens", "body FROM rival_notes", "number FROM acme_billing_cards"),
    *("value FROM acme_spy", "max(value) FROM core_secret", 'value FROM "core_secret"', "value FROM CORE_Secret"),
    *(
        "substr(value, 1, 1) FROM core_secret",
        "core_secret.value FROM acme_notes, core_secret",
        "1 FROM core_secret WHERE value < '1'",
    ),
    *("count(*) FROM core_secret WHERE value < '1'", "length(value) FROM core_secret", "value FROM main.core_secret"),
)
ODD = (
    *("sql FROM sqlite_master", "count(*) FROM sqlite_schema", "name FROM pragma_table_list", "count(*) FROM pragma_database_list"),
    *("name FROM pragma_table_info('core_secret')", "value FROM json_each('[1, 2]')", "count(*) FROM dbstat", "1 FROM x"),
    *("relname FROM pg_class", "table_name FROM information_schema.tables", "pid FROM pg_stat_activity", "count(*) FROM core_x"),
    *("query_to_xml('SELECT * FROM core_secret', true, false, '')", "current_user", "last_insert_rowid()", "value FROM no_table"),
)  # fmt: skip
tables = st.sampled_from(
    (
        *("acme_notes", "acme_log", "acme_short", "acme_spy", "core_secret", "hh_tokens", "rival_notes", "acme_billing_cards"),
        *("CORE_SECRET", '"hh_tokens"', "main.core_secret", "sqlite_master", "sqlite_sequence", "pg_class", "no_table"),
    )
)  # fmt: skip
leaves = st.builds("SELECT {}".format, st.one_of(*map(st.sampled_from, (OWN, FOREIGN, (*FOREIGN, *ODD)))))


def _queries(inner):
    """
    Queries made of queries; all of them have one column, so that most of them can be meant.
    """
    both = st.tuples(inner, inner)
    text = inner.map("SELECT CAST(v AS text) AS v FROM (SELECT ({} LIMIT 1) AS v) AS q".format)
    return st.one_of(
        both.map(
            lambda two: (
                "SELECT CAST(a.v AS text) FROM (SELECT ({} LIMIT 1) AS v) a JOIN (SELECT ({} LIMIT 1) AS v) b ON 1 = 1".format(
                    *two
                )
            )
        ),
        both.map(lambda two: "SELECT id FROM acme_notes WHERE EXISTS ({}) OR EXISTS ({})".format(*two)),
        both.map(lambda two: "WITH x(v) AS ({}), core_x(v) AS ({}) SELECT count(*) FROM x, core_x".format(*two)),
        both.map(lambda two: "WITH core_secret(value) AS ({}) {}".format(*two)),
        st.builds("{}{}{}".format, text, st.sampled_from((" UNION ", " UNION ALL ", " EXCEPT ", " INTERSECT ")), text),
        inner.map("SELECT id FROM acme_notes ORDER BY ({} LIMIT 1)".format),
        inner.map("SELECT id FROM acme_notes LIMIT (SELECT count(*) FROM ({}) AS q)".format),
        inner.map("SELECT CASE WHEN EXISTS ({} LIMIT 1) THEN 1 ELSE 0 END".format),
        inner.map("SELECT count(*) FROM ({}) AS q".format),
        inner.map("SELECT ({} LIMIT 1) FROM acme_notes WHERE 1 = 0".format),
        inner.map("WITH RECURSIVE x(v) AS (SELECT CAST(({} LIMIT 1) AS text) UNION SELECT v FROM x) SELECT v FROM x".format),
        inner.map("VALUES (({} LIMIT 1))".format),
        inner.map("EXPLAIN {}".format),
    )


queries = st.recursive(leaves, _queries, max_leaves=5)
writes = st.one_of(
    st.builds("INSERT INTO {} VALUES (7, 'x')".format, tables),
    st.builds("INSERT INTO {} SELECT * FROM {}".format, tables, tables),
    queries.map("INSERT INTO acme_log SELECT count(*) FROM ({}) AS q".format),
    queries.map("INSERT INTO acme_notes (id, body) VALUES (8, ({} LIMIT 1))".format),
    queries.map("INSERT INTO acme_notes (id, body) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET body = ({} LIMIT 1)".format),
    queries.map("UPDATE acme_notes SET body = ({} LIMIT 1) || CAST(id AS text)".format),
    queries.map("DELETE FROM acme_log WHERE EXISTS ({})".format),
    queries.map("DELETE FROM acme_notes RETURNING ({} LIMIT 1)".format),
    queries.map("WITH x(v) AS ({}) INSERT INTO acme_log SELECT count(*) FROM x".format),
    st.builds("REPLACE INTO {} VALUES (1, 'x')".format, tables),
    st.builds("UPDATE {} SET value = 'x'".format, tables),
    st.builds("UPDATE acme_notes SET body = s.value FROM {} AS s WHERE s.id = acme_notes.id".format, tables),
    st.builds("DELETE FROM {}".format, tables),
)
commands = st.one_of(
    st.sampled_from(
        ("PRAGMA query_only = OFF", "PRAGMA writable_schema = ON", "ATTACH ':memory:' AS temp2", "BEGIN", "COMMIT", "VACUUM")
    ),
    st.builds("DROP TABLE {}".format, tables),
    st.builds("CREATE TABLE acme_copy AS {}".format, queries),
    st.builds("CREATE TEMP VIEW acme_copy AS {}".format, queries),
    st.builds("CREATE TRIGGER acme_t AFTER INSERT ON acme_log BEGIN {}; END".format, writes),
    st.builds("ALTER TABLE {} RENAME TO acme_mine".format, tables),
)
glue = st.sampled_from(
    (";", "; ", ";--\n", "/**/;", " -- ", " /* ", "'", '"', "\x00", ")", " UNION ", "\\", "%", "%s", " :id ", "::", "$1", "?1")
)
whole = st.one_of(queries, writes, commands)
broken = st.one_of(st.builds("{}{}{}".format, whole, glue, whole), st.builds("{}{}".format, glue, whole))
reads = st.tuples(queries, st.just(value=False))
changes = st.tuples(writes, st.just(value=True))
statements = st.one_of(reads, reads, changes, changes, st.tuples(st.one_of(whole, broken), st.booleans()))
"""Statements, and whether they are asked for as ones that write."""


class Pair:
    """
    Two platforms that differ in their secrets alone.
    """

    def __init__(self, first, second):
        self.worlds = (first, second)
        for world in self.worlds:
            world.run(*VIEWS)
        second.run(
            *(
                f"UPDATE {table} SET {column} = '{OTHER}'"
                for table, column in zip(HIDDEN, ("value", "hash", "body", "number"), strict=True)
            )
        )
        self.before = self.hidden()
        self.own = [self.owned(world) for world in self.worlds]

    def hidden(self):
        """
        All that the plugin may not read.
        """
        return [[world.rows(f"SELECT * FROM {table}") for table in HIDDEN] for world in self.worlds]

    @staticmethod
    def owned(world):
        """
        What the plugin may change.
        """
        return [world.rows(f"SELECT * FROM {table} ORDER BY 1") for table in ("acme_notes", "acme_log")]

    def check(self, answers):
        """
        Nothing leaked, and nothing was changed. What the plugin changed of its own is put back for the next statement.
        """
        first, second = (
            repr(answer).replace(getattr(world, "name", ""), "") for answer, world in zip(answers, self.worlds, strict=True)
        )
        assert first == second
        assert SECRET not in first
        assert self.hidden() == self.before
        assert self.owned(self.worlds[0]) == self.owned(self.worlds[1])
        for world, own in zip(self.worlds, self.own, strict=True):
            if self.owned(world) != own:
                world.run(*OWNED)


@pytest.fixture(scope="module")
def sqlite_pair(tmp_path_factory):
    return Pair(*(SqliteWorld(tmp_path_factory.mktemp("platform"), query_seconds=60.0) for _ in range(2)))


def _answer(world, sql, writes):
    database = world.databases._backend("default")
    asked = Asked(slug="acme", granted=(), plugins=frozenset(world.plugins), sql=sql, params={"id": 1}, writes=writes)
    try:
        return database.run(asked, Stop())
    except StatementError as error:
        return type(error).__name__, str(error), error.hint


@settings(max_examples=400, deadline=None)
@given(asked=statements)
def test_on_sqlite_no_statement_tells_or_changes_what_the_plugin_may_not_reach(sqlite_pair, asked):
    sqlite_pair.check([_answer(world, *asked) for world in sqlite_pair.worlds])


@pytest.fixture(scope="module")
def postgres_pair():
    if not _POSTGRES:
        missing = "PostgreSQL takes part where psycopg is installed and TEST_POSTGRES_URL is set"
        (pytest.fail if os.environ.get("TEST_SERVICES") == "required" else pytest.skip)(missing)
    with (
        postgres_database(_POSTGRES) as base,
        postgres_world(base, query_seconds=60.0) as one,
        postgres_world(base, query_seconds=60.0) as two,
    ):
        pair = Pair(one, two)
        for world in pair.worlds:
            asyncio.run(_prepared(world))
        yield pair
        for world in pair.worlds:
            asyncio.run(world.databases.close())


async def _prepared(world):
    await world.grant("acme")
    await world.databases.close()


async def _told(world, sql, writes):
    db = world.db("acme")
    world.limits.update({"db_query": 10**6, "db_exec": 10**6})
    try:
        return await (db.execute if writes else db.query)(sql, {"id": 1})
    except OperationError as error:
        return type(error).__name__, str(error), error.hint


@settings(max_examples=60, deadline=None)
@given(asked=statements)
def test_on_postgresql_no_statement_tells_or_changes_what_the_plugin_may_not_reach(postgres_pair, asked):
    postgres_pair.check([asyncio.run(_told(world, *asked)) for world in postgres_pair.worlds])
