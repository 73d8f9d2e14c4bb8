"""
The mark: eight bytes that all processes of a machine share, so that none of them answers from before a change.

Looking at it costs a fraction of what asking a database or even the file system costs: it is done before every answer.
"""

import mmap
import os
from pathlib import Path

_SIZE = 8
_FILE_NAME = "changes.mark"


def mark_path(folder: Path) -> Path:
    """
    Where the mark of the platform lies that keeps its data in this folder.
    """
    return folder / _FILE_NAME


class SharedMark:
    """
    The bytes in a file that is mapped into the memory of every process that opens it.

    Whoever has committed a change writes a value that was never there before. It is drawn and not counted up: two writers at
    once need no lock then, and no value comes back.

    Raises:
        OSError: if the file cannot be made or opened; a link in its place is one such case.
    """

    __slots__ = ("_bytes", "_identity", "_path", "view")

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            found = os.fstat(descriptor)
            if found.st_size < _SIZE:
                os.ftruncate(descriptor, _SIZE)
            self._bytes = mmap.mmap(descriptor, _SIZE)
        finally:
            os.close(descriptor)
        self._identity = (found.st_dev, found.st_ino)
        self.view = memoryview(self._bytes).cast("Q")

    def value(self) -> int:
        """
        What stands there now; another value than before says that something was changed meanwhile.
        """
        return self.view[0]

    def change(self) -> None:
        """
        Say that something was changed. To be called once the change can be read.
        """
        self.view[0] = int.from_bytes(os.urandom(_SIZE))

    def in_place(self) -> bool:
        """
        Whether the file is still the one that others would open.
        """
        try:
            found = self._path.stat(follow_symlinks=False)
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == self._identity

    def again(self) -> "SharedMark":
        """
        The mark in the same place, opened anew. This one stays usable: somebody may be looking at it.

        Raises:
            OSError: as for a new one.
        """
        return SharedMark(self._path)

    def close(self) -> None:
        """
        Let go of the memory.
        """
        self.view.release()
        self._bytes.close()
