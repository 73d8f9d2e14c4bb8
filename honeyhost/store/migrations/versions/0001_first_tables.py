"""
The first tables: plugins, permissions, groups, members, tokens, and the revision of it all.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "hh_tokens",
    "hh_members",
    "hh_group_permissions",
    "hh_groups",
    "hh_seed_groups",
    "hh_permissions",
    "hh_plugins",
    "hh_revision",
)


def upgrade() -> None:
    """
    From an empty database.
    """
    _plugins()
    _catalog()
    _tokens()


def downgrade() -> None:
    """
    Back to an empty database.
    """
    for table in _TABLES:
        op.drop_table(table)


def _plugins() -> None:
    revision_table = op.create_table(
        "hh_revision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(revision_table, [{"id": 1, "value": 0}])
    op.create_table(
        "hh_plugins",
        sa.Column("slug", sa.String(64), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("config", sa.JSON, nullable=False),
        sa.Column("nav", sa.Boolean, nullable=False),
        sa.Column("sort", sa.Integer, nullable=False),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("edits", sa.JSON, nullable=False),
        sa.Column("grants", sa.JSON, nullable=False),
        sa.Column("grants_digest", sa.Text, nullable=True),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )


def _catalog() -> None:
    op.create_table(
        "hh_permissions",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False, index=True),
        sa.Column("label", sa.JSON, nullable=True),
        sa.Column("description", sa.JSON, nullable=True),
    )
    op.create_table(
        "hh_seed_groups",
        sa.Column("group_name", sa.String(100), primary_key=True),
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("label", sa.JSON, nullable=True),
    )
    op.create_table(
        "hh_groups",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("label", sa.JSON, nullable=True),
    )
    op.create_table(
        "hh_group_permissions",
        sa.Column("group_name", sa.String(100), primary_key=True),
        sa.Column("permission", sa.String(200), primary_key=True),
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("source", sa.String(8), primary_key=True),
        sa.Column("removed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "hh_members",
        sa.Column("group_name", sa.String(100), primary_key=True),
        sa.Column("subject", sa.String(255), primary_key=True, index=True),
    )


def _tokens() -> None:
    op.create_table(
        "hh_tokens",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("groups", sa.JSON, nullable=False),
        sa.Column("permissions", sa.JSON, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
    )
