"""
Places: the folders that were looked through, as they were, so that a look can be spared while they have not changed.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """
    A folder of the import path or of plugins. ``mtime_ns`` is 0 for one that is not there.
    """

    path: str
    mtime_ns: int
    needed: bool
    """Whether an attached plugin lies in it: then it must still be looked through."""


def survey_places(path: Iterable[str], roots: Iterable[Path], found_at: Iterable[str]) -> tuple[Place, ...]:
    """
    The places as they are now. ``found_at`` are the folders and dist-info folders of attached plugins; the place that one of
    them stands in, and none further up, is needed.
    """
    needed = {os.path.dirname(os.path.abspath(item)) for item in found_at}  # noqa: PTH100, PTH120 - text in, text out
    names = dict.fromkeys((*_folders(path), *(str(root) for root in roots)))
    return tuple(Place(name, _mtime(name), name in needed) for name in names)


def places_fit(places: Sequence[Place], path: Iterable[str], roots: Iterable[Path]) -> bool:
    """
    Whether looking through the path and the roots now would find what stood in the places then.
    """
    known = {place.path: place for place in places}
    looked = dict.fromkeys((*_folders(path), *(str(root) for root in roots)))
    if any(place.needed and place.path not in looked for place in places):
        return False
    return all(known[name].mtime_ns == _mtime(name) if name in known else _barren(name) for name in looked)


def _folders(path: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(os.path.abspath(entry) for entry in path)  # noqa: PTH100 - as above


def _mtime(name: str) -> int:
    with suppress(OSError):
        return os.stat(name).st_mtime_ns  # noqa: PTH116 - as above
    return 0


def _barren(name: str) -> bool:
    """
    Whether a folder that nobody has looked through yet has no distributions in it.
    """
    try:
        with os.scandir(name) as entries:
            return not any(entry.name.endswith((".dist-info", ".egg-info", ".egg-link")) for entry in entries)
    except NotADirectoryError:
        return name.endswith(".zip") and "python" in Path(name).name  # the interpreter's own archive on its default path
    except OSError:
        return True
