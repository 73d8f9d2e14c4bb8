"""
Booting: what a start found, and how it is read from a fitting snapshot. Nothing is imported for it.
"""

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import fastapi

from honeyhost import __version__
from honeyhost.errors import AttachError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.snapshot import Snapshot


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
    What a snapshot depends on besides files: versions, the prefix, and a digest of the settings that decide.
    """
    return {
        "honeyhost": __version__,
        "python": platform.python_version(),
        "fastapi": fastapi.__version__,
        "settings": settings,
        "prefix": prefix,
    }


def boot_from(snapshot: Snapshot) -> Boot:
    """
    The start that a fitting snapshot makes; nothing is imported and nearly nothing is read.
    """
    return Boot(plugins=snapshot.plugins(), listing=snapshot.listing, snapshot=snapshot.digest)
