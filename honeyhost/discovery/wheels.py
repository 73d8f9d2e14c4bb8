"""
Wheels: whether a ``.whl`` is what its name and its RECORD say, asked before anybody unpacks it.

Source: the binary distribution format specification of packaging.python.org.
"""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from honeyhost.diagnostics import Problem, error, has_errors
from honeyhost.discovery import metadata
from honeyhost.discovery.distributions import DIST_INFO, ENTRY_POINTS
from honeyhost.discovery.records import ALGORITHMS, Record, encoded
from honeyhost.discovery.records import NAME as RECORD
from honeyhost.discovery.strictzip import ArchiveRefusedError, StrictZip
from honeyhost.discovery.trees import ArchiveTree
from honeyhost.manifest.tree import UnreadableError
from honeyhost.names import distribution_key

_UNLISTED = frozenset({RECORD, "RECORD.jws", "RECORD.p7s"})
_LIMIT = 32 * 1024 * 1024
_COLUMNS = 3
_PARTS = (5, 6)
"""Parts of a wheel's name: distribution, version, an optional build, and three tags."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wheel:
    """
    A wheel whose files are those of its RECORD. It carries plugins as an installed distribution does.
    """

    path: Path
    archive: StrictZip
    dist_info: str
    about: metadata.Metadata
    record: Record
    entry_points: bytes

    @property
    def name(self) -> str:
        """
        How messages call it.
        """
        return f"{self.about.name} {self.about.version}"

    def read(self, path: str, limit: int) -> bytes:
        """
        The content of a file.

        Raises:
            UnreadableError: if it is missing or not to be read.
        """
        return ArchiveTree(self.archive).read(path, limit)

    def peek(self, path: str, limit: int) -> bytes | None:
        """
        The content of a file that may be missing.
        """
        try:
            return self.read(path, limit)
        except UnreadableError:
            return None

    def shown(self, path: str) -> str:
        """
        The path of the file inside the wheel.
        """
        return f"{self.path}/{path}"

    def root(self, folder: str) -> Path:
        """
        The wheel itself: nothing is unpacked.
        """
        del folder
        return self.path


def open_wheel(path: Path, archive: StrictZip) -> Wheel | tuple[Problem, ...]:
    """
    The wheel in an archive, or everything that is wrong with it.
    """
    dist_info, found = _dist_info(path, archive)
    if dist_info is None:
        return found
    about, described = _described(path, archive, dist_info)
    record, recorded = _recorded(archive, dist_info)
    problems = tuple(problem.at(file=str(path)) for problem in (*found, *described, *recorded))
    if about is None or record is None or has_errors(problems):
        return problems
    return Wheel(
        path=path,
        archive=archive,
        dist_info=dist_info,
        about=about,
        record=record,
        entry_points=_content(archive, f"{dist_info}/{ENTRY_POINTS}") or b"",
    )


def _dist_info(path: Path, archive: StrictZip) -> tuple[str | None, tuple[Problem, ...]]:
    folders = sorted(folder for folder in archive.folders if "/" not in folder and folder.endswith(DIST_INFO))
    if len(folders) == 1:
        return folders[0], ()
    what = "no metadata folder" if not folders else f"{len(folders)} metadata folders"
    message = f"it has {what}, and a wheel has one"
    return None, (error("wheel-metadata", message, file=str(path), hint="build it with a build backend"),)


def _described(path: Path, archive: StrictZip, dist_info: str) -> tuple[metadata.Metadata | None, tuple[Problem, ...]]:
    """
    What the wheel calls itself, if its name, its metadata folder and its METADATA agree.
    """
    about = metadata.parse(_content(archive, f"{dist_info}/{metadata.NAME}") or b"")
    if about is None:
        return None, (error("wheel-metadata", "its METADATA gives no name and version", hint="build it with a build backend"),)
    parts = path.name.removesuffix(".whl").split("-")
    folder = dist_info.removesuffix(DIST_INFO).partition("-")
    names = {distribution_key(name) for name in (about.name, parts[0], folder[0])}
    try:
        versions = {Version(version) for version in (about.version, parts[1] if len(parts) in _PARTS else "", folder[2])}
    except InvalidVersion:
        return about, (_misnamed(path, about, dist_info),)
    return about, () if len(names) == len(versions) == 1 else (_misnamed(path, about, dist_info),)


def _misnamed(path: Path, about: metadata.Metadata, dist_info: str) -> Problem:
    inside = f"{about.name} {about.version}"
    message = f"the file is called '{path.name}', its metadata folder '{dist_info}', and its METADATA says {inside}"
    return error("wheel-name", message, hint="do not rename wheels; build it again")


def _recorded(archive: StrictZip, dist_info: str) -> tuple[Record | None, tuple[Problem, ...]]:
    data = _content(archive, f"{dist_info}/{RECORD}")
    if data is None:
        return None, (error("wheel-record", "it has no RECORD that could be read", hint="build it with a build backend"),)
    return Record(data), tuple(_differences(archive, dist_info, data))


def _differences(archive: StrictZip, dist_info: str, data: bytes) -> Iterator[Problem]:
    """
    Every file that RECORD and the archive do not describe alike.
    """
    rows = _rows(data)
    if rows is None:
        yield error("wheel-record", "its RECORD is damaged")
        return
    unlisted = {f"{dist_info}/{name}" for name in _UNLISTED}
    for name in rows:
        if name not in archive.files:
            yield error("wheel-record", f"RECORD lists '{name}', which is not in the wheel", entry=name)
    for name in archive.files:
        if name in unlisted:
            continue
        if name not in rows:
            yield error("wheel-record", f"'{name}' is not listed in RECORD", entry=name)
        else:
            yield from _checked(archive, name, *rows[name])


def _rows(data: bytes) -> dict[str, tuple[str, str]] | None:
    """
    Hash and size by name; None where it is no such table or a name stands there twice.
    """
    rows: dict[str, tuple[str, str]] = {}
    try:
        for row in csv.reader(data.decode("utf-8").splitlines(), strict=True):
            if len(row) != _COLUMNS or row[0] in rows:
                return None
            rows[row[0]] = (row[1], row[2])
    except (UnicodeDecodeError, csv.Error):
        return None
    return rows


def _checked(archive: StrictZip, name: str, expected: str, size: str) -> Iterator[Problem]:
    algorithm, _, digest = expected.partition("=")
    if algorithm not in ALGORITHMS:
        yield error("wheel-record", f"'{name}' has no hash in RECORD that proves anything", entry=name)
        return
    total = hashlib.new(algorithm)
    try:
        for chunk in archive.chunks(name):
            total.update(chunk)
    except ArchiveRefusedError as cause:
        yield from cause.problems
        return
    if encoded(total.digest()) != digest.rstrip("="):
        yield error("wheel-record", f"'{name}' is not the file that RECORD describes: its hash differs", entry=name)
    elif size != str(archive.files[name].size):
        yield error("wheel-record", f"'{name}' is not the file that RECORD describes: its size differs", entry=name)


def _content(archive: StrictZip, name: str) -> bytes | None:
    if name not in archive.files:
        return None
    try:
        return archive.read(name, _LIMIT)
    except ArchiveRefusedError:
        return None
