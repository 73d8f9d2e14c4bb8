"""
The one door to SQLAlchemy: a missing extra is said here, once, in words.
"""

from honeyhost.errors import MissingExtraError

try:
    from sqlalchemy import (
        JSON,
        BigInteger,
        Boolean,
        Column,
        ColumnElement,
        Connection,
        DateTime,
        Dialect,
        Engine,
        Integer,
        MetaData,
        Row,
        String,
        Table,
        Text,
        TypeDecorator,
        and_,
        create_engine,
        delete,
        event,
        exc,
        insert,
        inspect,
        make_url,
        or_,
        select,
        text,
        update,
    )
    from sqlalchemy.pool import QueuePool
except ModuleNotFoundError as missing:
    raise MissingExtraError("store", needed_for="the plugin table", module="sqlalchemy") from missing

__all__ = [
    "JSON",
    "BigInteger",
    "Boolean",
    "Column",
    "ColumnElement",
    "Connection",
    "DateTime",
    "Dialect",
    "Engine",
    "Integer",
    "MetaData",
    "QueuePool",
    "Row",
    "String",
    "Table",
    "Text",
    "TypeDecorator",
    "and_",
    "create_engine",
    "delete",
    "event",
    "exc",
    "insert",
    "inspect",
    "make_url",
    "or_",
    "select",
    "text",
    "update",
]
