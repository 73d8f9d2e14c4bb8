"""
What the strict zip reader makes of names, kinds, sizes and content.
"""

import stat

import pytest

from honeyhost.discovery.strictzip import ArchiveRefusedError, Limits, StrictZip
from honeyhost.discovery.strictzip.names import unsafe


def problems_of(data, limits=None):
    with pytest.raises(ArchiveRefusedError) as caught:
        StrictZip(data, limits or Limits())
    return [(problem.code, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../escaped", "contains '..'"),
        ("a/../../b", "contains '..'"),
        ("./a", "contains '.'"),
        ("a//b", "contains an empty part"),
        ("/etc/passwd", "is absolute"),
        ("\\\\server\\share", "contains a backslash"),
        ("a\\b", "contains a backslash"),
        ("C:evil", "contains a drive, a stream or another sign that Windows refuses"),
        ("a.txt:stream", "contains a drive, a stream or another sign that Windows refuses"),
        ("what?", "contains a drive, a stream or another sign that Windows refuses"),
        ("nul\0byte", "contains control or invisible characters"),
        ("line\nbreak", "contains control or invisible characters"),
        ("turned\u202ename", "contains control or invisible characters"),
        ("con", "is the name of a device on Windows"),
        ("a/NUL.txt", "is the name of a device on Windows"),
        ("com1 .log", "is the name of a device on Windows"),
        ("lpt\u00b9", "is the name of a device on Windows"),
        ("dot.", "has a part that ends in a dot or a space, which Windows drops"),
        ("a /b", "has a part that ends in a dot or a space, which Windows drops"),
        ("x" * 256, "has a part longer than 255 bytes"),
        ("/".join(["x" * 200] * 6), "is longer than 1024 bytes"),
    ],
)
def test_unsafe_name_is_refused(name, why, zip_bytes, raw_entry):
    assert problems_of(zip_bytes(raw_entry(name))) == [("archive-name-unsafe", f"the name '{name}' {why}")]


@pytest.mark.parametrize("name", ["a", "a/b.py", "honeyframe_demo-1.0.dist-info/RECORD", "console.py", "ünï/cödé.txt", "a/b/"])
def test_plain_name_is_safe(name):
    assert unsafe(name) is None


def test_all_names_are_reported_at_once(zip_bytes, raw_entry):
    found = problems_of(zip_bytes(raw_entry("../a"), raw_entry("ok"), raw_entry("/b")))
    assert [message for _, message in found] == ["the name '../a' contains '..'", "the name '/b' is absolute"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("a", "a"), "the name 'a' stands in the archive twice"),
        (("a/", "a/"), "the name 'a/' stands in the archive twice"),
        (("Plugin.yaml", "plugin.yaml"), "the name 'plugin.yaml' means the same file as 'Plugin.yaml' on some systems"),
        (("ﬁle", "file"), "the name 'file' means the same file as 'ﬁle' on some systems"),
        (("é", "e\u0301"), "the name 'e\u0301' means the same file as 'é' on some systems"),
        (("straße", "STRASSE"), "the name 'STRASSE' means the same file as 'straße' on some systems"),
        (("a", "a/b"), "the name 'a/b' lies below the file 'a'"),
        (("a/b", "a"), "the name 'a' is both a file and a folder"),
        (("a", "a/"), "the name 'a/' is both a file and a folder"),
        (("a/b", "A/c"), "the name 'A/c' lies in a folder that is spelt 'a' elsewhere"),
    ],
)
def test_colliding_names_are_refused(names, message, zip_bytes, raw_entry):
    entries = [raw_entry(name, mode=0o040755 if name.endswith("/") else 0o100644) for name in names]
    assert problems_of(zip_bytes(*entries)) == [("archive-name-collision", message)]


def test_folder_may_be_listed_after_its_files(zip_bytes, raw_entry):
    archive = StrictZip(zip_bytes(raw_entry("a/b"), raw_entry("a/", mode=0o040755)))
    assert archive.folders == {"a"}


@pytest.mark.parametrize(
    ("mode", "name", "what"),
    [
        (stat.S_IFLNK, "a", "is a link"),
        (stat.S_IFCHR, "a", "is no plain file"),
        (stat.S_IFIFO, "a", "is no plain file"),
        (stat.S_IFDIR, "a", "is no plain file"),
        (stat.S_IFREG, "a/", "is no folder"),
        (stat.S_IFLNK, "a/", "is a link"),
    ],
)
def test_what_is_neither_file_nor_folder_is_refused(mode, name, what, zip_bytes, raw_entry):
    found = problems_of(zip_bytes(raw_entry(name, mode=mode | 0o644)))
    assert found == [("archive-entry-kind", f"'{name}' {what}; archives hold files and folders")]


def test_folder_with_content_is_refused(zip_bytes, raw_entry):
    found = problems_of(zip_bytes(raw_entry("a/", b"data", mode=0o040755)))
    assert found == [("archive-entry-kind", "the folder 'a/' has content")]


def test_entry_without_a_mode_is_a_file(zip_bytes, raw_entry):
    assert StrictZip(zip_bytes(raw_entry("a", b"1", mode=0))).read("a") == b"1"


def test_bomb_is_refused_by_its_ratio_from_the_directory_alone(zip_bytes, raw_entry):
    data = zip_bytes(raw_entry("zeros", b"\0" * 2 * 1024 * 1024))
    [(code, message)] = problems_of(data)
    assert code == "archive-too-large"
    assert message.endswith("-fold, at most 250-fold is accepted")
    assert StrictZip(zip_bytes(raw_entry("zeros", b"\0" * 1024 * 1024))).files["zeros"].size == 1024 * 1024


def test_bomb_is_refused_by_count_by_file_and_by_total(zip_bytes, raw_entry):
    entries = [raw_entry(f"f{number}", b"x" * 10, method=0) for number in range(4)]
    limits = Limits(entries=3, file=9, total=39)
    assert problems_of(zip_bytes(*entries), limits) == [
        ("archive-too-large", "it holds 4 entries, at most 3 are accepted"),
        *(("archive-too-large", f"'f{number}' expands to 10 bytes, at most 9 are accepted") for number in range(4)),
        ("archive-too-large", "it expands to 40 bytes, at most 39 are accepted"),
    ]
    assert len(StrictZip(zip_bytes(*entries), Limits(entries=4, file=10, total=40)).files) == 4


def test_stream_longer_than_declared_is_never_expanded_beyond(zip_bytes, raw_entry):
    sizes = {"size": 5}
    archive = StrictZip(zip_bytes(raw_entry("a", b"123456789", local=sizes, central=sizes)))
    with pytest.raises(ArchiveRefusedError, match="'a' has more bytes than the 5 that its header says"):
        archive.read("a")
    expanded = []
    with pytest.raises(ArchiveRefusedError):
        expanded.extend(archive.chunks("a"))
    assert sum(map(len, expanded)) <= 5


def test_stream_shorter_than_declared_is_refused(zip_bytes, raw_entry):
    sizes = {"size": 50}
    archive = StrictZip(zip_bytes(raw_entry("a", b"123", local=sizes, central=sizes)))
    with pytest.raises(ArchiveRefusedError, match="'a' has 3 bytes, its header says 50"):
        archive.read("a")


def test_wrong_checksum_is_refused(zip_bytes, raw_entry):
    lie = {"crc": 7}
    archive = StrictZip(zip_bytes(raw_entry("a", b"123", local=lie, central=lie)))
    with pytest.raises(ArchiveRefusedError, match="'a' has another checksum than its header says"):
        archive.read("a")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\xff\xff\xff", "'a' is damaged"),
        (b"\x03\x00hidden", "'a' is followed by hidden bytes"),
        (b"", "'a' is cut off"),
    ],
)
def test_damaged_stream_is_refused(raw, message, zip_bytes, raw_entry):
    archive = StrictZip(zip_bytes(raw_entry("a", b"", raw=raw)))
    with pytest.raises(ArchiveRefusedError, match=message):
        archive.read("a")


def test_large_file_is_read_in_pieces(zip_bytes, raw_entry):
    content = bytes(range(256)) * 1024
    archive = StrictZip(zip_bytes(raw_entry("a", content), raw_entry("b", content, method=0)))
    assert b"".join(archive.chunks("a")) == content
    assert [len(chunk) for chunk in archive.chunks("b")] == [65536] * 4


def test_limit_of_the_caller_is_asked_before_anything_is_expanded(zip_bytes, raw_entry):
    archive = StrictZip(zip_bytes(raw_entry("a", b"123456")))
    assert archive.read("a", 6) == b"123456"
    with pytest.raises(ArchiveRefusedError, match="'a' has 6 bytes, and at most 5 are read"):
        archive.read("a", 5)


def test_problems_of_a_file_name_the_file(tmp_path, zip_bytes, raw_entry):
    missing = tmp_path / "missing.zip"
    with pytest.raises(ArchiveRefusedError) as caught:
        StrictZip.open(missing)
    assert [(problem.code, problem.file) for problem in caught.value.problems] == [("file-missing", str(missing))]

    broken = tmp_path / "broken.zip"
    broken.write_bytes(zip_bytes(raw_entry("../a")))
    with pytest.raises(ArchiveRefusedError) as caught:
        StrictZip.open(broken)
    assert [problem.file for problem in caught.value.problems] == [str(broken)]

    fine = tmp_path / "fine.zip"
    fine.write_bytes(zip_bytes(raw_entry("a")))
    assert list(StrictZip.open(fine).files) == ["a"]
    assert len(StrictZip.open(fine).sha256) == 64


def test_archive_larger_than_the_limit_is_not_read(tmp_path, zip_bytes, raw_entry):
    path = tmp_path / "large.zip"
    path.write_bytes(zip_bytes(raw_entry("a", b"1" * 100)))
    with pytest.raises(ArchiveRefusedError, match="at most 50 are read"):
        StrictZip.open(path, Limits(archive=50))
