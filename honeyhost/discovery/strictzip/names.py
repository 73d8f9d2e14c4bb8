"""
Names in an archive: which ones mean the same file on every system, and which would land somewhere else.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from honeyhost.diagnostics import Problem, error
from honeyhost.discovery.strictzip.layout import Entry
from honeyhost.names import hidden_characters

_LONGEST_PART, _LONGEST_NAME = 255, 1024
_WINDOWS_SIGNS = frozenset('<>:"|?*')
_WINDOWS_DEVICES = frozenset(
    {
        *("con", "prn", "aux", "nul", "conin$", "conout$"),
        *(f"{port}{number}" for port in ("com", "lpt") for number in "0123456789\u00b9\u00b2\u00b3"),
    }
)


def check_names(entries: Sequence[Entry]) -> Iterator[Problem]:
    """
    Every name that leaves the archive's own folder, or that two systems read differently.
    """
    for entry in entries:
        why = unsafe(entry.name)
        if why is not None:
            yield error("archive-name-unsafe", f"the name '{entry.name}' {why}", entry=entry.name)
    yield from _collisions(entries)


def unsafe(name: str) -> str | None:
    """
    Why a name is refused, or None.

    >>> unsafe("../x")
    "contains '..'"
    """
    if hidden_characters(name):
        return "contains control or invisible characters"
    if "\\" in name:
        return "contains a backslash"
    if name.startswith("/"):
        return "is absolute"
    if len(name.encode()) > _LONGEST_NAME:
        return f"is longer than {_LONGEST_NAME} bytes"
    for part in name.removesuffix("/").split("/"):
        why = _unsafe_part(part)
        if why is not None:
            return why
    return None


def _unsafe_part(part: str) -> str | None:
    if part in ("", ".", ".."):
        return f"contains '{part}'" if part else "contains an empty part"
    if part.endswith((".", " ")):
        return "has a part that ends in a dot or a space, which Windows drops"
    if not _WINDOWS_SIGNS.isdisjoint(part):
        return "contains a drive, a stream or another sign that Windows refuses"
    if part.split(".", 1)[0].rstrip().casefold() in _WINDOWS_DEVICES:
        return "is the name of a device on Windows"
    if len(part.encode()) > _LONGEST_PART:
        return f"has a part longer than {_LONGEST_PART} bytes"
    return None


def folded(name: str) -> str:
    """
    What names become on the file systems that take most spellings for one.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _collisions(entries: Sequence[Entry]) -> Iterator[Problem]:
    known: dict[str, _Node] = {}
    for entry in entries:
        name = entry.name.removesuffix("/")
        parts = name.split("/")
        why = None
        for length in range(1, len(parts)):
            why = why or _add_parent(known, "/".join(parts[:length]))
        why = why or _add(known, name, is_folder=entry.is_folder)
        if why is not None:
            yield error("archive-name-collision", f"the name '{entry.name}' {why}", entry=entry.name)


class _Node(NamedTuple):
    spelling: str
    is_folder: bool
    listed: bool


def _add_parent(known: dict[str, _Node], folder: str) -> str | None:
    node = known.setdefault(folded(folder), _Node(folder, is_folder=True, listed=False))
    if not node.is_folder:
        return f"lies below the file '{node.spelling}'"
    if node.spelling != folder:
        return f"lies in a folder that is spelt '{node.spelling}' elsewhere"
    return None


def _add(known: dict[str, _Node], name: str, *, is_folder: bool) -> str | None:
    node = known.get(folded(name))
    if node is None or (is_folder and node == _Node(name, is_folder=True, listed=False)):
        known[folded(name)] = _Node(name, is_folder, listed=True)
        return None
    if node.spelling == name:
        return "stands in the archive twice" if node.is_folder == is_folder else "is both a file and a folder"
    return f"means the same file as '{node.spelling}' on some systems"
