"""
Explaining: why a plugin is admitted or not, as a document.
"""

from collections.abc import Mapping
from typing import Any

from honeyhost.discovery.inventory import DiscoveredPlugin, DiscoveryFailure
from honeyhost.resolver.explanation import explain
from honeyhost.settings import Settings
from honeyhost.survey import Survey, survey


def explained(settings: Settings, slug: str) -> Mapping[str, Any] | None:
    """
    The document of ``why --json``; None where nothing of that name is found. Looks for plugins anew.
    """
    return verdicts(survey(settings), slug)


def verdicts(found: Survey, slug: str) -> Mapping[str, Any] | None:
    """
    The same from a look that was taken already.
    """
    shapes = [_explained(found, plugin) for plugin in found.inventory.named(slug)]
    shapes += [_unreadable(slug, failure) for failure in found.inventory.failures if failure.name == slug]
    if not shapes:
        return None
    return {**shapes[0], **({"others": shapes[1:]} if shapes[1:] else {})}


def _explained(found: Survey, plugin: DiscoveredPlugin) -> dict[str, Any]:
    """
    The verdict; ``failed`` is why an accepted plugin could not be attached, where it could not.
    """
    shape, failed = explain(found.resolution, plugin).to_json(), found.failure_of(plugin)
    return shape if failed is None else {**shape, "failed": failed.reason()}


def _unreadable(slug: str, failure: DiscoveryFailure) -> dict[str, Any]:
    """
    The document for what cannot be read: it was asked one rule only, and each error is a way to fail it.
    """
    errors = [problem for problem in failure.problems if problem.severity == "error"]
    checks = [
        {
            "rule": "manifest",
            "passed": False,
            "fact": problem.code,
            "source": problem.place or failure.origin.location,
            "message": problem.message,
        }
        for problem in errors
    ]
    hints = [problem.hint for problem in errors if problem.hint]
    return {"name": slug, "verdict": "rejected", "checks": checks, "smallest_change": hints[0] if hints else None}
