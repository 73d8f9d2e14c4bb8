"""
Explaining: why a plugin is admitted or not, as a document.
"""

from collections.abc import Mapping
from typing import Any

from honeyhost.diagnostics import Problem
from honeyhost.discovery.inventory import DiscoveryFailure
from honeyhost.resolver.explanation import explain
from honeyhost.settings import Settings
from honeyhost.survey import survey


def explained(settings: Settings, slug: str) -> Mapping[str, Any] | None:
    """
    The document of ``why --json``; None where nothing of that name is found. Looks for plugins anew.
    """
    found = survey(settings)
    shapes = [explain(found.resolution, plugin).to_json() for plugin in found.inventory.named(slug)]
    shapes += [unreadable(slug, failure) for failure in found.inventory.failures if failure.name == slug]
    if not shapes:
        return None
    return {**shapes[0], **({"others": shapes[1:]} if shapes[1:] else {})}


def unreadable(slug: str, failure: DiscoveryFailure) -> dict[str, Any]:
    """
    The document for what cannot be read: it was asked one rule only, and each error is a way to fail it.
    """
    errors = [problem for problem in failure.problems if problem.severity == "error"]
    checks = [
        {
            "rule": "manifest",
            "passed": False,
            "fact": problem.code,
            "source": _place(problem) or failure.origin.location,
            "message": problem.message,
        }
        for problem in errors
    ]
    hints = [problem.hint for problem in errors if problem.hint]
    return {"name": slug, "verdict": "rejected", "checks": checks, "smallest_change": hints[0] if hints else None}


def _place(problem: Problem) -> str:
    numbers = (str(number) for number in (problem.line, problem.column) if number is not None)
    return "" if problem.file is None else ":".join([problem.file, *numbers])
