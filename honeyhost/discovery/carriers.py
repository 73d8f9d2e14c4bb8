"""
Carriers: the files of one distribution, by the paths that its RECORD gives them, installed or still packed.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from honeyhost.discovery import files
from honeyhost.discovery.records import Record
from honeyhost.manifest.tree import FolderTree, read_bounded


class Carrier(Protocol):
    """
    What carries a plugin: a distribution in a folder of the path, or a wheel.
    """

    @property
    def name(self) -> str:
        """
        How messages call it.
        """
        ...

    @property
    def dist_info(self) -> str:
        """
        The name of its metadata folder.
        """
        ...

    @property
    def record(self) -> Record | None:
        """
        Its RECORD, where it has one.
        """
        ...

    def read(self, path: str, limit: int) -> bytes:
        """
        The content of a file.

        Raises:
            UnreadableError: if it is missing or not to be read.
        """
        ...

    def peek(self, path: str, limit: int) -> bytes | None:
        """
        The content of a file that may be missing, read without asking more than that; its hash is asked afterwards.
        """
        ...

    def shown(self, path: str) -> str:
        """
        A file as people find it.
        """
        ...

    def root(self, folder: str) -> Path:
        """
        What the paths of a manifest in this folder are relative to.
        """
        ...


@dataclass(frozen=True, slots=True)
class InstalledCarrier:
    """
    A distribution in a folder of the path.
    """

    name: str
    folder: str
    dist_info: str
    record: Record | None

    def read(self, path: str, limit: int) -> bytes:
        """
        The content of a file; without a RECORD to compare with, links out of its folder are not followed.

        Raises:
            UnreadableError: if it is missing or not to be read.
        """
        place = Path(self.folder, path)
        if self.record is None:
            return FolderTree(place.parent).read(place.name, limit)
        return read_bounded(place, limit)

    def peek(self, path: str, limit: int) -> bytes | None:
        """
        The content of a file that may be missing.
        """
        try:
            return files.read(f"{self.folder}{os.sep}{path}", limit)
        except (OSError, OverflowError):
            return None

    def shown(self, path: str) -> str:
        """
        The path of the file.
        """
        return f"{self.folder}{os.sep}{path}"

    def root(self, folder: str) -> Path:
        """
        The folder.
        """
        return Path(self.folder, folder)
