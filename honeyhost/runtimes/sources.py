"""
Sources: the Python files of a package, read at one moment.

What is imported from them later is what stood there then, also where the folder holds another version by now.
"""

import importlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from pathlib import Path

from honeyhost.errors import LoadError

MOST_FILES = 10_000
MOST_BYTES = 64 * 1024 * 1024
_PASSED_OVER = frozenset({"__pycache__", "node_modules"})
_TRIES = 5
Stamps = Mapping[str, tuple[int, int]]
"""Modification time in nanoseconds and size in bytes, by path."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """
    One file. ``mtime`` in nanoseconds.
    """

    path: str
    data: bytes
    mtime: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """
    The files of a package by the module that each is, below the package: ``""`` is the package itself.
    """

    folders: tuple[str, ...]
    """Where the package lies; empty for a package that is one file."""
    files: Mapping[str, SourceFile]
    packages: frozenset[str]
    """The modules that hold others, with and without an ``__init__.py``."""
    compiled: tuple[str, ...] = ()
    """Extension modules: they are not captured, and Python loads them once in a process."""
    stamps: Stamps = field(default_factory=dict)

    def current(self) -> bool:
        """
        Whether the files are what stands there now.
        """
        return self.stamps == _stamps(self.folders or tuple(self.stamps))


def folders_of(package: str) -> tuple[str, ...]:
    """
    The folders that a package would be imported from now; none for one that is a file, or is not there.
    """
    spec = _spec(package)
    return _folders(spec) if spec is not None else ()


def capture(package: str, plugin: str) -> Sources | None:
    """
    The sources of a package that is not imported for it (its parents are); None where it does not come from files.

    Raises:
        LoadError: if the package holds more code than a host reads.
    """
    spec = _spec(package)
    if spec is None:
        return None
    if spec.submodule_search_locations is None:
        return _module(spec, plugin)
    folders = _folders(spec)
    return _captured(folders, plugin) if folders else None


def _folders(spec: ModuleSpec) -> tuple[str, ...]:
    return tuple(folder for folder in spec.submodule_search_locations or () if Path(folder).is_dir())


def _spec(package: str) -> ModuleSpec | None:
    """
    Where the package lies now, whatever was captured of it before.
    """
    parent = package.rpartition(".")[0]
    try:
        path = importlib.import_module(parent).__path__ if parent else None
        importlib.invalidate_caches()
        finders = [finder for finder in sys.meta_path if not getattr(finder, "captured", False)]
        return next(filter(None, (finder.find_spec(package, path) for finder in finders)), None)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - whoever imports it hears why
        return None


def _module(spec: ModuleSpec, plugin: str) -> Sources | None:
    if spec.origin is None or not spec.origin.endswith(".py"):
        return None
    stamps = _stamps([spec.origin])
    return Sources(folders=(), files=_read({"": spec.origin}, plugin), packages=frozenset(), stamps=stamps)


def _captured(folders: tuple[str, ...], plugin: str) -> Sources:
    """
    All files of one moment: where one was written meanwhile, they are read again.
    """
    for _ in range(_TRIES):
        stamps = _stamps(folders)
        files = _read(_modules(folders, stamps), plugin)
        if _stamps(folders) == stamps:
            break
    names = set(files)
    packages = {name[:end] for name in names for end in _dots(name)}
    packages |= {name for name, file in files.items() if os.path.basename(file.path) == "__init__.py"}  # noqa: PTH119 - thousands
    compiled = tuple(sorted(path for path in stamps if path.endswith(tuple(EXTENSION_SUFFIXES))))
    return Sources(folders=folders, files=files, packages=frozenset({"", *packages}), compiled=compiled, stamps=stamps)


def _dots(name: str) -> Iterator[int]:
    return (index for index, character in enumerate(name) if character == ".")


def _modules(folders: Sequence[str], stamps: Iterable[str]) -> dict[str, str]:
    """
    The file of each module; the folder that stands first wins, and in a folder a package before a module.
    """
    found: dict[str, str] = {}
    for folder in folders:
        inside: dict[str, str] = {}
        for path in sorted(stamps):
            if path.startswith(folder + os.sep) and path.endswith(".py"):
                parts = path[len(folder) + 1 : -3].split(os.sep)  # noqa: PTH206 - as above
                whole = parts[-1] == "__init__"
                name = ".".join(parts[:-1] if whole else parts)
                if not any("." in part for part in parts) and (whole or name not in inside):
                    inside[name] = path
        found = {**inside, **found}
    return found


def _read(modules: Mapping[str, str], plugin: str) -> dict[str, SourceFile]:
    if len(modules) > MOST_FILES:
        raise LoadError(f"plugin '{plugin}' holds more than {MOST_FILES} Python files", hint=_TOO_MUCH, plugin=plugin)
    files, size = {}, 0
    for name, path in modules.items():
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - thousands of them
                mtime, data = os.fstat(file.fileno()).st_mtime_ns, file.read(MOST_BYTES + 1)
        except OSError:
            continue  # gone meanwhile, or not for us to read
        size += len(data)
        if size > MOST_BYTES:
            said = f"plugin '{plugin}' holds more than {MOST_BYTES // 1024**2} MiB of Python files"
            raise LoadError(said, hint=_TOO_MUCH, plugin=plugin)
        files[name] = SourceFile(path, data, mtime)
    return files


_TOO_MUCH = "move what is not the plugin's own code out of its folder"


def _stamps(places: Iterable[str]) -> dict[str, tuple[int, int]]:
    suffixes = (".py", *EXTENSION_SUFFIXES)
    found: dict[str, tuple[int, int]] = {}
    for place in places:
        paths = walked(place) if os.path.isdir(place) else [place]  # noqa: PTH112 - as above
        for path in paths:
            if path.endswith(suffixes):
                try:
                    status = os.stat(path)  # noqa: PTH116 - as above
                except OSError:
                    continue
                found[path] = (status.st_mtime_ns, status.st_size)
    return found


def walked(folder: str) -> Iterator[str]:
    """
    The files of a folder and its folders; hidden ones, environments and what npm installs are not a plugin's code.
    """
    for where, folders, names in os.walk(folder):
        if "pyvenv.cfg" in names:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _PASSED_OVER]
        yield from (os.path.join(where, name) for name in names)  # noqa: PTH118 - as above
