"""
Files: written whole or not at all, and left alone where nothing would change.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> bool:
    """
    Give the file this content, and say whether that changed anything.

    The content is written beside the target, flushed to the disk and renamed over it: whoever reads sees the old file or
    the new one, also after a crash.
    """
    if _content(path) == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
    return True


def write_with_undo(path: Path, content: bytes) -> tuple[bool, Callable[[], None]]:
    """
    As :func:`write_atomically`; also what puts the former content, or its absence, back.
    """
    before = _content(path)
    changed = write_atomically(path, content)

    def undo() -> None:
        if not changed:
            return
        if before is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, before)

    return changed, undo


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
