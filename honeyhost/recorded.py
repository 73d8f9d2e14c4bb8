"""
What was recorded: where a platform's snapshot lies, what it depends on, and the listing in it.

Reading it costs a fraction of looking for plugins anew, and says the same while nothing has changed.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from honeyhost.manager.failed import FailedPlugin
from honeyhost.manager.snapshot import Snapshot, settings_key
from honeyhost.settings import Settings

WAITING = "grant-missing"
"""The reason of a plugin that waits for an operator's answer."""
_ANSWERABLE = frozenset({WAITING, "grant-open", "grant-withheld"})
DEFAULT_PREFIX = "/api/plugins/{slug}"


def recorded_listing(settings: Settings) -> dict[str, Any] | None:
    """
    The ``list --json`` document as ``apply`` recorded it, with the wishes of now; None where looking again may tell more.
    """
    snapshot = Snapshot.open(snapshot_path(settings))
    if snapshot is None:
        return None
    if settings.archives or not snapshot.tells(_key(settings, snapshot), sys.path, settings.plugin_roots):
        return None
    listing = snapshot.listing()
    said = (problem for entry in listing["plugins"] for problem in (*entry["reasons"], *entry["problems"]))
    if any(problem["code"] in _ANSWERABLE for problem in said):
        return None  # an operator may have answered meanwhile
    from honeyhost.standing import read_standing  # noqa: PLC0415 - a start does without it

    standing, failed = read_standing(settings), {plugin.slug: plugin for plugin in snapshot.failed()}
    for entry in listing["plugins"]:
        if entry["state"] == "rejected":
            continue
        entry["state"], entry["reasons"] = standing.wish(entry["name"]), standing.reasons(entry["name"])
        if entry["state"] == "accepted" and entry["name"] in failed:
            entry["state"], entry["reasons"] = "failed", [failed[entry["name"]].reason()]
    listing["findings"] += [finding.to_json() for finding in standing.findings]
    return listing


def recorded_failures(settings: Settings) -> dict[str, FailedPlugin]:
    """
    What the last ``apply`` could not attach, by slug, as far as the reasons still hold.
    """
    snapshot = Snapshot.open(snapshot_path(settings))
    if snapshot is None or not snapshot.made_under(_key(settings, snapshot)):
        return {}
    return {plugin.slug: plugin for plugin in snapshot.failed() if plugin.fits()}


def _key(settings: Settings, snapshot: Snapshot) -> dict[str, str]:
    # The framework's version decides how routes are described and not which plugins there are.
    return {**settings_key(settings_digest(settings), DEFAULT_PREFIX), "fastapi": snapshot.key.get("fastapi", "")}


def snapshot_path(settings: Settings) -> Path:
    """
    Where the snapshot of a platform lies.
    """
    return settings.data_dir / "snapshot"


def settings_digest(settings: Settings) -> str:
    """
    A digest of the settings that decide which plugins are found and accepted.
    """
    deciding = {
        "host_version": settings.host_version,
        "roots": [str(settings.bundled_root), str(settings.customer_root)],
        "directories": settings.fallback_directories,
        "archives": [str(archive) for archive in settings.archives],
        "objects": settings.object_manifests,
        "permissions": sorted(settings.platform_permissions),
        "trust": settings.trust,
        "overrides": {slug: sorted(rules) for slug, rules in settings.overrides.items()},
        "pins": dict(settings.pins),
    }
    return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()
