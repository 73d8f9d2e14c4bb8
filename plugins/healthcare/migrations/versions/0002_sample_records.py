"""
The synthetic records that a new clinic begins with: those of ``dbt/seeds``, from which the data models are built as well.
"""

import csv
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SEEDS = Path(__file__).parents[2] / "dbt" / "seeds"


def upgrade() -> None:
    """
    Doctors and patients first, as the others refer to them.
    """
    for table, rows in (
        ("doctors", map(_doctor, _rows("doctors"))),
        ("patients", map(_patient, _rows("patients"))),
        ("care_team", map(_member, _rows("care_team"))),
        ("appointments", map(_appointment, _rows("appointments"))),
    ):
        found = list(rows)
        op.bulk_insert(sa.table(f"healthcare_{table}", *map(sa.column, found[0])), found)


def _doctor(row: dict[str, str]) -> dict[str, Any]:
    return {
        "id": int(row["doctor_id"]),
        "licence": row["licence"],
        "name": row["name"],
        "specialty": row["specialty"],
        "accepts_patients": row["accepts_patients"] == "true",
        "search_key": _search_key(row["name"]),
    }


def _patient(row: dict[str, str]) -> dict[str, Any]:
    names = ("mrn", "given_name", "family_name", "birth_date", "sex", "phone", "email", "ward")
    return {
        "id": int(row["patient_id"]),
        **{name: row[name] or None for name in names},
        "version": 1,
        "search_key": _search_key(row["given_name"], row["family_name"], row["mrn"]),
    }


def _member(row: dict[str, str]) -> dict[str, Any]:
    return {"patient_id": int(row["patient_id"]), "doctor_id": int(row["doctor_id"]), "role": row["role"]}


def _appointment(row: dict[str, str]) -> dict[str, Any]:
    ends_at = datetime.fromisoformat(row["starts_at"]) + timedelta(minutes=int(row["minutes"]))
    return {
        "id": int(row["appointment_id"]),
        "patient_id": int(row["patient_id"]),
        "doctor_id": int(row["doctor_id"]),
        "starts_at": row["starts_at"],
        "ends_at": ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "reason": row["reason"],
        "status": row["status"],
    }


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_SEEDS / f"healthcare_{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _search_key(*texts: str) -> str:
    """
    As the plugin wrote it when this step was made; a step does not change with the code.
    """
    decomposed = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
