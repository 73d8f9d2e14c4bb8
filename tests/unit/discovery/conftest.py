"""
Environments and archives as installers, people and attackers leave them.
"""

import hashlib
import json
import struct
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from honeyhost.discovery.copies import PLACE, write_copy
from honeyhost.manifest import read, validate_document

MANIFEST = "name: {slug}\nversion: {version}\nrouters: [.api:router]\n"


def hash_line(path: str, data: bytes) -> str:
    digest = urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(data)}"


def record_of(files: Mapping[str, bytes], own: str) -> bytes:
    return ("\n".join([*(hash_line(path, data) for path, data in files.items()), f"{own},,"]) + "\n").encode()


def copy_of(yaml: bytes, package: str) -> bytes:
    document, _ = read(yaml)
    assert document is not None
    manifest, problems = validate_document(document)
    assert manifest is not None, problems
    path = f"{package.replace('.', '/')}/plugin.yaml"
    sha256 = hashlib.sha256(yaml).hexdigest()
    return write_copy(manifest, document.positions, package=package, path=path, sha256=sha256).encode()


@dataclass
class Site:
    """
    A folder of the path, with distributions as installers write them.
    """

    folder: Path

    def write(self, files: Mapping[str, bytes | str]) -> None:
        for path, content in files.items():
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)

    def add(
        self,
        slug: str = "demo",
        version: str = "1.0",
        *,
        distribution: str | None = None,
        package: str | None = None,
        entry_points: str | bytes | None = None,
        manifest: str | bytes | None = None,
        copy: bool = False,
        without: Iterable[str] = (),
        files: Mapping[str, bytes] | None = None,
        record: bool = True,
        editable: Path | None = None,
    ) -> Path:
        """
        Install a plugin; ``without`` leaves files of it out (by the end of their path), before RECORD is written.
        """
        package = package or f"honeyframe_{slug.replace('-', '_')}"
        distribution = distribution or package.replace("_", "-")
        dist_info = f"{distribution.replace('-', '_')}-{version}.dist-info"
        yaml = MANIFEST.format(slug=slug, version=version) if manifest is None else manifest
        yaml = yaml.encode() if isinstance(yaml, str) else yaml
        entries = entry_points if entry_points is not None else f"[honeyframe.plugins]\n{slug} = {package}:manifest\n"
        everything = {
            f"{dist_info}/METADATA": f"Metadata-Version: 2.4\nName: {distribution}\nVersion: {version}\n\nText.\n".encode(),
            f"{dist_info}/entry_points.txt": entries.encode() if isinstance(entries, str) else entries,
            **({f"{dist_info}/{PLACE}": copy_of(yaml, package)} if copy else {}),
            **({} if editable else {f"{package.replace('.', '/')}/{name}": data for name, data in _code(yaml).items()}),
            **(files or {}),
        }
        if editable is not None:
            everything[f"{dist_info}/direct_url.json"] = json.dumps(
                {"dir_info": {"editable": True}, "url": editable.as_uri()}
            ).encode()
        kept = {path: data for path, data in everything.items() if not path.endswith(tuple(without) or ("\0",))}
        if record:
            kept[f"{dist_info}/RECORD"] = record_of(kept, f"{dist_info}/RECORD")
        self.write(kept)
        return self.folder / dist_info


def _code(yaml: bytes) -> dict[str, bytes]:
    return {"__init__.py": b"raise SystemExit('imported')\n", "api.py": b"raise SystemExit('imported')\n", "plugin.yaml": yaml}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """
    An empty folder of the path.
    """
    (tmp_path / "site").mkdir()
    return Site(tmp_path / "site")


@pytest.fixture
def other_site(tmp_path: Path) -> Site:
    """
    A second folder of the path.
    """
    (tmp_path / "other").mkdir()
    return Site(tmp_path / "other")


@dataclass(frozen=True)
class RawEntry:
    """
    One entry of a zip file, with every field of both headers open to lies.
    """

    name: str | bytes
    data: bytes = b""
    method: int = 8
    flags: int = 0
    mode: int = 0o100644
    local: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the local header that differ: name, method, flags, crc, compressed, size, extra."""
    central: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the central header that differ, and comment, disk, extra."""
    descriptor: bytes | None = None
    raw: bytes | None = None
    before: bytes = b""
    """Bytes in front of the local header that belong to nobody."""


def zip_of(*entries: RawEntry, prefix: bytes = b"", suffix: bytes = b"", **end: Any) -> bytes:
    """
    The bytes of a zip file; ``end`` changes fields of the end record (disk, here, count, size, offset, comment).
    """
    body, central = prefix, b""
    for entry in entries:
        local, record, body = _entry(entry, body)
        body += local
        central += record
    offset = end.get("offset", len(body))
    comment = end.get("comment", b"")
    count = end.get("count", len(entries))
    record = struct.pack(
        "<4s4H2LH",
        b"PK\x05\x06",
        end.get("disk", 0),
        0,
        end.get("here", count),
        count,
        end.get("size", len(central)),
        offset,
        len(comment),
    )
    return body + central + end.get("gap", b"") + record + comment + suffix


def _entry(entry: RawEntry, body: bytes) -> tuple[bytes, bytes, bytes]:
    name = entry.name if isinstance(entry.name, bytes) else entry.name.encode()
    flags = entry.flags | (0x800 if not name.isascii() and isinstance(entry.name, str) else 0)
    raw = entry.raw if entry.raw is not None else entry.data if entry.method == 0 else _deflated(entry.data)
    common = {
        "name": name,
        "flags": flags,
        "method": entry.method,
        "crc": zlib.crc32(entry.data),
        "compressed": len(raw),
        "size": len(entry.data),
        "extra": b"",
    }
    local = {**common, **entry.local}
    central = {**common, "comment": b"", "disk": 0, "offset": len(body) + len(entry.before), **entry.central}
    local_bytes = (
        entry.before
        + struct.pack(
            "<4s5H3L2H",
            b"PK\x03\x04",
            20,
            local["flags"],
            local["method"],
            0,
            0x21,
            local["crc"],
            local["compressed"],
            local["size"],
            len(local["name"]),
            len(local["extra"]),
        )
        + local["name"]
        + local["extra"]
        + raw
        + (entry.descriptor or b"")
    )
    central_bytes = (
        struct.pack(
            "<4s6H3L5H2L",
            b"PK\x01\x02",
            0x0314,
            20,
            central["flags"],
            central["method"],
            0,
            0x21,
            central["crc"],
            central["compressed"],
            central["size"],
            len(central["name"]),
            len(central["extra"]),
            len(central["comment"]),
            central["disk"],
            0,
            (entry.mode & 0xFFFF) << 16,
            central["offset"],
        )
        + central["name"]
        + central["extra"]
        + central["comment"]
    )
    return local_bytes, central_bytes, body


def _deflated(data: bytes) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


@pytest.fixture
def raw_entry() -> type[RawEntry]:
    """
    The class of entries whose headers may lie.
    """
    return RawEntry


@pytest.fixture
def zip_bytes() -> Callable[..., bytes]:
    """
    Make a zip file from raw entries.
    """
    return zip_of


@pytest.fixture
def wheel_of(tmp_path: Path) -> Callable[..., Path]:
    """
    Make a wheel of the demo plugin, with changes.
    """

    def made(
        *,
        name: str = "honeyframe_demo-1.0-py3-none-any.whl",
        changed: Mapping[str, bytes | None] | None = None,
        record: bytes | None = None,
        extra: Mapping[str, bytes] | None = None,
        copy: bool = True,
    ) -> Path:
        dist_info = "honeyframe_demo-1.0.dist-info"
        yaml = MANIFEST.format(slug="demo", version="1.0").encode()
        files: dict[str, bytes | None] = {
            **{f"honeyframe_demo/{path}": data for path, data in _code(yaml).items()},
            f"{dist_info}/METADATA": b"Metadata-Version: 2.4\nName: honeyframe-demo\nVersion: 1.0\n",
            f"{dist_info}/WHEEL": b"Wheel-Version: 1.0\n",
            f"{dist_info}/entry_points.txt": b"[honeyframe.plugins]\ndemo = honeyframe_demo:manifest\n",
            **({f"{dist_info}/{PLACE}": copy_of(yaml, "honeyframe_demo")} if copy else {}),
            **(changed or {}),
        }
        kept = {path: data for path, data in files.items() if data is not None}
        listed = record if record is not None else record_of(kept, f"{dist_info}/RECORD")
        entries = [RawEntry(path, data) for path, data in {**kept, **(extra or {})}.items()]
        path = tmp_path / "archives" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zip_of(*entries, RawEntry(f"{dist_info}/RECORD", listed)))
        return path

    return made
