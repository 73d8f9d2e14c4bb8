"""
The schema: every table of the store. A change here needs a revision in ``migrations`` (a test compares the two).

What a plugin brings and what an operator decides stand in different rows or columns, so that taking a plugin away is
deleting its rows, and attaching it again finds every decision where it was.
"""

from datetime import UTC, datetime

from honeyhost.store.sql import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

HEAD = "0002"
"""The newest revision of ``migrations``."""
VERSION_TABLE = "hh_alembic"

METADATA = MetaData()


class Moment(TypeDecorator[datetime]):
    """
    A moment in UTC: SQLite forgets the zone, PostgreSQL answers in the session's.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the library's signature
        """
        Python to database.
        """
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the library's signature
        """
        Database to Python.
        """
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _text(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, Text, nullable=optional)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _moment(name: str, *, optional: bool = False, index: bool = False) -> Column[datetime]:
    return Column(name, Moment, nullable=optional, index=index)


def _json(name: str) -> Column[object]:
    return Column(name, JSON, nullable=False)


def _optional_json(name: str) -> Column[object]:
    return Column(name, JSON(none_as_null=True), nullable=True)


def _group() -> Column[str]:
    return Column("group_name", String(100), primary_key=True)


def _permission(name: str) -> Column[str]:
    return Column(name, String(200), primary_key=True)


def _owner(*, primary_key: bool) -> Column[str]:
    return Column("owner", String(64), primary_key=primary_key, nullable=False, index=not primary_key)


def _hash() -> Column[str]:
    return Column("hash", String(64), nullable=False)


REVISION = Table(
    "hh_revision",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _number("value"),
)
"""One row. Its value grows with every change of the store, and writers take turns on it."""

PLUGINS = Table(
    "hh_plugins",
    METADATA,
    Column("slug", String(64), primary_key=True),
    _text("kind"),
    _text("version"),
    _flag("enabled"),
    _json("config"),
    _flag("nav"),
    Column("sort", Integer, nullable=False),
    _json("labels"),
    _json("edits"),
    _json("grants"),
    _text("grants_digest", optional=True),
    _moment("installed_at"),
    _number("revision"),
    Column("reloads", Integer, nullable=False, server_default="0"),
    _optional_json("quarantine"),
)
"""``nav``, ``sort`` and ``labels`` are the manifest's; ``edits`` holds those that the operator set instead."""

PERMISSIONS = Table(
    "hh_permissions",
    METADATA,
    _permission("id"),
    _owner(primary_key=False),
    _optional_json("label"),
    _optional_json("description"),
)
"""The catalog: what the attached plugins declare."""

SEED_GROUPS = Table(
    "hh_seed_groups",
    METADATA,
    _group(),
    _owner(primary_key=True),
    _optional_json("label"),
)
"""Which plugin has a part in which group."""

GROUPS = Table(
    "hh_groups",
    METADATA,
    Column("name", String(100), primary_key=True),
    _optional_json("label"),
)
"""Groups that an operator made or changed, with the label given by the operator."""

GROUP_PERMISSIONS = Table(
    "hh_group_permissions",
    METADATA,
    _group(),
    _permission("permission"),
    _owner(primary_key=True),
    Column("source", String(8), primary_key=True),
    _flag("removed"),
)
"""
``source`` is ``seed`` (the plugin's row) or ``operator``; an operator's row with ``removed`` takes a seed grant out of force.
``owner`` is whose permission it is: a grant is in force only while that plugin has it in the catalog, so that a permission
of the same name by another plugin inherits nothing.
"""

MEMBERS = Table(
    "hh_members",
    METADATA,
    _group(),
    Column("subject", String(255), primary_key=True, index=True),
)

TOKENS = Table(
    "hh_tokens",
    METADATA,
    Column("id", String(32), primary_key=True),
    _text("name"),
    _json("scopes"),
    _json("groups"),
    _json("permissions"),
    _hash(),
    _moment("created_at"),
    _moment("expires_at", optional=True),
    _moment("revoked_at", optional=True),
    _moment("last_used_at", optional=True),
)

SESSIONS = Table(
    "hh_sessions",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("token", String(32), nullable=False, index=True),
    _hash(),
    _moment("created_at"),
    _moment("expires_at", index=True),
)
"""``token`` is the id of the token whose rights the session has."""

AUDIT = Table(
    "hh_audit",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _moment("at"),
    _text("actor"),
    _text("action"),
    _text("target"),
    _json("details"),
)
"""Ids grow in the order of the changes, because writers take turns."""

INSTANCES = Table(
    "hh_instances",
    METADATA,
    Column("id", String(100), primary_key=True),
    _text("node"),
    _number("pid"),
    _moment("started_at"),
    _moment("seen_at"),
    _text("host_version"),
    _text("python"),
    _number("revision"),
    _text("snapshot", optional=True),
    _json("plugins"),
)
"""What running processes say of themselves. It decides nothing, and writing it is no change of the store."""
