"""
Looking things up in RECORD, and reading the head of METADATA.
"""

import hashlib

import pytest

from honeyhost.discovery.metadata import Metadata
from honeyhost.discovery.metadata import parse as parse_metadata
from honeyhost.discovery.records import Record, encoded, hexadecimal, matches

RECORD = Record(
    b"demo/__init__.py,sha256=abc,1\r\ndemo/plugin.yaml,sha256=def,2\r\nsingle.py,sha256=x,3\ndemo-1.dist-info/RECORD,,\n"
)


def test_hash_of_a_listed_file():
    assert RECORD.hash_of("demo/__init__.py") == "sha256=abc"
    assert RECORD.hash_of("demo/plugin.yaml") == "sha256=def"
    assert RECORD.hash_of("demo-1.dist-info/RECORD") == ""


def test_file_that_is_not_listed_has_no_hash():
    assert RECORD.hash_of("emo/plugin.yaml") is None
    assert RECORD.hash_of("plugin.yaml") is None


def test_last_line_may_lack_its_end():
    assert Record(b"a,sha256=x,1").hash_of("a") == "sha256=x"


@pytest.mark.parametrize(
    ("module", "owned"), [("demo", True), ("single", True), ("demo.sub", False), ("os", False), ("dem", False)]
)
def test_module_is_owned_if_a_file_of_it_is_listed(module, owned):
    assert RECORD.owns(module) is owned


def test_record_that_is_not_there_is_none(tmp_path):
    assert Record.at(str(tmp_path)) is None
    (tmp_path / "RECORD").write_bytes(b"a,,\n")
    record = Record.at(str(tmp_path))
    assert record is not None
    assert record.data == b"a,,\n"


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_data_matches_its_hash_with_and_without_padding(algorithm):
    digest = encoded(hashlib.new(algorithm, b"data").digest())
    assert matches(b"data", f"{algorithm}={digest}")
    assert matches(b"data", f"{algorithm}={digest}==")
    assert not matches(b"date", f"{algorithm}={digest}")


def test_missing_or_weak_hash_matches_nothing():
    assert not matches(b"", "")
    assert not matches(b"data", f"md5={encoded(hashlib.md5(b'data').digest())}")  # noqa: S324 - that it is weak is the point


def test_hash_in_hexadecimal():
    digest = hashlib.sha256(b"data")
    assert hexadecimal(f"sha256={encoded(digest.digest())}") == digest.hexdigest()
    assert hexadecimal("sha512=abc") is None
    assert hexadecimal("sha256=é") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Metadata-Version: 2.4\nName: Honeyframe.Demo\nVersion: 1.0\n\nName: other\n", Metadata("Honeyframe.Demo", "1.0")),
        ("name: a\nVERSION: 2\r\n", Metadata("a", "2")),
        ("Name: a\n\nVersion: 1\n", None),
        ("Version: 1\n", None),
        ("", None),
    ],
)
def test_name_and_version_stand_in_the_head_of_metadata(text, found):
    assert parse_metadata(text.encode()) == found
