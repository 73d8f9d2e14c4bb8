"""
Parameters: one way to write statements for every database, by SQLAlchemy's ``text()``: named parameters, ``::`` left alone.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from honeyhost.errors import MissingExtraError
from honeyhost.services.databases.outcomes import Refused

try:
    from sqlalchemy import Dialect, text
    from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
except ModuleNotFoundError as missing:
    raise MissingExtraError("store", needed_for="the database service", module="sqlalchemy") from missing

_LONGEST = 100_000
SQLITE = SQLiteDialect_pysqlite(paramstyle="named")
"""How statements and names of parameters are written for SQLite."""


def compiled(sql: str, params: Mapping[str, Any] | None, dialect: Dialect) -> tuple[str, dict[str, Any]]:
    """
    The statement as the driver takes it, and the values that it needs.

    Raises:
        Refused: if it is no text, is too long, or a value is missing or of a type that no database takes.
    """
    if not isinstance(sql, str) or not sql.strip():
        raise Refused("there is no statement", hint="pass one SQL statement as text")
    if len(sql) > _LONGEST:
        raise Refused(f"the statement has more than {_LONGEST} characters", hint="pass values as parameters")
    if params is not None and not isinstance(params, Mapping):
        raise Refused("the parameters are no mapping", hint="write :name in the statement and pass {'name': value}")
    statement, names = _translated(sql, dialect)
    given = params or {}
    missing = [name for name in names if name not in given]
    if missing:
        raise Refused(f"the parameter ':{missing[0]}' has no value", hint=r"pass one, or write \: for a colon")
    return statement, {name: _checked(name, given[name]) for name in names}


@lru_cache(maxsize=256)
def _translated(sql: str, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    found = text(sql).compile(dialect=dialect)
    return str(found), tuple(found.params)


def _checked(name: str, value: Any) -> Any:
    """
    The value without the class that a plugin may have put round it: drivers write those of their own accord.
    """
    match value:
        case None | bool() | bytes() | date() | time() | Decimal() | UUID() | list() | dict():
            return value
        case str():
            return str.__str__(value)
        case int():
            return int(value)
        case float():
            return float(value)
    raise Refused(
        f"the parameter ':{name}' is a {type(value).__name__}, which no database takes",
        hint="pass text, numbers, bytes, dates, Decimal, UUID or None",
    )


def for_sqlite(value: Any) -> Any:
    """
    A value as SQLAlchemy's types write it to SQLite, which has none of these.
    """
    match value:
        case datetime():
            moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return moment.isoformat(" ", timespec="microseconds")
        case date() | time():
            return value.isoformat()
        case Decimal():
            return float(value)
        case UUID():
            return value.hex
        case list() | dict():
            return as_json(value)
        case _:
            return value


def as_json(value: Any) -> str:
    """
    The JSON text of a list or mapping.

    Raises:
        Refused: if it is no JSON value.
    """
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        raise Refused("a parameter is a list or mapping that is no JSON value") from None
