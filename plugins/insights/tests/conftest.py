import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from honeyhost.services.configuration import schema_defaults
from honeyhost.testing import FakeHost

PLUGIN = Path(__file__).parents[1]
CENSUS = {
    "patients": 24,
    "visits": 45,
    "wards": [{"ward": "oncology", "patients": 3}, {"ward": "outpatients", "patients": 21}],
    "doctors": [
        {"doctor": 2, "name": "Björn Håkansson", "specialty": "general practice", "patients": 12, "visits": 20},
        {"doctor": 6, "name": "Farid Al-Masri", "specialty": "general practice", "patients": 8, "visits": 25},
        {"doctor": 9, "name": "Ibrahim Diallo", "specialty": "psychiatry", "patients": 0, "visits": 0},
    ],
}
BALANCE = {
    "on": "2026-08-31",
    "currency": "EUR",
    "rows": [],
    "debit": "91919.28",
    "credit": "91919.28",
    "fiscal_year": {"start": "2026-01-01", "income": "19500.00", "expense": "28073.42", "result": "-8573.42"},
}
GRANTS = ["plugin_call:healthcare.census", "plugin_call:finance.trial_balance", "cache:readwrite"]


@pytest.fixture
def answers() -> dict[str, Any]:
    """
    What the other plugins answer, by function; an exception is raised.
    """
    return deepcopy({"census": CENSUS, "trial_balance": BALANCE})


@pytest.fixture
def host(answers: dict[str, Any]) -> FakeHost:
    def call(plugin: str, function: str, args: Any) -> Any:
        answer = answers[function]
        if isinstance(answer, Exception):
            raise answer
        return answer

    schema = json.loads((PLUGIN / "config.schema.json").read_text("utf-8"))
    host = FakeHost("insights", grants=GRANTS, config=schema_defaults(schema))
    host.answers("plugins.call", call)
    return host


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
