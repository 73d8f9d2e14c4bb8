"""
The copy of a manifest beside a wheel's metadata.
"""

import json

import pytest

from honeyhost.discovery.copies import is_plain, read_copy, write_copy
from honeyhost.manifest import read, validate_document

YAML = b"name: demo\nversion: 1.10\nnav:\n  - label: {en: A, ar: B}\n    path: /demo/a\n"


def copied():
    document, _ = read(YAML)
    manifest, _ = validate_document(document)
    text = write_copy(
        manifest, document.positions, package="honeyframe_demo", path="honeyframe_demo/plugin.yaml", sha256="0" * 64
    )
    return manifest, document, text


def test_copy_gives_back_manifest_package_source_and_positions():
    manifest, document, text = copied()
    copy = read_copy(text.encode())
    assert copy.manifest == manifest
    assert copy.manifest.version == "1.10"
    assert (copy.package, copy.source.path, copy.source.sha256) == ("honeyframe_demo", "honeyframe_demo/plugin.yaml", "0" * 64)
    positions = copy.positions_in("shown/plugin.yaml")
    assert positions.file == "shown/plugin.yaml"
    assert dict(positions.values) == dict(document.positions.values)
    assert len(positions.values) == len(document.positions.values)
    assert positions.of("nav[0].path") == (5, 11)


def test_same_manifest_gives_the_same_text():
    assert copied()[2] == copied()[2]
    assert list(json.loads(copied()[2])) == ["schema", "manifest", "package", "source", "positions"]


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"manifest": {"name": "demo"}},
        {"manifest": {"name": "../escaped", "version": "1"}},
        {"package": 3},
        {"source": {"path": "x", "sha256": "short"}},
    ],
)
def test_copy_of_another_form_is_none(change):
    value = {**json.loads(copied()[2]), **change}
    assert read_copy(json.dumps(value).encode()) is None


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 100_000, b"\xff", b"null"])
def test_what_is_no_copy_is_none(data):
    assert read_copy(data) is None


@pytest.mark.parametrize(
    "more",
    [
        {"odd": 1},
        {"runtime": {"type": "python", "odd": 1}},
        {"menu_items": [{"id": "a", "label": "A", "children": [{"id": "b", "label": "B", "odd": 1}]}]},
    ],
)
def test_unknown_fields_are_seen_in_depth(more):
    value = json.loads(copied()[2])
    value["manifest"] |= more
    data = json.dumps(value).encode()
    assert read_copy(data) is None
    assert read_copy(data, unknown_fields=True).manifest.name == "demo"


@pytest.mark.parametrize("text", ["a\x07b", "a\nb", "a\u202eb", "é", "a\x7fb", 'a"b', "a\\b"])
def test_text_that_needs_a_second_look_is_not_plain(text):
    value = json.loads(copied()[2])
    assert is_plain(json.dumps(value).encode(), read_copy(json.dumps(value).encode()))
    value["manifest"]["description"] = text
    for ensure_ascii in (True, False):
        data = json.dumps(value, ensure_ascii=ensure_ascii).encode()
        assert not is_plain(data, read_copy(data))


def test_damaged_positions_are_left_out():
    value = {**json.loads(copied()[2]), "positions": "1 2 name\nx y version\n3\n-1 2 z"}
    positions = read_copy(json.dumps(value).encode()).positions_in("f")
    assert dict(positions.values) == {"name": (1, 2)}


def test_copy_without_positions_has_none():
    value = {key: item for key, item in json.loads(copied()[2]).items() if key != "positions"}
    assert read_copy(json.dumps(value).encode()).positions_in("f").of("name") is None
