"""
Trees in archives: the files of a plugin that is still packed, as ``manifest.tree`` asks for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from honeyhost.diagnostics import error
from honeyhost.discovery.strictzip import ArchiveRefusedError, StrictZip
from honeyhost.manifest.tree import UnreadableError


@dataclass(frozen=True, slots=True)
class ArchiveTree:
    """
    The files below a folder of an archive; an empty ``root`` is the archive's own.
    """

    archive: StrictZip
    root: str = ""

    def read(self, path: str, limit: int) -> bytes:
        """
        The content of a file.

        Raises:
            UnreadableError: if it is missing, a folder, longer than ``limit`` bytes, or damaged.
        """
        name = self._name(path)
        if name is None:
            raise UnreadableError(error("path-escapes", f"'{path}' leads outside the plugin", found=path))
        if name not in self.archive.files:
            code, what = ("file-kind", "is a folder") if self.is_dir(path) else ("file-missing", "does not exist")
            raise UnreadableError(error(code, f"'{path}' {what}"))
        try:
            return self.archive.read(name, limit)
        except ArchiveRefusedError as cause:
            raise UnreadableError(cause.problems[0]) from cause

    def exists(self, path: str) -> bool:
        """
        Whether a file or folder stands there.
        """
        return self._name(path) in self.archive.files or self.is_dir(path)

    def is_dir(self, path: str) -> bool:
        """
        Whether a folder stands there.
        """
        name = self._name(path)
        return name == "" or name in self.archive.folders

    def files(self) -> Iterator[str]:
        """
        The paths of all files, sorted folder by folder.
        """
        prefix = f"{self.root}/" if self.root else ""
        inside = (name.removeprefix(prefix) for name in self.archive.files if name.startswith(prefix))
        yield from sorted(inside, key=lambda name: name.split("/"))

    def _name(self, path: str) -> str | None:
        """
        The name of a path in the archive, or None where it leads out of the root.
        """
        parts: list[str] = []
        for part in path.split("/"):
            if part == ".." and not parts:
                return None
            if part == "..":
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return "/".join([*([self.root] if self.root else []), *parts])
