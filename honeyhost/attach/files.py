"""
Files: written whole or not at all, and left alone where nothing would change.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from honeyhost.errors import NotWritableError


def write_atomically(path: Path, content: bytes) -> bool:
    """
    Give the file this content, and say whether that changed anything.

    The content is written beside the target, flushed to the disk and renamed over it: whoever reads sees the old file or
    the new one, also after a crash.

    Raises:
        NotWritableError: if the system does not let the file be written; the old one is still there.
    """
    try:
        return _content(path) != content and _replaced(path, content)
    except OSError as error:
        raise NotWritableError(
            f"{path} cannot be written: {error.strerror}",
            hint="nothing was changed; mend the folder or its permissions and do it again",
            path=str(path),
        ) from error


def _replaced(path: Path, content: bytes) -> bool:
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


def sweep(path: Path) -> None:
    """
    Remove what a writer that was killed has left beside the file. Only for whoever alone may write it now.
    """
    for left in path.parent.glob(f".{path.name}.*.tmp"):
        left.unlink(missing_ok=True)


def write_with_undo(path: Path, content: bytes) -> tuple[bool, Callable[[], None]]:
    """
    As :func:`write_atomically`; also what puts the former content, or its absence, back.
    """
    before = _content(path) if path.is_file() else None
    changed = write_atomically(path, content)

    def undo() -> None:
        if not changed:
            return
        if before is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, before)

    return changed, undo


@contextmanager
def locked_folder(folder: Path, *, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """
    Only one process at a time in here for this folder; ``waiting`` is called where another one has to be waited for.

    The lock is on the folder itself, so that nothing is left behind, and it ends with the process that holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
