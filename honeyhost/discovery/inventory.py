"""
The inventory: everything that was found, usable or not, as values.

An inventory is made once per look and never changes. Iterating gives the usable plugins in one order on every machine:
by slug, then by kind of origin, then by location.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from honeyhost.diagnostics import Problem
from honeyhost.manifest.model import PluginManifest, RouterEntry
from honeyhost.manifest.positions import Positions

OriginKind = Literal["entry-point", "directory", "archive"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """
    Where a plugin was found.
    """

    kind: OriginKind
    location: str
    """The dist-info folder, the plugin's folder, or the archive."""
    distribution: str | None = None
    """Name of the distribution that carries it, as its metadata spells it."""
    distribution_version: str | None = None
    editable: bool = False
    root_kind: Literal["bundled", "customer"] | None = None
    """Which of the two plugin roots a directory stands in."""

    def to_json(self) -> dict[str, Any]:
        """
        The shape of the interface; more keys may follow.
        """
        shape = {"kind": self.kind, "location": self.location, "distribution": self.distribution}
        return {**shape, "editable": True} if self.editable else shape

    def __str__(self) -> str:
        if self.distribution is not None:
            return f"distribution {self.distribution} {self.distribution_version or ''} ({self.location})".replace("  ", " ")
        return f"{self.kind} {self.location}"


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscoveredPlugin:
    """
    A plugin whose manifest has no errors. None of its code has run.

    ``root`` is the folder that paths of the manifest are relative to (for an archive: the archive itself), ``package`` the
    Python package that relative references start from. ``digest`` changes whenever the manifest or, for an installed
    wheel, any installed file may have changed. ``stamps`` are the files whose (mtime, size) stand for that digest.
    """

    manifest: PluginManifest
    origin: Origin
    root: Path
    package: str
    digest: str
    manifest_file: str
    positions: Positions
    problems: tuple[Problem, ...] = ()
    stamps: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """
        The slug.
        """
        return self.manifest.name

    @property
    def version(self) -> str:
        """
        The version as the manifest spells it.
        """
        return self.manifest.version

    @property
    def display_name(self) -> str:
        """
        The label for people, in English or the first language given.
        """
        return self.manifest.title()

    @property
    def routers(self) -> tuple[RouterEntry, ...]:
        """
        The router entries of the manifest.
        """
        return self.manifest.routers

    @property
    def permissions(self) -> tuple[str, ...]:
        """
        The permissions that the manifest declares.
        """
        return tuple(permission.id for permission in self.manifest.permissions)


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscoveryFailure:
    """
    Something that was found and cannot be used, with every reason.
    """

    origin: Origin
    problems: tuple[Problem, ...]
    name: str | None = None
    """The slug, where it could be read or is plain from the place."""

    def to_json(self) -> dict[str, Any]:
        """
        The shape of the interface.
        """
        return {
            "name": self.name,
            "origin": self.origin.to_json(),
            "problems": [problem.to_json() for problem in self.problems],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Inventory:
    """
    All that one look found: plugins, failures, and findings that belong to no plugin (shadowed, torn, broken metadata).
    """

    plugins: tuple[DiscoveredPlugin, ...] = ()
    failures: tuple[DiscoveryFailure, ...] = ()
    findings: tuple[Problem, ...] = field(default=())

    def __iter__(self) -> Iterator[DiscoveredPlugin]:
        return iter(self.plugins)

    def __len__(self) -> int:
        return len(self.plugins)

    def named(self, slug: str) -> tuple[DiscoveredPlugin, ...]:
        """
        The usable plugins with this slug; more than one where two distributions claim it.
        """
        return tuple(plugin for plugin in self.plugins if plugin.name == slug)
