"""
Files that are looked at by the thousand: read in one go, never waiting, never further than a limit.

Imports nothing but ``os``: finding out that nothing is there must cost nothing. Files that are read one at a time are
the matter of ``manifest.tree``, which says why one is refused.
"""

import os

_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)
_FIRST = 16 * 1024


def read(path: str, limit: int) -> bytes | None:
    """
    The content of a file, or None where none stands there.

    Raises:
        OSError: if it cannot be read: a folder, no permission, a pipe that somebody writes to.
        OverflowError: if it is longer than ``limit`` bytes.
    """
    try:
        descriptor = os.open(path, _OPEN)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        data = os.read(descriptor, _FIRST)
        if len(data) == _FIRST:
            data = _rest(descriptor, data, limit)
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise OverflowError(f"more than {limit:,} bytes")
    return data


def head(path: str, size: int = 4096) -> bytes | None:
    """
    The first bytes of a file, or None where none stands there.

    Raises:
        OSError: if it cannot be read.
    """
    try:
        descriptor = os.open(path, _OPEN)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        return os.read(descriptor, size)
    finally:
        os.close(descriptor)


def listed(folder: str) -> list[str] | None:
    """
    The names in a folder, in no order, or None where there is no such folder.

    Raises:
        OSError: if it cannot be listed.
    """
    try:
        return os.listdir(folder)  # noqa: PTH208 - names are enough, and there are thousands
    except (FileNotFoundError, NotADirectoryError):
        return None


def _rest(descriptor: int, data: bytes, limit: int) -> bytes:
    parts, length = [data], len(data)
    while length <= limit:
        part = os.read(descriptor, min(1024 * 1024, limit + 1 - length))
        if not part:
            break
        parts.append(part)
        length += len(part)
    return b"".join(parts)
