"""
Trees: the files of a plugin, read without trusting what they are.

A tree knows files by their path below the plugin's root, written with ``/``. It never leaves that root, whatever links
say, and it never reads more than the caller allows. Nothing here runs or imports.
"""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from honeyhost.diagnostics import Problem, error

_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)


class UnreadableError(OSError):
    """
    A file that is not read: missing, not a plain file, too large, or outside the plugin. ``problem`` says which.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class SourceTree(Protocol):
    """
    The files below a plugin's root: a folder, or an archive that is read in place.
    """

    def read(self, path: str, limit: int) -> bytes:
        """
        The content of a file.

        Raises:
            OSError: if it is missing, no plain file, longer than ``limit`` bytes, or outside the root
                (:class:`UnreadableError` where the tree can say why).
        """
        ...

    def exists(self, path: str) -> bool:
        """
        Whether a file or folder stands there, inside the root.
        """
        ...

    def is_dir(self, path: str) -> bool:
        """
        Whether a folder stands there, inside the root.
        """
        ...

    def files(self) -> Iterator[str]:
        """
        The paths of all files, sorted folder by folder; links to folders are not followed.

        Raises:
            OSError: at a folder that cannot be listed.
        """
        ...


class FolderTree:
    """
    The files below a folder. Links are followed as long as they stay inside it.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real = Path(os.path.realpath(root))

    def __repr__(self) -> str:
        return f"FolderTree({str(self._root)!r})"

    def read(self, path: str, limit: int) -> bytes:
        """
        The content of a file inside the folder.

        Raises:
            UnreadableError: see its problem.
        """
        inside = self._inside(path)
        if inside is None:
            raise UnreadableError(error("path-escapes", f"'{path}' leads outside the plugin", found=path))
        return read_bounded(inside, limit, shown=path)

    def exists(self, path: str) -> bool:
        """
        Whether a file or folder stands there, inside the folder.
        """
        inside = self._inside(path)
        return inside is not None and _mode(inside) is not None

    def is_dir(self, path: str) -> bool:
        """
        Whether a folder stands there, inside the folder.
        """
        inside = self._inside(path)
        return inside is not None and stat.S_ISDIR(_mode(inside) or 0)

    def files(self) -> Iterator[str]:
        """
        The paths of all files and of links to files, sorted folder by folder.

        Raises:
            OSError: at a folder that cannot be listed.
        """
        yield from _walk(self._real, "")

    def _inside(self, path: str) -> Path | None:
        if "\0" in path or "\\" in path:
            return None
        try:
            real = Path(os.path.realpath(self._real / path))
        except (OSError, ValueError):
            return None
        return real if real == self._real or self._real in real.parents else None


def read_bounded(path: Path, limit: int, *, shown: str | None = None) -> bytes:
    """
    The content of a plain file of at most ``limit`` bytes. Pipes, devices and folders are refused without waiting.

    Raises:
        UnreadableError: with a problem of code ``file-missing``, ``file-kind``, ``file-too-large`` or ``file-unreadable``.
    """
    name = shown or str(path)
    try:
        _refuse_kind(os.stat(path).st_mode, name)  # noqa: PTH116 - before opening: opening a device may have effects
        descriptor = os.open(path, _OPEN)
    except UnreadableError:
        raise
    except (OSError, ValueError) as cause:
        raise UnreadableError(_unreadable(cause, name)) from cause
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(file.fileno())
        _refuse_kind(found.st_mode, name)
        data = file.read(limit + 1) if found.st_size <= limit else b""
    if found.st_size > limit or len(data) > limit:
        raise UnreadableError(_too_large(max(found.st_size, len(data)), limit, name))
    return data


def _refuse_kind(mode: int, name: str) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "no plain file")
        raise UnreadableError(error("file-kind", f"'{name}' is {kind}, and a plain file is wanted", found=kind))


_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def _too_large(size: int, limit: int, name: str) -> Problem:
    message = f"'{name}' has {size:,} bytes, and at most {limit:,} are read"
    return error("file-too-large", message, found=size, limit=limit)


def _unreadable(cause: OSError | ValueError, name: str) -> Problem:
    if isinstance(cause, FileNotFoundError | NotADirectoryError):
        return error("file-missing", f"'{name}' does not exist")
    number = getattr(cause, "errno", None)
    why = os.strerror(number) if number is not None else str(cause)
    return error("file-unreadable", f"'{name}' cannot be read: {why}", errno=errno.errorcode.get(number or 0))


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return None


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    pending = [(folder, prefix)]
    while pending:
        current, below = pending.pop()
        with os.scandir(current) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        yield from (below + entry.name for entry in found if _is_file(entry))
        inner = [entry for entry in found if entry.is_dir(follow_symlinks=False)]
        pending.extend((Path(entry.path), f"{below}{entry.name}/") for entry in reversed(inner))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads to itself
        return False
