"""
Parameters: what is put into a statement, and how each database gets it.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from uuid import UUID

import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from honeyhost.services.databases.outcomes import Refused
from honeyhost.services.databases.parameters import as_json, compiled, for_sqlite
from honeyhost.services.databases.values import plain

SQLITE = SQLiteDialect_pysqlite(paramstyle="named")
POSTGRES = PGDialect_psycopg()


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Ratio(float):
    pass


def test_names_become_what_each_driver_takes():
    sql = r"SELECT a::text, '50%' FROM t WHERE b = :b AND c = :c AND d = '\:d'"
    params = {"b": 1, "c": "x", "more": 2}
    assert compiled(sql, params, POSTGRES) == (
        "SELECT a::text, '50%%' FROM t WHERE b = %(b)s AND c = %(c)s AND d = ':d'",
        {"b": 1, "c": "x"},
    )
    assert compiled(sql, params, SQLITE) == (
        "SELECT a::text, '50%' FROM t WHERE b = :b AND c = :c AND d = ':d'",
        {"b": 1, "c": "x"},
    )


@pytest.mark.parametrize("sql", [None, 7, b"SELECT 1", "", " \n"])
def test_a_statement_is_text(sql):
    with pytest.raises(Refused, match="there is no statement"):
        compiled(sql, None, SQLITE)


def test_a_statement_is_not_endless():
    with pytest.raises(Refused, match="more than 100000 characters"):
        compiled(f"SELECT '{'x' * 100_000}'", None, SQLITE)


@pytest.mark.parametrize(
    ("given", "kind", "value"),
    [(Colour.RED, str, "red"), (Level.HIGH, int, 3), (Ratio(0.5), float, 0.5), (True, bool, True), (None, type(None), None)],
)
def test_values_lose_the_classes_that_were_put_round_them(given, kind, value):
    _, values = compiled("SELECT :v", {"v": given}, SQLITE)
    assert (type(values["v"]), values["v"]) == (kind, value)


@pytest.mark.parametrize("value", [object(), {1}, (1,), timedelta(1), 1j, range(3)])
def test_other_values_are_refused(value):
    with pytest.raises(Refused, match="which no database takes"):
        compiled("SELECT :v", {"v": value}, SQLITE)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (datetime(2026, 11, 25, 12, 0), "2026-11-25 12:00:00.000000"),  # noqa: DTZ001 - one without a zone
        (datetime(2026, 11, 25, 14, 0, tzinfo=timezone(timedelta(hours=2))), "2026-11-25 12:00:00.000000"),
        (datetime(2026, 11, 25, 12, 0, 0, 5, tzinfo=UTC), "2026-11-25 12:00:00.000005"),
        (date(2026, 11, 25), "2026-11-25"),
        (time(12, 30), "12:30:00"),
        (Decimal("1.5"), 1.5),
        (UUID(int=1), "00000000000000000000000000000001"),
        ([1, "ä"], '[1, "ä"]'),
        ({"a": None}, '{"a": null}'),
        ("x", "x"),
        (b"x", b"x"),
        (None, None),
    ],
)
def test_sqlite_gets_what_sqlalchemy_would_write(value, stored):
    assert for_sqlite(value) == stored


def test_what_is_no_json_is_refused():
    circle = []
    circle.append(circle)
    for value in (circle, {"a": object()}):
        with pytest.raises(Refused, match="no JSON value"):
            as_json(value)


def test_answers_are_plain_values_and_texts_of_the_others():
    assert plain(None) is None
    assert plain(Decimal("1.5")) == Decimal("1.5")
    assert plain([1]) == [1]
    assert plain(timedelta(days=1)) == "1 day, 0:00:00"
