"""
What the HTTP interface needs of a host.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from honeyhost.manager.booting import Boot
from honeyhost.manager.live import Live
from honeyhost.manager.manager import Manager
from honeyhost.sdk import Identity


class Hosted(Protocol):
    """
    A host that is attached to an application.
    """

    @property
    def identity(self) -> Identity:
        """
        Who is asking.
        """
        ...

    @property
    def manager(self) -> Manager:
        """
        The plugins and their states.
        """
        ...

    @property
    def live(self) -> Live:
        """
        What answers at this moment.
        """
        ...

    @property
    def boot(self) -> Boot:
        """
        What the start found.
        """
        ...


def plugin_rows(host: Hosted) -> list[dict[str, Any]]:
    """
    Every plugin, attached or not, sorted by (sort, slug); rejected and unreadable ones with their reasons.
    """
    listed = {entry["name"]: entry for entry in host.boot.listing().get("plugins", ())}
    rows = [_attached_row(host, plugin, listed.pop(plugin.slug, {})) for plugin in host.manager.plugins]
    rows.extend(_other_row(host, slug, entry) for slug, entry in listed.items())
    rows.extend(_failure_row(failure) for failure in host.boot.listing().get("failures", ()))
    return sorted(rows, key=lambda row: (row["sort"], row["slug"] or ""))


def _attached_row(host: Hosted, plugin: Any, entry: Mapping[str, Any]) -> dict[str, Any]:
    about, state = plugin.facts.about, host.manager.state(plugin.slug)
    failure = host.manager.failure(plugin.slug)
    reasons = [] if failure is None else [_reason(failure.to_problem().to_json())]
    return {
        "slug": plugin.slug,
        "kind": about["kind"],
        "enabled": state != "disabled",
        "config": {},
        "nav": bool(plugin.facts.nav),
        "sort": plugin.sort,
        "labels": _labels(about["labels"]),
        "version": plugin.version,
        "display_name": about["display_name"],
        "state": state,
        "origin": about["origin"],
        "reasons": reasons,
        "problems": entry.get("problems", []),
    }


def _other_row(host: Hosted, slug: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    failure = host.boot.failures.get(slug)
    reasons = entry["reasons"] if failure is None else [_reason(failure.to_problem().to_json())]
    return _row(slug, entry, state="failed" if failure is not None else entry["state"], reasons=reasons)


def _failure_row(failure: Mapping[str, Any]) -> dict[str, Any]:
    reasons = [_reason(problem) for problem in failure["problems"] if problem["severity"] == "error"]
    return _row(failure["name"], failure, state="rejected", reasons=reasons)


def _row(slug: str | None, entry: Mapping[str, Any], *, state: str, reasons: list[Any]) -> dict[str, Any]:
    return {
        "slug": slug,
        "kind": "integration",
        "enabled": False,
        "config": {},
        "nav": False,
        "sort": 0,
        "labels": {},
        "version": entry.get("version"),
        "display_name": entry.get("display_name"),
        "state": state,
        "origin": entry["origin"],
        "reasons": reasons,
        "problems": entry.get("problems", []),
    }


def _reason(problem: Mapping[str, Any]) -> dict[str, Any]:
    return {key: problem[key] for key in ("code", "params", "message", "hint")}


def _labels(labels: Any) -> dict[str, str]:
    if labels is None:
        return {}
    return {"en": labels} if isinstance(labels, str) else dict(labels)
