"""
The layout: the raw structure of a zip file, walked byte by byte, with one reading or none.

An accepted file is exactly: local header, data (and its descriptor) of each entry, one after the other from the first byte
on; then the central directory with the same entries; then its end record, without a comment, as the last 22 bytes.

Source: APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
"""

import struct
from dataclasses import dataclass

from honeyhost.discovery.strictzip.refusal import refusal

STORED, DEFLATED = 0, 8

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_DESCRIPTOR = struct.Struct("<3L")

_END_MARK = b"PK\x05\x06"
_CENTRAL_MARK = b"PK\x01\x02"
_LOCAL_MARK = b"PK\x03\x04"
_DESCRIPTOR_MARK = b"PK\x07\x08"
_ZIP64_LOCATOR_MARK = b"PK\x06\x07"
_ZIP64_LOCATOR_SIZE = 20

_ENCRYPTED = 0x0001
_HAS_DESCRIPTOR = 0x0008
_UTF8 = 0x0800
_KNOWN_FLAGS = 0x0006 | _HAS_DESCRIPTOR | _UTF8
_OTHER_NAME_FIELDS = {0x0001: "ZIP64 sizes", 0x7075: "a second name"}
"""Extra fields that give an entry another size or another name than its header does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """
    One entry of the directory, as both of its headers describe it.
    """

    name: str
    method: int
    crc: int
    compressed: int
    size: int
    mode: int
    """The Unix mode, 0 where the archive gives none."""
    header: int
    """Where its local header starts."""
    data: int
    """Where its data starts."""

    @property
    def is_folder(self) -> bool:
        """
        Whether the entry only names a folder.
        """
        return self.name.endswith("/")


@dataclass(frozen=True, slots=True)
class _Central:
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    attributes: int
    header: int
    raw_name: bytes


def walk(data: bytes) -> tuple[Entry, ...]:
    """
    The entries of the archive in the order of the file.

    Raises:
        ArchiveRefusedError: at the first byte that leaves room for a second reading.
    """
    count, directory, end = _end_record(data)
    centrals = _directory(data, count, directory, end)
    position, entries = 0, []
    for central in sorted(centrals, key=lambda central: central.header):
        entry, position = _entry(data, central, position, directory)
        entries.append(entry)
    if position != directory:
        raise _hidden_bytes(position, directory)
    return tuple(entries)


def _end_record(data: bytes) -> tuple[int, int, int]:
    end = len(data) - _END.size
    if end < 0 or _END_MARK not in data:
        raise refusal("archive-not-zip", "it is not a zip file")
    mark, disk, start_disk, here, count, size, directory, comment = _END.unpack_from(data, end)
    if mark != _END_MARK or comment:
        raise refusal("archive-trailing-data", "bytes follow the end of the zip file (a comment, or another archive)")
    if disk or start_disk or here != count:
        raise refusal("archive-structure", "it is one part of a split archive")
    if directory + size != end:
        if data[end - _ZIP64_LOCATOR_SIZE :].startswith(_ZIP64_LOCATOR_MARK):
            raise refusal("archive-structure", "it uses the ZIP64 format, which no plugin needs")
        raise refusal("archive-prefix-data", "bytes precede the zip file, or its directory is not where its end says")
    return count, directory, end


def _directory(data: bytes, count: int, position: int, end: int) -> list[_Central]:
    centrals = []
    while position < end:
        central, position = _central(data, position, end)
        centrals.append(central)
    if len(centrals) != count:
        raise refusal("archive-structure", f"its directory lists {len(centrals)} entries, its end record {count}")
    return centrals


def _central(data: bytes, position: int, end: int) -> tuple[_Central, int]:
    if position + _CENTRAL.size > end:
        raise refusal("archive-structure", "its directory is cut off")
    fields = _CENTRAL.unpack_from(data, position)
    mark, flags, method, crc, compressed, size = fields[0], fields[3], fields[4], fields[7], fields[8], fields[9]
    name_length, extra_length, comment_length, disk = fields[10:14]
    attributes, header = fields[15], fields[16]
    name_at = position + _CENTRAL.size
    raw_name = data[name_at : name_at + name_length]
    after = name_at + name_length + extra_length + comment_length
    if mark != _CENTRAL_MARK or after > end or disk:
        raise refusal("archive-structure", "its directory is damaged")
    if comment_length:
        raise refusal("archive-structure", f"'{_shown(raw_name)}' carries a comment")
    _check_extra(data[name_at + name_length : after], raw_name)
    return _Central(flags, method, crc, compressed, size, attributes, header, raw_name), after


def _entry(data: bytes, central: _Central, position: int, directory: int) -> tuple[Entry, int]:
    shown = _shown(central.raw_name)
    if central.header != position:
        raise _hidden_bytes(position, central.header)
    if position + _LOCAL.size > directory:
        raise refusal("archive-structure", f"the header of '{shown}' is cut off")
    mark, _, flags, method, _, _, crc, compressed, size, name_length, extra_length = _LOCAL.unpack_from(data, position)
    name_at = position + _LOCAL.size
    start = name_at + name_length + extra_length
    if mark != _LOCAL_MARK or (flags, method) != (central.flags, central.method):
        raise refusal("archive-structure", f"the two headers of '{shown}' differ", entry=shown)
    if data[name_at : name_at + name_length] != central.raw_name:
        other = _shown(data[name_at : name_at + name_length])
        raise refusal("archive-structure", f"'{shown}' is called '{other}' in its own header", entry=shown, found=other)
    _check_extra(data[name_at + name_length : start], central.raw_name)
    _check_coding(central, shown)
    declared = (central.crc, central.compressed, central.size)
    if (crc, compressed, size) != declared and not (flags & _HAS_DESCRIPTOR and (crc, compressed, size) == (0, 0, 0)):
        raise refusal("archive-structure", f"the two headers of '{shown}' give different sizes", entry=shown)
    after = start + central.compressed
    if flags & _HAS_DESCRIPTOR:
        after = _after_descriptor(data, after, declared, shown)
    if after > directory:
        raise refusal("archive-structure", f"the data of '{shown}' is cut off", entry=shown)
    return _made(central, start), after


def _made(central: _Central, start: int) -> Entry:
    return Entry(
        name=_decoded(central),
        method=central.method,
        crc=central.crc,
        compressed=central.compressed,
        size=central.size,
        mode=central.attributes >> 16,
        header=central.header,
        data=start,
    )


def _check_coding(central: _Central, shown: str) -> None:
    if central.flags & _ENCRYPTED:
        raise refusal("archive-encrypted", f"'{shown}' is encrypted", entry=shown)
    if central.flags & ~_KNOWN_FLAGS:
        raise refusal("archive-structure", f"'{shown}' uses features of the zip format that are not read", entry=shown)
    if central.method not in (STORED, DEFLATED):
        message = f"'{shown}' is compressed by method {central.method}; stored and deflated are read"
        raise refusal("archive-structure", message, entry=shown, found=central.method)
    if central.method == STORED and central.compressed != central.size:
        raise refusal("archive-structure", f"'{shown}' is stored and has two sizes", entry=shown)


def _check_extra(extra: bytes, raw_name: bytes) -> None:
    position = 0
    while position < len(extra):
        if position + 4 > len(extra):
            raise refusal("archive-structure", f"the extra fields of '{_shown(raw_name)}' are damaged")
        kind, length = struct.unpack_from("<2H", extra, position)
        position += 4 + length
        if kind in _OTHER_NAME_FIELDS or position > len(extra):
            what = _OTHER_NAME_FIELDS.get(kind, "damaged extra fields")
            raise refusal("archive-structure", f"'{_shown(raw_name)}' has {what} beside its header")


def _after_descriptor(data: bytes, position: int, declared: tuple[int, int, int], shown: str) -> int:
    if data[position : position + 4] == _DESCRIPTOR_MARK:
        position += 4
    if data[position : position + _DESCRIPTOR.size] != _DESCRIPTOR.pack(*declared):
        raise refusal("archive-structure", f"what follows the data of '{shown}' differs from the directory", entry=shown)
    return position + _DESCRIPTOR.size


def _decoded(central: _Central) -> str:
    try:
        return central.raw_name.decode("utf-8" if central.flags & _UTF8 else "ascii")
    except UnicodeDecodeError:
        shown = _shown(central.raw_name)
        raise refusal("archive-name-unsafe", f"the name '{shown}' has no single reading", entry=shown) from None


def _hidden_bytes(position: int, expected: int) -> Exception:
    if position == 0:
        return refusal("archive-prefix-data", f"{expected} bytes precede the first entry")
    if expected < position:
        return refusal("archive-structure", "two entries share bytes")
    return refusal("archive-structure", f"{expected - position} bytes belong to no entry")


def _shown(raw_name: bytes) -> str:
    return raw_name.decode("utf-8", "backslashreplace")
