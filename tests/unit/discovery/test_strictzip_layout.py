"""
What the strict zip reader makes of the raw structure of a file.
"""

import io
import struct
import zipfile
import zlib

import pytest

from honeyhost.discovery.strictzip import ArchiveRefusedError, StrictZip


def refused(data):
    with pytest.raises(ArchiveRefusedError) as caught:
        StrictZip(data)
    [problem] = caught.value.problems
    return problem.code, problem.message


def test_archive_of_the_standard_library_is_accepted_and_read():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("plugin.yaml", "name: demo\n")
        archive.writestr("backend/api.py", "x = 1\n" * 1000)
        archive.writestr("stored.txt", "kept", zipfile.ZIP_STORED)
        archive.mkdir("empty")
    accepted = StrictZip(buffer.getvalue())

    assert list(accepted.files) == ["plugin.yaml", "backend/api.py", "stored.txt"]
    assert accepted.folders == {"backend", "empty"}
    assert accepted.read("plugin.yaml") == b"name: demo\n"
    assert accepted.read("backend/api.py") == b"x = 1\n" * 1000
    assert accepted.read("stored.txt") == b"kept"
    assert repr(accepted).startswith("StrictZip(3 files")


def test_empty_archive_is_accepted(zip_bytes):
    assert dict(StrictZip(zip_bytes()).files) == {}


def test_streamed_archive_with_descriptors_is_accepted():
    class Unseekable(io.RawIOBase):
        def __init__(self):
            self.data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    stream = Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "first")
        archive.writestr("b.txt", "second")

    assert StrictZip(stream.data).read("b.txt") == b"second"


@pytest.mark.parametrize("data", [b"", b"PK", b"name: demo\n" * 10])
def test_file_that_is_no_zip_is_called_so(data):
    assert refused(data) == ("archive-not-zip", "it is not a zip file")


def test_prefix_is_refused(zip_bytes, raw_entry):
    shifted = zip_bytes(raw_entry("a.txt", b"a"), prefix=b"#!/bin/sh\n")
    assert refused(shifted) == ("archive-prefix-data", "10 bytes precede the first entry")
    unshifted = b"#!/bin/sh\n" + zip_bytes(raw_entry("a.txt", b"a"))
    assert refused(unshifted) == (
        "archive-prefix-data",
        "bytes precede the zip file, or its directory is not where its end says",
    )


def test_trailing_bytes_a_comment_and_a_second_archive_are_refused(zip_bytes, raw_entry):
    one = zip_bytes(raw_entry("a.txt", b"a"))
    expected = ("archive-trailing-data", "bytes follow the end of the zip file (a comment, or another archive)")
    assert refused(one + b"\n") == expected
    assert refused(zip_bytes(raw_entry("a.txt", b"a"), comment=b"hello")) == expected
    assert refused(one + one)[0] == "archive-prefix-data"


def test_split_archive_is_refused(zip_bytes, raw_entry):
    expected = ("archive-structure", "it is one part of a split archive")
    assert refused(zip_bytes(raw_entry("a.txt"), disk=1)) == expected
    assert refused(zip_bytes(raw_entry("a.txt"), here=2)) == expected


def test_zip64_is_refused(zip_bytes, raw_entry):
    locator = b"PK\x06\x07" + b"\0" * 16
    message = "it uses the ZIP64 format, which no plugin needs"
    assert refused(zip_bytes(raw_entry("a.txt"), gap=b"PK\x06\x06" + b"\0" * 52 + locator)) == ("archive-structure", message)


def test_count_of_the_end_record_is_compared_with_the_directory(zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("a.txt"), raw_entry("b.txt"), count=1)
    assert refused(data) == ("archive-structure", "its directory lists 2 entries, its end record 1")


def test_damaged_directory_is_refused(zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("a.txt"))
    broken = data.replace(b"PK\x01\x02", b"PK\x09\x09")
    assert refused(broken) == ("archive-structure", "its directory is damaged")
    assert refused(zip_bytes(raw_entry("a.txt"), gap=b"PK\x01\x02", size=51 + 4)) == (
        "archive-structure",
        "its directory is cut off",
    )
    assert refused(zip_bytes(raw_entry("a.txt", central={"disk": 3}))) == ("archive-structure", "its directory is damaged")


def test_comment_of_an_entry_is_refused(zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("a.txt", central={"comment": b"hidden"}))
    assert refused(data) == ("archive-structure", "'a.txt' carries a comment")


def test_name_in_the_local_header_must_be_the_directorys(zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("plugin.yaml", b"a", local={"name": b"evil00.yaml"}))
    assert refused(data) == ("archive-structure", "'plugin.yaml' is called 'evil00.yaml' in its own header")


@pytest.mark.parametrize("field", [{"method": 0}, {"flags": 2}], ids=["method", "flags"])
def test_other_fields_of_the_local_header_must_be_the_directorys(field, zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("a.txt", b"aaaa", local=field))
    assert refused(data) == ("archive-structure", "the two headers of 'a.txt' differ")


@pytest.mark.parametrize("field", ["crc", "compressed", "size"])
def test_sizes_of_the_local_header_must_be_the_directorys(field, zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("a.txt", b"aaaa", local={field: 3}))
    assert refused(data) == ("archive-structure", "the two headers of 'a.txt' give different sizes")


def test_gap_between_entries_is_refused(zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("a.txt", b"a"), raw_entry("b.txt", b"b", before=b"hidden"))
    assert refused(data) == ("archive-structure", "6 bytes belong to no entry")


def test_bytes_between_the_last_entry_and_the_directory_are_refused(zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("a.txt", b"a"))
    at = data.index(b"PK\x01\x02")
    moved = data[:at] + b"hidden" + data[at:-22] + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 51, at + 6, 0)
    assert refused(moved) == ("archive-structure", "6 bytes belong to no entry")


def test_overlapping_entries_are_refused(zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("a.txt", b"a"), raw_entry("a.txt", b"a", central={"offset": 0}))
    assert refused(data) == ("archive-structure", "two entries share bytes")


def test_data_that_runs_into_the_directory_is_refused(zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("a.txt", b"a", local={"compressed": 900}, central={"compressed": 900}))
    assert refused(data) == ("archive-structure", "the data of 'a.txt' is cut off")


def test_header_that_runs_into_the_directory_is_refused(zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("a.txt", b"a"), raw_entry("b.txt", b"b"))
    body = data[:38] + b"PK\x03\x04"
    central = data[data.index(b"PK\x01\x02") : -22]
    first, second = central[:51], bytearray(central[51:])
    struct.pack_into("<L", second, 42, 38)
    moved = body + first + bytes(second)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(central), len(body), 0)
    assert refused(moved + end) == ("archive-structure", "the header of 'b.txt' is cut off")


def test_encrypted_entry_is_refused(zip_bytes, raw_entry):
    assert refused(zip_bytes(raw_entry("a.txt", b"a", flags=1))) == ("archive-encrypted", "'a.txt' is encrypted")


def test_rare_features_are_refused(zip_bytes, raw_entry):
    message = "'a.txt' uses features of the zip format that are not read"
    assert refused(zip_bytes(raw_entry("a.txt", b"a", flags=0x2000))) == ("archive-structure", message)


def test_other_compressions_are_refused(zip_bytes, raw_entry):
    message = "'a.txt' is compressed by method 14; stored and deflated are read"
    assert refused(zip_bytes(raw_entry("a.txt", b"a", method=14, raw=b"x"))) == ("archive-structure", message)


def test_stored_entry_with_two_sizes_is_refused(zip_bytes, raw_entry):
    entry = raw_entry("a.txt", b"abc", method=0, local={"size": 9}, central={"size": 9})
    assert refused(zip_bytes(entry)) == ("archive-structure", "'a.txt' is stored and has two sizes")


@pytest.mark.parametrize(
    ("extra", "what"),
    [
        (b"\x01\x00\x08\x00" + b"\0" * 8, "ZIP64 sizes"),
        (b"\x75\x70\x05\x00" + b"\1abcd", "a second name"),
        (b"\x0a\x00\xff\x00", "damaged extra fields"),
    ],
)
@pytest.mark.parametrize("side", ["local", "central"])
def test_extra_fields_that_say_something_else_are_refused(side, extra, what, zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("a.txt", b"a", **{side: {"extra": extra}}))
    assert refused(data) == ("archive-structure", f"'a.txt' has {what} beside its header")


def test_cut_off_extra_field_is_refused(zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("a.txt", b"a", local={"extra": b"\x0a"}))
    assert refused(data) == ("archive-structure", "the extra fields of 'a.txt' are damaged")


def test_harmless_extra_field_is_accepted(zip_bytes, raw_entry):
    timestamp = b"UT\x05\x00\x03" + b"\0" * 4
    assert StrictZip(zip_bytes(raw_entry("a.txt", b"a", local={"extra": timestamp}))).read("a.txt") == b"a"


def test_descriptor_that_differs_is_refused(zip_bytes, raw_entry):
    entry = raw_entry("a.txt", b"a", flags=8, local={"crc": 0, "compressed": 0, "size": 0}, descriptor=b"\0" * 12)
    message = "what follows the data of 'a.txt' differs from the directory"
    assert refused(zip_bytes(entry)) == ("archive-structure", message)


def test_descriptor_without_its_mark_is_accepted(zip_bytes, raw_entry):
    descriptor = struct.pack("<3L", zlib.crc32(b"a"), 3, 1)
    entry = raw_entry("a.txt", b"a", flags=8, local={"crc": 0, "compressed": 0, "size": 0}, descriptor=descriptor)
    assert StrictZip(zip_bytes(entry)).read("a.txt") == b"a"


@pytest.mark.parametrize(("name", "flags"), [(b"caf\xe9.txt", 0), (b"caf\xe9.txt", 0x800), (b"caf\xc3\xa9.txt", 0)])
def test_name_that_two_readers_decode_differently_is_refused(name, flags, zip_bytes, raw_entry):
    code, message = refused(zip_bytes(raw_entry(name, b"a", flags=flags)))
    assert code == "archive-name-unsafe"
    assert message.endswith("has no single reading")
