"""
Distributions: which of the installed ones speak of our entry point group, found by listing folders and reading one file each.

Metadata libraries parse every distribution to find a few, and one damaged file ends the search for everybody. Here each
distribution stands alone: a damaged one is noted, the next one is read. Only light modules are imported, because this
scan alone takes less time than importing a metadata library.
"""
# Paths are plain text here: making a Path of each would cost more than reading the files.
# ruff: noqa: PTH109, PTH110, PTH113, PTH116, PTH118, PTH119

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from honeyhost.discovery.files import listed, read

GROUP = "honeyframe.plugins"
ENTRY_POINTS = "entry_points.txt"
DIST_INFO, EGG_INFO = ".dist-info", ".egg-info"
OUR_PREFIX = "honeyframe-"
"""How distributions of plugins are called by convention; a torn one is only noticed if it is called so."""

_WORD = b"honeyframe"
_LIMIT = 1024 * 1024


class Distribution(NamedTuple):
    """
    A distribution whose ``entry_points.txt`` mentions our group in some spelling.
    """

    location: str
    """Its metadata folder."""
    folder: str
    """The path entry that it stands in."""
    name: str
    """The name of its metadata folder: ``honeyframe_healthcare-0.1.0.dist-info``."""
    entry_points: bytes
    others: tuple[str, ...] = ()
    """Metadata folders of the same distribution in the same path entry: an interrupted upgrade."""

    @property
    def key(self) -> str:
        """
        The comparable form of its name.
        """
        return distribution_key(self.name)


class Note(NamedTuple):
    """
    Something noticed beside the plugins: a code, the place, and another place or a detail where there is one.
    """

    code: str
    place: str
    other: str = ""


class Scan(NamedTuple):
    """
    What one walk over the path found, in the order of the path, then by name.
    """

    distributions: tuple[Distribution, ...]
    archives: tuple[str, ...]
    """Path entries that are files."""
    notes: tuple[Note, ...]


def scan(path: Sequence[str]) -> Scan:
    """
    All distributions on the path that mention our group. Never raises.
    """
    walk = _Walk()
    for folder in _distinct(path):
        walk.visit(folder or os.getcwd())
    walk.note_eggs()
    return Scan(tuple(walk.distributions), tuple(walk.archives), tuple(walk.notes))


def distribution_key(info_name: str) -> str:
    """
    The comparable name of a distribution, from the name of its metadata folder.

    >>> distribution_key("Honeyframe_Healthcare-0.1.0.dist-info")
    'honeyframe-healthcare'
    """
    stem = info_name.removesuffix(DIST_INFO).removesuffix(EGG_INFO).partition("-")[0]
    key = stem.lower().replace("_", "-").replace(".", "-")
    while "--" in key:
        key = key.replace("--", "-")
    return key


class _Walk:
    """
    The walk over the path entries; the first distribution of a name wins, as it does for ``import``.
    """

    def __init__(self) -> None:
        self.distributions: list[Distribution] = []
        self.archives: list[str] = []
        self.notes: list[Note] = []
        self._first: dict[str, str] = {}
        self._eggs: list[str] = []

    def visit(self, folder: str) -> None:
        try:
            names = listed(folder)
        except OSError as cause:
            self.notes.append(Note("path-unreadable", folder, cause.strerror or type(cause).__name__))
            return
        if names is None:
            if os.path.isfile(folder):
                self.archives.append(folder)
            return
        infos = sorted(name for name in names if name.endswith(DIST_INFO) and not name.startswith("~"))
        for key, same in _by_key(infos):
            self._visit_distribution(folder, key, same)
        self._eggs.extend(os.path.join(folder, name) for name in sorted(names) if name.endswith(EGG_INFO))

    def note_eggs(self) -> None:
        """
        Metadata of the old form is not read; it is mentioned where nothing newer carries the same distribution.
        """
        for location in self._eggs:
            if distribution_key(os.path.basename(location)) not in self._first and _declares(location):
                self.notes.append(Note("egg-info-ignored", location))

    def _visit_distribution(self, folder: str, key: str, names: list[str]) -> None:
        found: list[Distribution] = []
        for name in names:
            location = f"{folder}{os.sep}{name}"
            data = self._entry_points(location, key)
            if data is not None:
                found.append(Distribution(location, folder, name, data))
        first = self._first.setdefault(key, f"{folder}{os.sep}{names[0]}")
        if not found:
            return
        if not first.startswith(f"{folder}{os.sep}"):
            self.notes.append(Note("distribution-shadowed", found[0].location, first))
        elif len(names) > 1:
            self.distributions.append(found[0]._replace(others=tuple(name for name in names if name != found[0].name)))
        else:
            self.distributions.append(found[0])

    def _entry_points(self, location: str, key: str) -> bytes | None:
        """
        The content of the file, where it mentions our group.
        """
        place = f"{location}{os.sep}{ENTRY_POINTS}"
        try:
            data = read(place, _LIMIT)
        except (OSError, OverflowError) as cause:
            self.notes.append(Note("entry-points-unreadable", place, _why(cause)))
            return None
        if data is None:
            self._note_torn(location, key)
            return None
        if not data.isascii() and not _is_utf8(data):
            self.notes.append(Note("entry-points-not-utf8", place))
            return None
        if _WORD in data.lower():
            return data
        bad = _bad_line(data)
        if bad:
            self.notes.append(Note("entry-points-damaged", place, f"line {bad}"))
        return None

    def _note_torn(self, location: str, key: str) -> None:
        if key.startswith(OUR_PREFIX) and not os.path.exists(f"{location}{os.sep}METADATA"):
            self.notes.append(Note("distribution-torn", location))


def _distinct(path: Iterable[str]) -> Iterator[str]:
    """
    The entries of the path without those that are an earlier one under another name.
    """
    seen: set[tuple[int, int]] = set()
    for folder in path:
        try:
            found = os.stat(folder or os.curdir)
        except OSError:
            continue
        if (found.st_dev, found.st_ino) not in seen:
            seen.add((found.st_dev, found.st_ino))
            yield folder


def _by_key(infos: list[str]) -> Iterator[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for name in infos:
        groups.setdefault(distribution_key(name), []).append(name)
    yield from groups.items()


def _declares(location: str) -> bool:
    try:
        data = read(os.path.join(location, ENTRY_POINTS), _LIMIT)
    except (OSError, OverflowError):
        return False
    return data is not None and GROUP.encode() in data


def _bad_line(data: bytes) -> int:
    """
    The number of the first line that is neither a group, a comment nor an assignment; 0 where there is none.
    """
    for number, line in enumerate(data.splitlines(), 1):
        if b"=" not in line and not line.lstrip().startswith((b"[", b"#", b";")) and line.strip():
            return number
    return 0


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _why(cause: OSError | OverflowError) -> str:
    return (cause.strerror if isinstance(cause, OSError) else None) or str(cause)
