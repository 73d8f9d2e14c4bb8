"""
Booting: what a start found, and how it is read from a fitting snapshot. Nothing is imported for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import fastapi

from honeyhost.errors import AttachError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.snapshot import Snapshot, settings_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Boot:
    """
    What a start found: the plugins that may answer, why others may not, and the listing of everything.
    """

    plugins: tuple[AttachedPlugin, ...]
    failures: Mapping[str, AttachError] = field(default_factory=dict)
    listing: Callable[[], Mapping[str, Any]] = dict
    """The ``list --json`` document, read when somebody asks."""
    snapshot: str | None = None
    """The digest of the snapshot that it was read from; None where plugins were compiled."""


def snapshot_key(settings: str, prefix: str) -> dict[str, str]:
    """
    What a snapshot depends on besides files, with the version of the framework that described the routes.
    """
    return {**settings_key(settings, prefix), "fastapi": fastapi.__version__}


def boot_from(snapshot: Snapshot) -> Boot:
    """
    The start that a fitting snapshot makes; nothing is imported and nearly nothing is read.
    """
    return Boot(plugins=snapshot.plugins(), listing=snapshot.listing, snapshot=snapshot.digest)
