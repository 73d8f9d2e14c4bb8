"""
Readings: a manifest as it was read in one place, and what becomes of it: a plugin, or a failure with its reasons.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyhost.diagnostics import Problem, has_errors
from honeyhost.discovery.inventory import DiscoveredPlugin, DiscoveryFailure, Origin
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.positions import Positions
from honeyhost.manifest.reader import read
from honeyhost.manifest.validation import validate_document

MANIFEST = "plugin.yaml"
MISSPELT = ("plugin.yml", "Plugin.yaml", "plugin.json", "plugin.toml")
"""What people call the file by mistake."""

Found = DiscoveredPlugin | DiscoveryFailure


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """
    The manifest of one place (None where it has errors), and all that was noticed about it.
    """

    manifest: PluginManifest | None
    positions: Positions
    problems: tuple[Problem, ...]
    root: Path
    package: str
    file: str
    data: bytes
    """The bytes that were read; the digest covers them."""


def read_yaml(data: bytes, *, file: str, root: Path, package: str, problems: Iterable[Problem] = ()) -> Reading:
    """
    The reading of the bytes of a plugin.yaml. ``file`` is how people find it, ``problems`` what was noticed before.
    """
    document, found = read(data, file=file)
    manifest = None
    if document is not None:
        manifest, validated = validate_document(document)
        found = (*found, *validated)
    return Reading(
        manifest=manifest,
        positions=document.positions if document is not None else Positions(file),
        problems=(*problems, *(problem.at(file=file) for problem in found)),
        root=root,
        package=package,
        file=file,
        data=data,
    )


def settle(
    reading: Reading, origin: Origin, *, name: str | None, problems: Iterable[Problem] = (), seal: bytes = b"", stamps: Sequence[str]
) -> Found:
    """
    The plugin that a reading gives, or the failure. ``name`` is what the place calls it, ``problems`` what else is to be
    said of it, ``seal`` further bytes that stand for its files.
    """
    found = (*problems, *reading.problems)
    if reading.manifest is None or has_errors(found):
        named = reading.manifest.name if reading.manifest is not None else name
        return DiscoveryFailure(origin=origin, problems=found, name=named)
    return DiscoveredPlugin(
        manifest=reading.manifest,
        origin=origin,
        root=reading.root,
        package=reading.package,
        digest=digest(reading.data, seal),
        manifest_file=reading.file,
        positions=reading.positions,
        problems=found,
        stamps=tuple(stamps),
    )


def digest(*parts: bytes) -> str:
    """
    One digest over several byte strings; where one ends and the next begins counts too.
    """
    total = hashlib.sha256()
    for part in parts:
        total.update(b"%d:" % len(part))
        total.update(part)
    return f"sha256:{total.hexdigest()}"
