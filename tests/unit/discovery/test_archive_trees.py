"""
The files of a plugin in an archive, as what points at them asks.
"""

import pytest

from honeyhost.discovery.strictzip import StrictZip
from honeyhost.discovery.trees import ArchiveTree
from honeyhost.manifest import UnreadableError


@pytest.fixture
def archive(zip_bytes, raw_entry):
    lie = {"crc": 1}
    return StrictZip(
        zip_bytes(
            raw_entry("top.txt", b"top"),
            raw_entry("pkg/plugin.yaml", b"name: x"),
            raw_entry("pkg/a/b.py", b"1"),
            raw_entry("pkg/a.py", b"2"),
            raw_entry("pkg/lie", b"3", local=lie, central=lie),
        )
    )


def refusal(tree, path, limit=100):
    with pytest.raises(UnreadableError) as caught:
        tree.read(path, limit)
    return caught.value.problem.code, caught.value.problem.message


def test_files_below_the_root_are_read(archive):
    tree = ArchiveTree(archive, "pkg")
    assert tree.read("plugin.yaml", 100) == b"name: x"
    assert tree.read("./a/../a/b.py", 100) == b"1"
    assert ArchiveTree(archive).read("top.txt", 100) == b"top"


def test_files_are_listed_folder_by_folder(archive):
    assert list(ArchiveTree(archive, "pkg").files()) == ["a/b.py", "a.py", "lie", "plugin.yaml"]
    assert list(ArchiveTree(archive).files())[-1] == "top.txt"


def test_files_and_folders_exist(archive):
    tree = ArchiveTree(archive, "pkg")
    assert tree.exists("a")
    assert tree.exists("a/")
    assert tree.exists("a.py")
    assert not tree.exists("b.py")
    assert tree.is_dir("a")
    assert tree.is_dir(".")
    assert not tree.is_dir("a.py")
    assert ArchiveTree(archive).is_dir("")


def test_nothing_outside_the_root_is_reached(archive):
    tree = ArchiveTree(archive, "pkg")
    assert refusal(tree, "../top.txt") == ("path-escapes", "'../top.txt' leads outside the plugin")
    assert refusal(tree, "a/../../top.txt")[0] == "path-escapes"
    assert not tree.exists("../top.txt")
    assert not tree.is_dir("..")


def test_what_cannot_be_read_says_why(archive):
    tree = ArchiveTree(archive, "pkg")
    assert refusal(tree, "missing") == ("file-missing", "'missing' does not exist")
    assert refusal(tree, "a") == ("file-kind", "'a' is a folder")
    assert refusal(tree, "plugin.yaml", 3)[0] == "file-too-large"
    assert refusal(tree, "lie") == ("archive-content", "'pkg/lie' has another checksum than its header says")
