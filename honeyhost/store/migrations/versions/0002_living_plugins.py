"""
What living plugins need: requests to reload, quarantine, sessions, the audit, the processes; and, on PostgreSQL, a word to
every listener when anything that decides is written, also by hand.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_DECIDING = {
    "hh_plugins": "UPDATE",
    "hh_permissions": "UPDATE",
    "hh_groups": "UPDATE",
    "hh_group_permissions": "UPDATE",
    "hh_seed_groups": "UPDATE",
    "hh_members": "UPDATE",
    "hh_tokens": "UPDATE OF id, scopes, groups, permissions, hash, expires_at, revoked_at",
    "hh_revision": "UPDATE",
}
"""When a token was last used decides nothing."""

_FUNCTION = """
CREATE FUNCTION hh_tell_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('hh_changed', TG_TABLE_SCHEMA);
  RETURN NULL;
END
$$
"""
_TRIGGER = """
CREATE TRIGGER hh_tell_changed AFTER INSERT OR DELETE OR TRUNCATE OR {update} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION hh_tell_changed()
"""


def upgrade() -> None:
    """
    From the first tables.
    """
    with op.batch_alter_table("hh_plugins") as plugins:
        plugins.add_column(sa.Column("reloads", sa.Integer, nullable=False, server_default="0"))
        plugins.add_column(sa.Column("quarantine", sa.JSON, nullable=True))
    _sessions()
    _audit()
    _instances()
    if op.get_context().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        for table, update in _DECIDING.items():
            op.execute(_TRIGGER.format(update=update, table=table))


def downgrade() -> None:
    """
    Back to the first tables.
    """
    if op.get_context().dialect.name == "postgresql":
        for table in _DECIDING:
            op.execute(f"DROP TRIGGER hh_tell_changed ON {table}")
        op.execute("DROP FUNCTION hh_tell_changed()")
    for table in ("hh_instances", "hh_audit", "hh_sessions"):
        op.drop_table(table)
    with op.batch_alter_table("hh_plugins") as plugins:
        plugins.drop_column("quarantine")
        plugins.drop_column("reloads")


def _sessions() -> None:
    op.create_table(
        "hh_sessions",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("token", sa.String(32), nullable=False, index=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )


def _audit() -> None:
    op.create_table(
        "hh_audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
    )


def _instances() -> None:
    op.create_table(
        "hh_instances",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("pid", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("host_version", sa.Text, nullable=False),
        sa.Column("python", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=True),
        sa.Column("plugins", sa.JSON, nullable=False),
    )
