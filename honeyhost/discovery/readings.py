"""
Readings: a manifest as it was read in one place, and what becomes of it: a plugin, or a failure with its reasons.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from honeyhost.diagnostics import Problem, has_errors
from honeyhost.discovery.inventory import DiscoveredPlugin, DiscoveryFailure, Origin
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.positions import Positions

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

    def in_package(self, package: str) -> "Reading":
        """
        The same reading of a plugin whose code lives in ``package``.
        """
        return replace(self, package=package)


def read_yaml(data: bytes, *, file: str, root: Path, package: str, problems: Iterable[Problem] = ()) -> Reading:
    """
    The reading of the bytes of a plugin.yaml. ``file`` is how people find it, ``problems`` what was noticed before.
    """
    from honeyhost.manifest.reader import read  # noqa: PLC0415 - wheels with a copy of their manifest need no YAML
    from honeyhost.manifest.validation import validate_document  # noqa: PLC0415

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


def read_mapping(value: Mapping[str, Any], *, file: str, root: Path, package: str) -> Reading:
    """
    The reading of a mapping that another reader made; ``file`` is what messages call it.
    """
    from honeyhost.manifest.validation import validate  # noqa: PLC0415 - as for read_yaml

    manifest, problems = validate(value, file=file)
    data = json.dumps(value, sort_keys=True, default=str).encode()
    return Reading(
        manifest=manifest, positions=Positions(file), problems=problems, root=root, package=package, file=file, data=data
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Whereabouts:
    """
    What is known of a plugin from the place where it was found.
    """

    origin: Origin
    name: str | None
    """What the place calls it: the entry point, or the folder."""
    stamps: tuple[str, ...] = ()
    """The files whose time and size stand for the plugin's; without any it is the manifest."""
    seal: bytes = b""
    """Further bytes that stand for its files: a RECORD."""


def settle(reading: Reading | tuple[Problem, ...], where: Whereabouts, problems: Iterable[Problem] = ()) -> Found:
    """
    The plugin that a reading gives, or the failure; ``problems`` is what else there is to be said about it.
    """
    found = (*problems, *(reading.problems if isinstance(reading, Reading) else reading))
    manifest = reading.manifest if isinstance(reading, Reading) else None
    if not isinstance(reading, Reading) or manifest is None or has_errors(found):
        return DiscoveryFailure(origin=where.origin, problems=found, name=manifest.name if manifest else where.name)
    return DiscoveredPlugin(
        manifest=manifest,
        origin=where.origin,
        root=reading.root,
        package=reading.package,
        digest=digest(reading.data, where.seal),
        manifest_file=reading.file,
        positions=reading.positions,
        problems=found,
        stamps=where.stamps or (reading.file,),
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
