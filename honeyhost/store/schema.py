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

HEAD = "0001"
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


def _optional_json(name: str) -> Column[object]:
    return Column(name, JSON(none_as_null=True), nullable=True)


REVISION = Table(
    "hh_revision",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
)
"""One row. Its value grows with every change of the store, and writers take turns on it."""

PLUGINS = Table(
    "hh_plugins",
    METADATA,
    Column("slug", String(64), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("config", JSON, nullable=False),
    Column("nav", Boolean, nullable=False),
    Column("sort", Integer, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("edits", JSON, nullable=False),
    Column("grants", JSON, nullable=False),
    Column("grants_digest", Text, nullable=True),
    Column("installed_at", Moment, nullable=False),
    Column("revision", BigInteger, nullable=False),
)
"""``nav``, ``sort`` and ``labels`` are the manifest's; ``edits`` holds those that the operator set instead."""

PERMISSIONS = Table(
    "hh_permissions",
    METADATA,
    Column("id", String(200), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    _optional_json("label"),
    _optional_json("description"),
)
"""The catalog: what the attached plugins declare."""

SEED_GROUPS = Table(
    "hh_seed_groups",
    METADATA,
    Column("group_name", String(100), primary_key=True),
    Column("owner", String(64), primary_key=True),
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
    Column("group_name", String(100), primary_key=True),
    Column("permission", String(200), primary_key=True),
    Column("owner", String(64), primary_key=True),
    Column("source", String(8), primary_key=True),
    Column("removed", Boolean, nullable=False),
)
"""
``source`` is ``seed`` (the plugin's row) or ``operator``; an operator's row with ``removed`` takes a seed grant out of force.
``owner`` is whose permission it is: a grant is in force only while that plugin has it in the catalog, so that a permission
of the same name by another plugin inherits nothing.
"""

MEMBERS = Table(
    "hh_members",
    METADATA,
    Column("group_name", String(100), primary_key=True),
    Column("subject", String(255), primary_key=True, index=True),
)

TOKENS = Table(
    "hh_tokens",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("groups", JSON, nullable=False),
    Column("permissions", JSON, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=True),
    Column("revoked_at", Moment, nullable=True),
    Column("last_used_at", Moment, nullable=True),
)
