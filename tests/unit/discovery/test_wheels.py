"""
Whether a wheel is what its name and its RECORD say.
"""

import pytest

from honeyhost.discovery.strictzip import StrictZip
from honeyhost.discovery.wheels import Wheel, open_wheel

INFO = "honeyframe_demo-1.0.dist-info"


def opened(path):
    return open_wheel(path, StrictZip.open(path))


def refusals(path):
    found = opened(path)
    assert not isinstance(found, Wheel)
    assert {problem.file for problem in found} == {str(path)}
    return [(problem.code, problem.message) for problem in found]


def test_wheel_in_order_is_opened(wheel_of):
    wheel = opened(wheel_of())
    assert isinstance(wheel, Wheel)
    assert (wheel.name, wheel.dist_info) == ("honeyframe-demo 1.0", INFO)
    assert wheel.entry_points.startswith(b"[honeyframe.plugins]")
    assert wheel.peek("missing", 10) is None
    assert wheel.peek("honeyframe_demo/plugin.yaml", 100) is not None
    assert wheel.root("honeyframe_demo") == wheel.path


@pytest.mark.parametrize(
    "name",
    [
        "honeyframe_demo-1.0-1-py3-none-any.whl",
        "Honeyframe.Demo-1.0.0-py3-none-any.whl",
        "honeyframe-demo-1.0-py3-none-any.whl",
    ],
)
def test_name_may_be_spelt_otherwise_but_not_mean_otherwise(name, wheel_of):
    found = opened(wheel_of(name=name))
    assert isinstance(found, Wheel) is (name.count("-") != 5 or name.startswith("honeyframe_demo-1.0-1"))


@pytest.mark.parametrize(
    "name",
    [
        "other-1.0-py3-none-any.whl",
        "honeyframe_demo-1.1-py3-none-any.whl",
        "honeyframe_demo.whl",
        "honeyframe_demo-x-py3-none-any.whl",
    ],
)
def test_other_name_or_version_than_the_metadatas_is_refused(name, wheel_of):
    message = f"the file is called '{name}', its metadata folder '{INFO}', and its METADATA says honeyframe-demo 1.0"
    assert refusals(wheel_of(name=name)) == [("wheel-name", message)]


def test_other_name_in_metadata_is_refused(wheel_of):
    path = wheel_of(changed={f"{INFO}/METADATA": b"Name: evil\nVersion: 1.0\n"})
    assert [code for code, _ in refusals(path)] == ["wheel-name"]


@pytest.mark.parametrize("content", [None, b"Name: x\n"])
def test_wheel_without_readable_metadata_is_refused(content, wheel_of):
    path = wheel_of(changed={f"{INFO}/METADATA": content})
    assert refusals(path) == [("wheel-metadata", "its METADATA gives no name and version")]


def test_wheel_has_one_metadata_folder(wheel_of, tmp_path, zip_bytes, raw_entry):
    two = wheel_of(changed={"other-1.0.dist-info/METADATA": b""})
    assert refusals(two) == [("wheel-metadata", "it has 2 metadata folders, and a wheel has one")]
    none = tmp_path / "none-1.0-py3-none-any.whl"
    none.write_bytes(zip_bytes(raw_entry("a")))
    assert refusals(none) == [("wheel-metadata", "it has no metadata folder, and a wheel has one")]


def test_wheel_without_a_record_is_refused(wheel_of, tmp_path, zip_bytes, raw_entry):
    path = tmp_path / "honeyframe_demo-1.0-py3-none-any.whl"
    path.write_bytes(zip_bytes(raw_entry(f"{INFO}/METADATA", b"Name: honeyframe-demo\nVersion: 1.0\n")))
    assert refusals(path) == [("wheel-record", "it has no RECORD that could be read")]


def test_record_with_a_wrong_checksum_cannot_be_read(tmp_path, zip_bytes, raw_entry):
    lie = {"crc": 5}
    path = tmp_path / "honeyframe_demo-1.0-py3-none-any.whl"
    metadata = raw_entry(f"{INFO}/METADATA", b"Name: honeyframe-demo\nVersion: 1.0\n")
    path.write_bytes(zip_bytes(metadata, raw_entry(f"{INFO}/RECORD", b"a", local=lie, central=lie)))
    assert refusals(path) == [("wheel-record", "it has no RECORD that could be read")]


def test_file_that_record_does_not_list_is_refused(wheel_of):
    path = wheel_of(extra={"evil.pth": b"import os"})
    assert refusals(path) == [("wheel-record", "'evil.pth' is not listed in RECORD")]


def test_signatures_need_no_line_in_record(wheel_of):
    assert isinstance(opened(wheel_of(extra={f"{INFO}/RECORD.jws": b"{}"})), Wheel)


def _record_of(path, change):
    archive = StrictZip.open(path)
    return change(archive.read(f"{INFO}/RECORD").decode()).encode()


def test_file_that_record_lists_and_nobody_has_is_refused(wheel_of):
    record = _record_of(wheel_of(), lambda text: text + "missing.py,sha256=abc,1\n")
    assert refusals(wheel_of(record=record)) == [("wheel-record", "RECORD lists 'missing.py', which is not in the wheel")]


def test_wrong_hash_and_wrong_size_are_refused(wheel_of):
    record = _record_of(wheel_of(), lambda text: text)
    changed = {"honeyframe_demo/api.py": b"changed"}
    message = "'honeyframe_demo/api.py' is not the file that RECORD describes: its hash differs"
    assert refusals(wheel_of(record=record, changed=changed)) == [("wheel-record", message)]
    wrong = _record_of(wheel_of(), lambda text: text.replace(",29\nhoneyframe_demo/plugin", ",30\nhoneyframe_demo/plugin"))
    assert wrong != record
    message = "'honeyframe_demo/api.py' is not the file that RECORD describes: its size differs"
    assert refusals(wheel_of(record=wrong)) == [("wheel-record", message)]


@pytest.mark.parametrize("replacement", ["md5=", ""])
def test_hash_that_proves_nothing_is_refused(replacement, wheel_of):
    def weakened(text):
        return text.replace("honeyframe_demo/api.py,sha256=", f"honeyframe_demo/api.py,{replacement}", 1)

    path = wheel_of(record=_record_of(wheel_of(), weakened))
    assert refusals(path) == [("wheel-record", "'honeyframe_demo/api.py' has no hash in RECORD that proves anything")]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "one,two\n",
        lambda text: text + text.splitlines()[0] + "\n",
        lambda text: text + '"unclosed,a,b\n',
    ],
    ids=["columns", "repeated", "quotes"],
)
def test_damaged_record_is_refused(change, wheel_of):
    assert refusals(wheel_of(record=_record_of(wheel_of(), change))) == [("wheel-record", "its RECORD is damaged")]


def test_record_that_is_not_utf8_is_refused(wheel_of):
    assert refusals(wheel_of(record=b"\xff,sha256=a,1\n")) == [("wheel-record", "its RECORD is damaged")]


def test_content_that_lies_about_itself_is_refused(wheel_of, tmp_path, zip_bytes, raw_entry):
    lie = {"crc": 5}
    record = f"{INFO}/METADATA,sha256=abc,1\na,sha256=abc,1\n{INFO}/RECORD,,\n".encode()
    path = tmp_path / "honeyframe_demo-1.0-py3-none-any.whl"
    path.write_bytes(
        zip_bytes(
            raw_entry(f"{INFO}/METADATA", b"Name: honeyframe-demo\nVersion: 1.0\n"),
            raw_entry("a", b"x", local=lie, central=lie),
            raw_entry(f"{INFO}/RECORD", record),
        )
    )
    assert refusals(path) == [
        ("wheel-record", f"'{INFO}/METADATA' is not the file that RECORD describes: its hash differs"),
        ("archive-content", "'a' has another checksum than its header says"),
    ]


def test_everything_wrong_is_said_at_once(wheel_of):
    path = wheel_of(name="other-1.0-py3-none-any.whl", extra={"a": b"", "b": b""})
    assert [code for code, _ in refusals(path)] == ["wheel-name", "wheel-record", "wheel-record"]
