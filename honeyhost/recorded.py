"""
What was recorded: where a platform's snapshot lies, what it depends on, and the listing in it.

Reading it costs a fraction of looking for plugins anew, and says the same while nothing has changed.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from honeyhost.manager.snapshot import Snapshot, settings_key
from honeyhost.settings import Settings
from honeyhost.store.peek import read_flags

DEFAULT_PREFIX = "/api/plugins/{slug}"


def recorded_listing(settings: Settings) -> dict[str, Any] | None:
    """
    The ``list --json`` document as ``apply`` recorded it, with the wishes of now; None where looking again may tell more.
    """
    snapshot = Snapshot.open(snapshot_path(settings))
    if snapshot is None:
        return None
    # The framework's version decides how routes are described and not which plugins there are.
    key = {**settings_key(settings_digest(settings), DEFAULT_PREFIX), "fastapi": snapshot.key.get("fastapi", "")}
    if settings.archives or not snapshot.fits(key, sys.path, settings.plugin_roots):
        return None
    flags = read_flags(settings.database_url)
    listing = snapshot.listing()
    for entry in listing["plugins"]:
        if entry["state"] != "rejected":
            wanted = flags is None or flags.is_enabled(entry["name"])
            entry["state"] = "accepted" if wanted else "disabled"
    return listing


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
