"""
The snapshot: what was applied, in one file, so that a host starts without discovering, resolving or importing anything.

The file is a header (JSON) with one row per plugin, followed by the plugins' records and OpenAPI fragments, which are read
when they are asked for. The header is flat, and the stamps of all files stand in three columns: every start reads them, and a
list or an object for each of some thousand files costs as much as asking the file system. The file is replaced by a rename; a
host that has it open keeps reading the old one. JSON and not pickle: a file that can be written must be safe to read.
"""

import hashlib
import json
import os
import platform
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from honeyhost import __version__
from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin, Fragment, Stamp
from honeyhost.attach.files import write_atomically
from honeyhost.attach.published import PublishedCapability
from honeyhost.manager.attached import AttachedPlugin, PluginFacts
from honeyhost.manager.failed import FailedPlugin
from honeyhost.manager.places import Place, places_fit
from honeyhost.manager.spec import PluginSpec

FORMAT = 5
_MAGIC = b"honeyhost snapshot\n"
_LENGTH = struct.Struct(">Q")
Span = tuple[int, int]


def settings_key(settings: str, prefix: str) -> dict[str, str]:
    """
    What a snapshot depends on besides files and the framework: versions, the prefix, a digest of the settings that decide.
    """
    return {"honeyhost": __version__, "python": platform.python_version(), "settings": settings, "prefix": prefix}


@dataclass(frozen=True, kw_only=True, slots=True)
class SnapshotContent:
    """
    All that a snapshot holds. ``key`` names the versions and settings it was made under.
    """

    key: Mapping[str, str]
    places: tuple[Place, ...] = ()
    plugins: tuple[AttachedPlugin, ...] = ()
    """Attached plugins in dependency order."""
    applied: tuple[Contribution, ...] = ()
    listing: Mapping[str, Any] = field(default_factory=dict)
    """The ``list --json`` document of that moment: the rejected and unreadable ones are in it too."""
    watched: tuple[Stamp, ...] = ()
    """Files of what was found and not attached: when one is mended, a start has to look again."""
    complete: bool = True
    """Whether every accepted plugin could be attached; otherwise a start tries the others again."""
    failed: tuple[FailedPlugin, ...] = ()
    """Those that could not, where that is known."""


class Snapshot:
    """
    A snapshot that was read: the header is in memory, everything else is read from the open file on demand.
    """

    def __init__(self, descriptor: int, header: Mapping[str, Any], base: int) -> None:
        self._descriptor = descriptor
        self._header = header
        self._base = base
        self.digest: str = header["digest"]
        self.key: Mapping[str, str] = header["key"]

    @classmethod
    def open(cls, path: Path) -> Self | None:
        """
        The snapshot in a file; None where there is none, or one of another format or damaged.
        """
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            return None
        try:
            return cls(descriptor, *_header(descriptor))
        except (ValueError, KeyError, TypeError, OSError):
            os.close(descriptor)
            return None

    def close(self) -> None:
        """
        Close the file; what was read stays usable.
        """
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        self.close()

    def fits(self, key: Mapping[str, str], path: Iterable[str], roots: Sequence[Path]) -> bool:
        """
        Whether what was found then is what would be found now, as far as stamps of files and folders tell, and all that was
        accepted of it is attached.
        """
        return bool(self._header["complete"]) and self.tells(key, path, roots)

    def tells(self, key: Mapping[str, str], path: Iterable[str], roots: Sequence[Path]) -> bool:
        """
        The same, also where something could not be attached, as long as the reason still holds.
        """
        if self.key != key or not (self._header["complete"] or "failed" in self._header):
            return False
        if not places_fit([Place(*row) for row in self._header["places"]], path, roots):
            return False
        return _unchanged(*self._header["stamps"]) and all(failed.fits() for failed in self.failed())

    def made_under(self, key: Mapping[str, str]) -> bool:
        """
        Whether the records were made by the same versions and for the same prefix: then each holds while its stamps fit,
        whatever the settings say about which plugins there are.
        """
        return {**self.key, "settings": ""} == {**key, "settings": ""}

    def plugins(self) -> tuple[AttachedPlugin, ...]:
        """
        The attached plugins in dependency order; their records are read when they are asked for.
        """
        return tuple(self._plugin(row) for row in self._header["plugins"])

    def applied(self) -> tuple[Contribution, ...]:
        """
        What was applied.
        """
        return tuple(Contribution(**row) for row in json.loads(self._read(self._header["applied"])))

    def failed(self) -> tuple[FailedPlugin, ...]:
        """
        The accepted plugins that could not be attached; none where an older version wrote the file.
        """
        span = self._header.get("failed")
        return () if span is None else tuple(FailedPlugin.from_json(row) for row in json.loads(self._read(span)))

    def listing(self) -> dict[str, Any]:
        """
        The ``list --json`` document of the moment when it was applied.
        """
        document: dict[str, Any] = json.loads(self._read(self._header["listing"]))
        return document

    def _plugin(self, row: Sequence[Any]) -> AttachedPlugin:
        slug, version, sort, lifespan, starts, public, capabilities, first, last, offset, *lengths = row
        record, *fragment = _spans(offset, lengths)
        return AttachedPlugin(
            slug=slug,
            version=version,
            sort=sort,
            lifespan=lifespan,
            starts=starts,
            public=public,
            capabilities=capabilities,
            read=lambda: self._facts(record, slice(first, last)),
            read_fragment=lambda: self._fragment(fragment),
        )

    def _fragment(self, spans: Sequence[Span]) -> Fragment:
        # They lie side by side and are read in one go: a document asks a thousand plugins for theirs.
        (begin, paths), (_, schemas), (_, security) = spans
        data = self._read((begin, paths + schemas + security))
        return Fragment(data[:paths], data[paths : paths + schemas], data[paths + schemas :])

    def _facts(self, record: Span, stamped: slice) -> PluginFacts:
        document = json.loads(self._read(record))
        stamps = list(zip(*(column[stamped] for column in self._header["stamps"]), strict=True))
        compiled = {**document["compiled"], "openapi": ["", "", ""], "stamps": stamps}
        return PluginFacts(
            spec=PluginSpec.from_json(document["spec"]),
            compiled=CompiledPlugin.from_json(compiled),
            nav=document["nav"],
            about=document["about"],
            config_schema=document["config_schema"],
            capabilities={entry["slug"]: PublishedCapability(**entry) for entry in document["capabilities"]},
        )

    def _read(self, span: Sequence[int]) -> bytes:
        offset, length = span
        return os.pread(self._descriptor, length, self._base + offset)


def _unchanged(paths: Sequence[str], mtimes_ns: Sequence[int], sizes: Sequence[int]) -> bool:
    """
    Whether all files are as they were; :meth:`Stamp.fits` for many.
    """
    try:
        for path, mtime_ns, size in zip(paths, mtimes_ns, sizes, strict=True):
            found = os.stat(path)  # noqa: PTH116 - asked thousands of times at start
            if found.st_mtime_ns != mtime_ns or found.st_size != size:
                return False
    except OSError:
        return False
    return True


def _spans(offset: int, lengths: Iterable[int]) -> Iterator[Span]:
    for length in lengths:
        yield offset, length
        offset += length


def _header(descriptor: int) -> tuple[Mapping[str, Any], int]:
    """
    The header, and where the records behind it begin; ValueError and its like for a file that is no whole snapshot.
    """
    head = os.pread(descriptor, len(_MAGIC) + _LENGTH.size, 0)
    if not head.startswith(_MAGIC) or len(head) != len(_MAGIC) + _LENGTH.size:
        raise ValueError("no snapshot")
    (length,) = _LENGTH.unpack(head[len(_MAGIC) :])
    size = os.fstat(descriptor).st_size
    if length > size:
        raise ValueError("cut short")
    header = json.loads(os.pread(descriptor, length, len(head)))
    base = len(head) + length
    if header["format"] != FORMAT or base + header["bytes"] != size:
        raise ValueError("another format, or cut short")
    return header, base


def write_snapshot(path: Path, content: SnapshotContent) -> tuple[bool, str]:
    """
    Write a snapshot, and say whether the file changed and what its digest is.
    """
    blobs = bytearray()

    def lay(data: bytes) -> Span:
        offset = len(blobs)
        blobs.extend(data)
        return offset, len(data)

    stamps: list[Stamp] = []
    rows = [_row(plugin, lay, stamps) for plugin in content.plugins]
    stamps.extend(content.watched)
    header: dict[str, Any] = {
        "format": FORMAT,
        "complete": content.complete,
        "key": dict(content.key),
        "places": [list(place) for place in content.places],
        "plugins": rows,
        "stamps": [[stamp[column] for stamp in stamps] for column in range(len(Stamp._fields))],
        "applied": lay(_dumped([contribution.to_json() for contribution in content.applied])),
        "listing": lay(_dumped(content.listing)),
    }
    if content.failed:
        header["failed"] = lay(_dumped([failed.to_json() for failed in content.failed]))
    header["bytes"] = len(blobs)
    header["digest"] = "sha256:" + hashlib.sha256(_dumped(header) + blobs).hexdigest()
    head = _dumped(header)
    written = write_atomically(path, _MAGIC + _LENGTH.pack(len(head)) + head + bytes(blobs))
    return written, header["digest"]


def _row(plugin: AttachedPlugin, lay: Callable[[bytes], Span], stamps: list[Stamp]) -> list[Any]:
    """
    What :meth:`Snapshot._plugin` reads; the plugin's stamps are added to those of the others.
    """
    facts, fragment = plugin.facts, plugin.fragment
    compiled = facts.compiled.to_json()
    del compiled["stamps"], compiled["openapi"]
    record = {
        "spec": facts.spec.to_json(),
        "compiled": compiled,
        "nav": facts.nav,
        "about": facts.about,
        "config_schema": facts.config_schema,
        "capabilities": [capability.to_json() for capability in facts.capabilities.values()],
    }
    first = len(stamps)
    stamps.extend(facts.compiled.stamps)
    spans = [lay(data) for data in (_dumped(record), fragment.paths, fragment.schemas, fragment.security)]
    offset, _ = spans[0]
    about: list[Any] = [plugin.slug, plugin.version, plugin.sort, plugin.lifespan, plugin.starts, plugin.public]
    return [*about, dict(plugin.capabilities), first, len(stamps), offset, *(length for _, length in spans)]


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
