"""
Directories: plugins that are folders below one of the two plugin roots, named by their slug.

The walk looks into each folder for one file and no deeper, whatever the folders are.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from honeyhost.diagnostics import Problem, error, info, warning
from honeyhost.discovery.inventory import DiscoveryFailure, Origin
from honeyhost.discovery.readings import MANIFEST, MISSPELT, Found, Reading, Whereabouts, read_yaml, settle
from honeyhost.discovery.sources import Look
from honeyhost.manifest.document import MAX_BYTES
from honeyhost.manifest.tree import FolderTree, UnreadableError
from honeyhost.names import is_slug

MAX_ENTRIES = 10_000
"""Entries of a root that are looked at."""

_NO_PLUGINS = frozenset({"__pycache__", "node_modules"})


@dataclass(frozen=True, slots=True)
class DirectorySource:
    """
    One plugin root.
    """

    root: Path
    kind: Literal["bundled", "customer"]

    def look(self) -> Look:
        """
        Every plugin that stands in the root.
        """
        try:
            folders, findings = _folders(self.root)
        except FileNotFoundError:
            return Look()
        except OSError as cause:
            return Look(findings=(_unlisted(self.root, cause),))
        found: list[Found] = []
        for folder in folders:
            looked = read_folder(folder, self.kind)
            if isinstance(looked, Problem):
                findings.append(looked)
            else:
                found.append(looked)
        return Look(tuple(found), tuple(findings))


def read_folder(folder: Path, kind: Literal["bundled", "customer"] | None) -> Found | Problem:
    """
    The plugin that a folder is, a failure, or the finding that it is none.
    """
    where = Whereabouts(
        origin=Origin(kind="directory", location=str(folder), root_kind=kind),
        name=folder.name if is_slug(folder.name) else None,
    )
    try:
        data = FolderTree(folder).read(MANIFEST, MAX_BYTES)
    except UnreadableError as cause:
        if cause.problem.code == "file-missing":
            return _no_plugin(folder)
        return DiscoveryFailure(origin=where.origin, problems=(cause.problem.at(file=str(folder / MANIFEST)),), name=where.name)
    reading = read_yaml(data, file=str(folder / MANIFEST), root=folder, package=f"plugins.{folder.name}")
    return settle(reading, where, name_problems(reading, folder))


def name_problems(reading: Reading, folder: Path) -> Iterator[Problem]:
    """
    Whether the folder is called as its plugin is.
    """
    if reading.manifest is None or reading.manifest.name == folder.name:
        return
    name = reading.manifest.name
    problem = error(
        "directory-name-mismatch",
        f"the folder is called '{folder.name}', and its manifest is that of plugin '{name}'",
        path="name",
        hint=f"rename the folder to '{name}', or the plugin",
        directory=folder.name,
        found=name,
    )
    yield reading.positions.located(problem)


def _folders(root: Path) -> tuple[list[Path], list[Problem]]:
    """
    The folders of a root by name, and what is noticed while listing them.
    """
    findings: list[Problem] = []
    with os.scandir(root) as entries:
        seen = list(islice(entries, MAX_ENTRIES + 1))
    if len(seen) > MAX_ENTRIES:
        findings.append(_too_many(root))
    folders: list[Path] = []
    for entry in sorted(seen[:MAX_ENTRIES], key=lambda entry: entry.name):
        if entry.name.startswith(".") or entry.name in _NO_PLUGINS:
            continue
        try:
            is_folder = entry.is_dir()
        except OSError as cause:
            findings.append(_unlisted(Path(entry.path), cause))
            continue
        if is_folder:
            folders.append(root / entry.name)
        elif entry.is_symlink():
            findings.append(_dead_link(Path(entry.path)))
    return folders, findings


def _no_plugin(folder: Path) -> Problem:
    misspelt = next((name for name in MISSPELT if os.path.lexists(folder / name)), None)
    if misspelt is not None:
        message = f"'{folder}' holds '{misspelt}', and a plugin's manifest is called '{MANIFEST}'"
        return warning("directory-without-manifest", message, file=str(folder / misspelt), hint=f"rename it to {MANIFEST}")
    message = f"'{folder}' holds no {MANIFEST} and is no plugin"
    return info("directory-without-manifest", message, file=str(folder), hint=f"add {MANIFEST}, or move the folder elsewhere")


def _unlisted(place: Path, cause: OSError) -> Problem:
    why = cause.strerror or type(cause).__name__
    return warning("path-unreadable", f"'{place}' cannot be listed: {why}", file=str(place), hint="see that it can be read")


def _dead_link(place: Path) -> Problem:
    return warning("path-unreadable", f"'{place}' is a link that leads to no folder", file=str(place), hint="remove the link")


def _too_many(root: Path) -> Problem:
    message = f"'{root}' holds more than {MAX_ENTRIES:,} entries; the others are not looked at"
    return warning("directory-too-large", message, file=str(root), hint="keep only plugins there", limit=MAX_ENTRIES)
