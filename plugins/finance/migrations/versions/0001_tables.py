"""
The books: the chart of accounts, and one journal for all that is ever written down.

A statement is a transaction of its own, so an entry is one statement, and all its lines go into one table, each with the
entry's head. Debits are positive and credits negative cents, so that an entry balances where its lines sum to zero, exactly, in
SQLite and in PostgreSQL alike. Closing a period or an account is written into the journal too: whatever decides about the next
entry stands in one table, in turns (see ``backend/services/journal.py``).
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """
    From nothing.
    """
    op.create_table(
        "finance_accounts",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
    )
    op.create_table(
        "finance_journal",
        sa.Column("turn", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("day", sa.Text),
        sa.Column("reference", sa.Text),
        sa.Column("entry_text", sa.Text),
        sa.Column("account", sa.Text, sa.ForeignKey("finance_accounts.code")),
        sa.Column("amount", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("reverses", sa.Integer),
        sa.Column("search_key", sa.Text),
        sa.CheckConstraint("kind IN ('line', 'account-closed', 'period-closed')", name="finance_kinds"),
        sa.CheckConstraint("(kind = 'line') = (amount <> 0)", name="finance_lines_have_amounts"),
    )
    _indexes()


def _indexes() -> None:
    op.create_index("finance_numbers", "finance_journal", ["number", "line"], unique=True)
    op.create_index("finance_reversals", "finance_journal", ["reverses", "line"], unique=True)
    no_reversal = sa.text("reverses IS NULL")
    op.create_index(
        "finance_references",
        "finance_journal",
        ["reference", "line"],
        unique=True,
        sqlite_where=no_reversal,
        postgresql_where=no_reversal,
    )
    op.create_index("finance_movements", "finance_journal", ["account", "day"])
