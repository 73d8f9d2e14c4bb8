"""
Archives: plugins that are still packed, read in place. Nothing is unpacked and nothing is run.

A ``.whl`` is read as the distribution that it would become, a ``.zip`` as the folder that it would become: its manifest
stands at its root.
"""

import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from honeyhost.diagnostics import Problem, error, info, warning
from honeyhost.discovery.agreements import agreement, declaration_problems
from honeyhost.discovery.declarations import Declaration, parse
from honeyhost.discovery.distributions import GROUP
from honeyhost.discovery.inventory import DiscoveryFailure, Origin
from honeyhost.discovery.locating import locate_manifest
from honeyhost.discovery.readings import MANIFEST, Found, Whereabouts, read_yaml, settle
from honeyhost.discovery.sources import Look
from honeyhost.discovery.strictzip import ArchiveRefusedError, StrictZip
from honeyhost.discovery.trees import ArchiveTree
from honeyhost.discovery.wheels import Wheel, open_wheel
from honeyhost.manifest.document import MAX_BYTES
from honeyhost.manifest.tree import UnreadableError
from honeyhost.names import is_slug

SUFFIXES = (".whl", ".zip")
MAX_ARCHIVES = 1000
"""Archives of one folder that are looked at."""


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """
    Archives, and folders of archives.
    """

    places: tuple[Path, ...]

    def look(self) -> Look:
        """
        Every plugin that is packed there.
        """
        found: list[Found] = []
        findings: list[Problem] = []
        for place in self.places:
            try:
                archives, noticed = _archives(place)
            except OSError as cause:
                findings.append(_unreadable(place, cause))
                continue
            findings.extend(noticed)
            for archive in archives:
                found.extend(read_archives(archive))
        return Look(tuple(found), tuple(findings))


def read_archive(path: Path) -> Found:
    """
    The one plugin in an archive, or why it cannot be used.
    """
    found = read_archives(path)
    if len(found) == 1:
        return found[0]
    names = ", ".join(str(item.name) for item in found)
    message = f"the wheel carries {len(found)} plugins: {names}"
    return DiscoveryFailure(
        origin=Origin(kind="archive", location=str(path)),
        problems=(error("archive-several-plugins", message, file=str(path), hint="name the plugin once it is installed"),),
    )


def read_archives(path: Path) -> tuple[Found, ...]:
    """
    Every plugin in an archive (a wheel may carry several), at least one failure where there is none.
    """
    try:
        archive = StrictZip.open(path)
        return _in_wheel(path, archive) if _is_wheel(path) else (_in_zip(path, archive),)
    except ArchiveRefusedError as cause:
        return (DiscoveryFailure(origin=Origin(kind="archive", location=str(path)), problems=cause.problems),)


def tree_of(path: Path, package: str) -> ArchiveTree:
    """
    The files of a plugin in an archive.

    Raises:
        ArchiveRefusedError: if the archive is not accepted.
    """
    archive = StrictZip.open(path)
    return ArchiveTree(archive, package.replace(".", "/") if _is_wheel(path) else "")


def _is_wheel(path: Path) -> bool:
    return path.suffix.lower() == ".whl"


def _in_wheel(path: Path, archive: StrictZip) -> tuple[Found, ...]:
    wheel = open_wheel(path, archive)
    if not isinstance(wheel, Wheel):
        return (DiscoveryFailure(origin=Origin(kind="archive", location=str(path)), problems=wheel),)
    declared = parse(wheel.entry_points)
    problems = tuple(problem.at(file=str(path)) for problem in declared.problems)
    if not declared.entries:
        message = f"{wheel.name} declares no plugin: its entry points have no group [{GROUP}] with a line in it"
        nothing = error("archive-without-plugin", message, file=str(path), hint=f"add [{GROUP}] with 'slug = package:manifest'")
        return (DiscoveryFailure(origin=_origin(wheel), problems=(*problems, nothing)),)
    return tuple(_packed(wheel, entry, problems) for entry in declared.entries)


def _packed(wheel: Wheel, entry: Declaration, problems: tuple[Problem, ...]) -> Found:
    where = Whereabouts(
        origin=_origin(wheel),
        name=entry.name if is_slug(entry.name) else None,
        stamps=(str(wheel.path),),
        seal=wheel.archive.sha256.encode(),
    )
    module = entry.module
    wrong = tuple(declaration_problems(wheel.name, entry))
    if module is None or wrong:
        return settle(wrong, where, problems)
    reading = locate_manifest(wheel, module)
    return settle(reading, where, (*problems, *agreement(wheel.name, entry, reading, wheel.about)))


def _origin(wheel: Wheel) -> Origin:
    return Origin(
        kind="archive",
        location=str(wheel.path),
        distribution=wheel.about.name,
        distribution_version=wheel.about.version,
    )


def _in_zip(path: Path, archive: StrictZip) -> Found:
    where = Whereabouts(
        origin=Origin(kind="archive", location=str(path)), name=None, stamps=(str(path),), seal=archive.sha256.encode()
    )
    file = f"{path}/{MANIFEST}"
    try:
        data = ArchiveTree(archive).read(MANIFEST, MAX_BYTES)
    except UnreadableError as cause:
        problem = _misplaced(path, archive) if cause.problem.code == "file-missing" else cause.problem.at(file=file)
        return settle((problem,), where)
    reading = read_yaml(data, file=file, root=path, package="")
    return settle(reading.in_package(f"plugins.{reading.manifest.name}") if reading.manifest else reading, where)


def _misplaced(path: Path, archive: StrictZip) -> Problem:
    deeper = min((name for name in archive.files if name.endswith(f"/{MANIFEST}")), key=len, default=None)
    if deeper is None:
        message = f"it holds no {MANIFEST}"
        return error(
            "archive-without-plugin", message, file=str(path), hint=f"pack the folder's content, with {MANIFEST} at the root"
        )
    message = f"its manifest is '{deeper}', and the manifest of an archive stands at its root"
    return error(
        "manifest-not-at-root", message, file=str(path), hint="pack the folder's content, not the folder", found=deeper
    )


def _archives(place: Path) -> tuple[list[Path], list[Problem]]:
    """
    The archives that a place is or holds, and what is noticed about it.

    Raises:
        OSError: if it is not there or cannot be listed.
    """
    if not place.is_dir():
        place.stat()
        return [place], []
    with os.scandir(place) as entries:
        names = list(islice((entry.name for entry in entries if entry.name.endswith(SUFFIXES)), MAX_ARCHIVES + 1))
    findings: list[Problem] = []
    if not names:
        findings.append(info("archives-empty", f"'{place}' holds no archive", file=str(place)))
    if len(names) > MAX_ARCHIVES:
        message = f"'{place}' holds more than {MAX_ARCHIVES:,} archives; the others are not looked at"
        findings.append(warning("directory-too-large", message, file=str(place), limit=MAX_ARCHIVES))
    return [place / name for name in sorted(names)[:MAX_ARCHIVES]], findings


def _unreadable(place: Path, cause: OSError) -> Problem:
    why = cause.strerror or type(cause).__name__
    return warning("path-unreadable", f"'{place}' cannot be read: {why}", file=str(place), hint="check the setting 'archives'")
