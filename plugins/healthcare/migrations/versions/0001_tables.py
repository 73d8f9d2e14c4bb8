"""
The clinic's tables.

Days and moments are ISO 8601 text, moments in UTC and to the second: of one width, so that text compares as time does, in
SQLite and in PostgreSQL alike. Numbers are given by the statement that writes a row (see ``backend/services/turns.py``), so
there are no sequences.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """
    From nothing.
    """
    _doctors()
    _patients()
    _care_team()
    _appointments()


def _doctors() -> None:
    op.create_table(
        "healthcare_doctors",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("licence", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("specialty", sa.Text, nullable=False),
        sa.Column("accepts_patients", sa.Boolean, nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
    )


def _patients() -> None:
    op.create_table(
        "healthcare_patients",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("mrn", sa.Text, nullable=False, unique=True),
        sa.Column("given_name", sa.Text, nullable=False),
        sa.Column("family_name", sa.Text, nullable=False),
        sa.Column("birth_date", sa.Text, nullable=False),
        sa.Column("sex", sa.Text, nullable=False),
        sa.Column("phone", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("ward", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
    )


def _care_team() -> None:
    op.create_table(
        "healthcare_care_team",
        sa.Column("patient_id", sa.Integer, sa.ForeignKey("healthcare_patients.id"), primary_key=True),
        sa.Column("doctor_id", sa.Integer, sa.ForeignKey("healthcare_doctors.id"), primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.CheckConstraint("role IN ('primary', 'consulting')", name="healthcare_roles"),
    )
    is_primary = sa.text("role = 'primary'")
    op.create_index(
        "healthcare_one_primary_doctor",
        "healthcare_care_team",
        ["patient_id"],
        unique=True,
        sqlite_where=is_primary,
        postgresql_where=is_primary,
    )
    op.create_index("healthcare_patients_of_a_doctor", "healthcare_care_team", ["doctor_id"])


def _appointments() -> None:
    op.create_table(
        "healthcare_appointments",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("patient_id", sa.Integer, sa.ForeignKey("healthcare_patients.id"), nullable=False),
        sa.Column("doctor_id", sa.Integer, sa.ForeignKey("healthcare_doctors.id"), nullable=False),
        sa.Column("starts_at", sa.Text, nullable=False),
        sa.Column("ends_at", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.CheckConstraint("status IN ('booked', 'cancelled')", name="healthcare_statuses"),
    )
    op.create_index("healthcare_appointments_of_a_doctor", "healthcare_appointments", ["doctor_id", "starts_at"])
    op.create_index("healthcare_appointments_of_a_patient", "healthcare_appointments", ["patient_id", "starts_at"])
