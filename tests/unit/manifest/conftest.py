from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from honeyhost.diagnostics import Problem
from honeyhost.manifest import PluginManifest, check_rules, validate

SEED = b"""\
name: healthcare # vertical slug, required
version: 0.1.0 # plugin semver, versions independently of PaaS
display_name: Healthcare # human label for the admin UI

# Dotted Python paths to FastAPI routers.
routers:
  - plugins.healthcare.backend.routers.patients:router
  - plugins.healthcare.backend.routers.doctors:router

# Path (relative to plugin root) of the dbt workspace.
dbt_workspace: dbt/

# Frontend entry point - bundled into the Platform Vite build.
frontend_entry: frontend/src/index.tsx

nav:
  - label: Patient 360
    path: /healthcare/patients
    icon: users
  - label: Doctors
    path: /healthcare/doctors
    icon: stethoscope

permissions:
  - patient.read
  - patient.edit
  - doctor.read

seed_groups:
  - name: clinical_admin
    permissions: [patient.read, patient.edit, doctor.read]
  - name: clinical_viewer
    permissions: [patient.read, doctor.read]
"""


@pytest.fixture
def seed() -> bytes:
    """
    The manifest of the seed's page about plugins.
    """
    return SEED


@pytest.fixture
def told() -> Callable[[Iterable[Problem]], list[str]]:
    """
    Problems as a person reads them: severity[code] place: message | hint. Remarks about what is not attached are left out.
    """

    def told(problems: Iterable[Problem]) -> list[str]:
        return [
            f"{problem.severity}[{problem.code}] {_place(problem)}: {problem.message} | {problem.hint}"
            for problem in problems
            if problem.code != "not-attached-yet"
        ]

    return told


@pytest.fixture
def check(told: Callable[[Iterable[Problem]], list[str]]) -> Callable[[str | bytes], list[str]]:
    """
    What validation says about a YAML text.
    """
    return lambda source: told(validate(source)[1])


@pytest.fixture
def ask(told: Callable[[Iterable[Problem]], list[str]]) -> Callable[..., list[str]]:
    """
    What the rules say about the fields of a plugin called 'demo', without their severity and hint where those are plain.
    """

    def ask(fields: Mapping[str, Any] | None = None, **more: Any) -> list[str]:
        manifest = PluginManifest.model_validate({"name": "demo", "version": "1.0", **(fields or {}), **more})
        return told(check_rules(manifest))

    return ask


def _place(problem: Problem) -> str:
    line = f" {problem.line}:{problem.column}" if problem.line is not None else ""
    return f"{problem.path or '-'}{line}"
