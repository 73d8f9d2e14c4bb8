"""
The reader: an archive whose structure, names, kinds and sizes have all been accepted, and the files in it.
"""

import hashlib
import os
import stat
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from honeyhost.diagnostics import Problem, error
from honeyhost.discovery.strictzip.layout import STORED, Entry, walk
from honeyhost.discovery.strictzip.limits import LIMITS, Limits, check_limits
from honeyhost.discovery.strictzip.names import check_names
from honeyhost.discovery.strictzip.refusal import ArchiveRefusedError, refusal
from honeyhost.manifest.tree import UnreadableError, read_bounded

_CHUNK = 64 * 1024


class StrictZip:
    """
    An accepted archive. It holds the bytes that were checked, so nothing can be exchanged between a look and the next.

    Raises:
        ArchiveRefusedError: if the bytes are no archive with a single safe reading.
    """

    def __init__(self, data: bytes, limits: Limits = LIMITS) -> None:
        entries = walk(data)
        problems = [*check_limits(entries, limits), *check_names(entries), *_check_kinds(entries)]
        if problems:
            raise ArchiveRefusedError(problems)
        self._data = data
        self._files = {entry.name: entry for entry in entries if not entry.is_folder}
        self._folders = frozenset(_folders(entries))

    @classmethod
    def open(cls, path: Path, limits: Limits = LIMITS) -> "StrictZip":
        """
        The archive in a file.

        Raises:
            ArchiveRefusedError: if it cannot be read or accepted; its problems name the file.
        """
        try:
            return cls(read_bounded(path, limits.archive), limits)
        except UnreadableError as cause:
            raise ArchiveRefusedError((cause.problem.at(file=str(path)),)) from cause
        except ArchiveRefusedError as cause:
            raise ArchiveRefusedError([problem.at(file=str(path)) for problem in cause.problems]) from cause

    def __repr__(self) -> str:
        return f"StrictZip({len(self._files)} files, {len(self._data):,} bytes)"

    @property
    def files(self) -> Mapping[str, Entry]:
        """
        The files by name, in the order of the archive; folders have no entry here.
        """
        return self._files

    @property
    def folders(self) -> frozenset[str]:
        """
        The folders, listed or implied, without a slash at the end.
        """
        return self._folders

    @property
    def sha256(self) -> str:
        """
        The digest of the archive itself, in hexadecimal.
        """
        return hashlib.sha256(self._data).hexdigest()

    def read(self, name: str, limit: int | None = None) -> bytes:
        """
        The content of a file.

        Raises:
            KeyError: if there is no such file.
            ArchiveRefusedError: if it is longer than ``limit``, or not what the directory says.
        """
        entry = self._files[name]
        if limit is not None and entry.size > limit:
            message = f"'{name}' has {entry.size:,} bytes, and at most {limit:,} are read"
            raise refusal("file-too-large", message, found=entry.size, limit=limit)
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """
        The content of a file in pieces; never more bytes than the directory declares.

        Raises:
            KeyError: if there is no such file.
            ArchiveRefusedError: where the content is not what the directory says.
        """
        entry = self._files[name]
        expanded, crc = 0, 0
        for chunk in _expanded(self._data[entry.data : entry.data + entry.compressed], entry):
            expanded += len(chunk)
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if expanded != entry.size:
            raise _lie(entry, f"has {expanded:,} bytes, its header says {entry.size:,}")
        if crc != entry.crc:
            raise _lie(entry, "has another checksum than its header says")


def _expanded(raw: bytes, entry: Entry) -> Iterator[bytes]:
    if entry.method == STORED:
        yield from (raw[start : start + _CHUNK] for start in range(0, len(raw), _CHUNK))
        return
    inflater, left = zlib.decompressobj(-zlib.MAX_WBITS), entry.size
    while not inflater.eof:
        try:
            chunk = inflater.decompress(raw, min(_CHUNK, left + 1))
        except zlib.error as cause:
            raise _lie(entry, "is damaged") from cause
        if len(chunk) > left:
            raise _lie(entry, f"has more bytes than the {entry.size:,} that its header says")
        if not chunk and not inflater.eof:
            raise _lie(entry, "is cut off")
        raw, left = inflater.unconsumed_tail, left - len(chunk)
        yield chunk
    if inflater.unused_data:
        raise _lie(entry, "is followed by hidden bytes")


def _lie(entry: Entry, why: str) -> ArchiveRefusedError:
    return refusal("archive-content", f"'{entry.name}' {why}", entry=entry.name)


def _check_kinds(entries: tuple[Entry, ...]) -> Iterator[Problem]:
    for entry in entries:
        kind = stat.S_IFMT(entry.mode)
        expected = stat.S_IFDIR if entry.is_folder else stat.S_IFREG
        if kind not in (0, expected):
            what = "a link" if kind == stat.S_IFLNK else "no plain file" if not entry.is_folder else "no folder"
            yield error("archive-entry-kind", f"'{entry.name}' is {what}; archives hold files and folders", entry=entry.name)
        elif entry.is_folder and entry.size:
            yield error("archive-entry-kind", f"the folder '{entry.name}' has content", entry=entry.name)


def _folders(entries: tuple[Entry, ...]) -> Iterator[str]:
    for entry in entries:
        folder = entry.name.removesuffix("/") if entry.is_folder else os.path.dirname(entry.name)  # noqa: PTH120 - no path
        while folder:
            yield folder
            folder = folder.rpartition("/")[0]
