"""
Rows: what the host says of each plugin, attached or not, with the operator's record laid over it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from honeyhost.api.hosted import Hosted
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.masking import masked
from honeyhost.names import visible
from honeyhost.store.records import PluginRecord

Row = dict[str, Any]


def plugin_rows(host: Hosted) -> list[Row]:
    """
    Every plugin, attached or not, sorted by (sort, slug); rejected and unreadable ones with their reasons.
    """
    listing = host.boot.listing()
    listed = {entry["name"]: entry for entry in listing.get("plugins", ())}
    rows = [_attached_row(host, plugin, listed.pop(plugin.slug, {})) for plugin in host.manager.plugins]
    rows.extend(_other_row(host, slug, entry) for slug, entry in listed.items())
    rows.extend(_failure_row(host, failure) for failure in listing.get("failures", ()))
    return [_visible(row) for row in sorted(rows, key=lambda row: (row["sort"], row["slug"] or ""))]


def plugin_row(host: Hosted, slug: str) -> Row | None:
    """
    One of them; None where no plugin has the name.
    """
    listing = host.boot.listing()
    entry = next((entry for entry in listing.get("plugins", ()) if entry["name"] == slug), None)
    plugin = attached_plugin(host, slug)
    if plugin is not None:
        return _visible(_attached_row(host, plugin, entry or {}))
    if entry is not None:
        return _visible(_other_row(host, slug, entry))
    failure = next((failure for failure in listing.get("failures", ()) if failure["name"] == slug), None)
    return None if failure is None else _visible(_failure_row(host, failure))


def attached_plugin(host: Hosted, slug: str) -> AttachedPlugin | None:
    """
    The attached plugin of that name.
    """
    return next((plugin for plugin in host.manager.plugins if plugin.slug == slug), None)


def is_known(host: Hosted, slug: str) -> bool:
    """
    Whether any plugin has the name: an attached one, or one that was found and is not served.
    """
    if host.manager.state(slug) is not None:
        return True
    listing = host.boot.listing()
    return any(entry["name"] == slug for kind in ("plugins", "failures") for entry in listing.get(kind, ()))


def config_schema(plugin: AttachedPlugin | None) -> Mapping[str, Any] | None:
    """
    The plugin's own schema of its configuration, if it has one.
    """
    found: Mapping[str, Any] | None = plugin.facts.config_schema if plugin is not None else None
    return found


def shown(value: Any) -> Any:
    """
    The value with every text that a plugin may have written made visible.
    """
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    return {key: shown(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def _visible(row: Row) -> Row:
    made: Row = shown(row)
    return made


def _attached_row(host: Hosted, plugin: AttachedPlugin, entry: Mapping[str, Any]) -> Row:
    about, state = plugin.facts.about, str(host.manager.state(plugin.slug))
    record = host.records.get(plugin.slug)
    failure = host.manager.failure(plugin.slug)
    base = {
        "slug": plugin.slug,
        "kind": about["kind"],
        "enabled": state != "disabled",
        "config": {},
        "nav": bool(plugin.facts.nav),
        "sort": plugin.sort,
        "labels": _labels(about["labels"]),
        "version": plugin.version,
        "display_name": about["display_name"],
        "origin": about["origin"],
    }
    reasons = [] if failure is None else [failure.to_problem().to_json()]
    return _row(base, record, config_schema(plugin), state=state, reasons=reasons, problems=entry.get("problems", []))


def _other_row(host: Hosted, slug: str, entry: Mapping[str, Any]) -> Row:
    failure = host.boot.failures.get(slug)
    state = "failed" if failure is not None else entry["state"]
    reasons = entry["reasons"] if failure is None else [failure.to_problem().to_json()]
    problems = entry.get("problems", [])
    return _row(_bare(slug, entry), host.records.get(slug), None, state=state, reasons=reasons, problems=problems)


def _failure_row(host: Hosted, failure: Mapping[str, Any]) -> Row:
    problems = failure["problems"]
    reasons = [problem for problem in problems if problem["severity"] == "error"]
    record = host.records.get(failure["name"] or "")
    return _row(_bare(failure["name"], failure), record, None, state="rejected", reasons=reasons, problems=problems)


def _bare(slug: str | None, entry: Mapping[str, Any]) -> Row:
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
        "origin": entry["origin"],
    }


def _row(  # noqa: PLR0913 - the parts of a row
    base: Row,
    record: PluginRecord | None,
    schema: Mapping[str, Any] | None,
    *,
    state: str,
    reasons: Sequence[Mapping[str, Any]],
    problems: Sequence[Mapping[str, Any]],
) -> Row:
    """
    What the plugin says of itself, what an operator made of it, and what has become of it.
    """
    kept: Row = {}
    quarantine = None
    if record is not None:
        kept = {"enabled": record.enabled, "config": masked(schema, record.config), "sort": record.sort}
        kept |= {"nav": record.nav, "labels": dict(record.labels) or base["labels"]}
        quarantine = record.quarantine
    row = base | kept
    told = [_reason(reason) for reason in reasons]
    if quarantine is not None:
        told.insert(0, _reason(_quarantined(quarantine)))
    return row | {
        "state": state,
        "wanted": "enabled" if row["enabled"] else "disabled",
        "actual": state,
        "reasons": told,
        "problems": problems,
        "quarantine": None if quarantine is None else dict(quarantine),
        "revision": record.revision if record is not None else 0,
    }


def _quarantined(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    count, phase = facts.get("count"), facts.get("phase")
    return {
        "code": "quarantined",
        "params": dict(facts),
        "message": f"taken out: it ended the process {count} times in the phase '{phase}'",
        "hint": "mend it, then release it",
    }


def _reason(problem: Mapping[str, Any]) -> Row:
    known = {key: problem.get(key) for key in ("code", "params", "message", "path", "file", "line", "column", "hint")}
    return {"severity": problem.get("severity", "error"), **known}


def _labels(labels: Any) -> dict[str, str]:
    if labels is None:
        return {}
    return {"en": labels} if isinstance(labels, str) else dict(labels)
