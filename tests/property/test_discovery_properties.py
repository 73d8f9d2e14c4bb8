"""
Discovery holds for whatever is put before it: it never raises, and an accepted archive has one reading.
"""

import io
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from honeyhost.discovery import DiscoveryOptions, discover
from honeyhost.discovery.copies import read_copy
from honeyhost.discovery.declarations import parse
from honeyhost.discovery.records import Record
from honeyhost.discovery.strictzip import ArchiveRefusedError, StrictZip
from honeyhost.discovery.strictzip.names import folded, unsafe
from honeyhost.names import is_slug

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
FILES = st.dictionaries(NAMES, st.binary(max_size=200), max_size=5)


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo("placeholder")
            info.filename = name
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()


def accepted(data):
    try:
        return StrictZip(data)
    except ArchiveRefusedError:
        return None


@given(FILES)
def test_accepted_archive_reads_as_the_standard_library_reads_it(files):
    data = zipped(files)
    archive = accepted(data)
    if archive is not None:
        with zipfile.ZipFile(io.BytesIO(data)) as other:
            assert sorted(other.namelist()) == sorted(archive.files)
            assert all(other.read(name) == archive.read(name) for name in archive.files)


@given(FILES, st.data())
def test_changed_byte_leads_to_a_refusal_or_to_the_reading_of_the_standard_library(files, data):
    raw = bytearray(zipped(files))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    archive = accepted(bytes(raw))
    if archive is None:
        return
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as other:
        names = {name for name in other.namelist() if not name.endswith("/")}
        assert names == set(archive.files)
        for name in archive.files:
            try:
                content = archive.read(name)
            except ArchiveRefusedError:
                continue
            assert content == other.read(name)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_as_an_archive(data):
    accepted(data)
    accepted(data + b"PK\x05\x06" + b"\0" * 18)


@given(st.lists(NAMES, min_size=2, max_size=4))
def test_accepted_names_are_safe_and_mean_different_files_everywhere(names):
    archive = accepted(zipped(dict.fromkeys(names, b"")))
    if archive is not None:
        paths = list(archive.files)
        assert all(unsafe(name) is None for name in paths)
        assert len({folded(name) for name in paths}) == len(paths)
        assert not any("\\" in name or name.startswith("/") or ".." in name.split("/") for name in paths)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_as_entry_points_record_and_copy(data):
    parse(data)
    parse(b"[honeyframe.plugins]\n" + data)
    Record(data).hash_of("a/plugin.yaml")
    read_copy(data)


@settings(max_examples=40)
@given(name=NAMES.filter(lambda text: "\n" not in text and "\r" not in text), rest=st.binary(max_size=60))
def test_look_never_raises_and_only_slugs_become_plugins(name, rest, tmp_path_factory):
    site = tmp_path_factory.mktemp("site")
    info = site / "honeyframe_demo-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_bytes(b"Name: honeyframe-demo\nVersion: 1.0\n")
    (info / "entry_points.txt").write_bytes(b"[honeyframe.plugins]\n" + name.encode() + b" = pkg:m\n" + rest)
    (site / "pkg").mkdir()
    (site / "pkg" / "plugin.yaml").write_text("name: demo\nversion: '1.0'\n")
    inventory = discover(DiscoveryOptions(path=(str(site),)))
    assert all(is_slug(plugin.name) for plugin in inventory)
    assert all(failure.name is None or is_slug(failure.name) for failure in inventory.failures)
