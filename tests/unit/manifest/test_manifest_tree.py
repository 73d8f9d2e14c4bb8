import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from honeyhost.manifest.tree import FolderTree, UnreadableError, read_bounded


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """
    A folder with files, links inside and links out.
    """
    folder = tmp_path / "plugin"
    (folder / "backend" / "routers").mkdir(parents=True)
    (folder / "plugin.yaml").write_bytes(b"name: demo")
    (folder / "backend" / "b.py").write_bytes(b"b = 1")
    (folder / "backend" / "routers" / "a.py").write_bytes(b"a = 1")
    (folder / "copy.yaml").symlink_to("plugin.yaml")
    (folder / "code").symlink_to("backend")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    (folder / "out").symlink_to(tmp_path / "outside")
    (folder / "loop").symlink_to("loop")
    return folder


@pytest.fixture
def tree(root: Path) -> FolderTree:
    """
    The tree of that folder.
    """
    return FolderTree(root)


def code_of(read: Callable[[], bytes]) -> tuple[str, str]:
    with pytest.raises(UnreadableError) as caught:
        read()
    return caught.value.problem.code, str(caught.value)


def test_files_are_read_by_their_path(tree: FolderTree):
    assert tree.read("backend/routers/a.py", 100) == b"a = 1"
    assert tree.read("copy.yaml", 100) == b"name: demo"
    assert tree.read("code/b.py", 100) == b"b = 1"


def test_what_stands_there_is_known(tree: FolderTree):
    assert tree.exists("plugin.yaml")
    assert tree.exists("backend/")
    assert tree.exists("")
    assert not tree.exists("frontend")
    assert not tree.exists("loop")
    assert tree.is_dir("backend")
    assert tree.is_dir("code")
    assert tree.is_dir("")
    assert not tree.is_dir("plugin.yaml")
    assert not tree.is_dir("frontend")


@pytest.mark.parametrize(
    "path", ["out", "out/secret", "..", "../outside/secret", "/etc/passwd", "a\0b", "\ud800", "a\\b", "backend/../../outside"]
)
def test_nothing_outside_is_seen(tree: FolderTree, path: str):
    assert not tree.exists(path)
    assert not tree.is_dir(path)
    assert code_of(lambda: tree.read(path, 100)) == ("path-escapes", f"'{path}' leads outside the plugin")


def test_a_root_that_is_a_link_is_where_it_leads(root: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(root)
    assert FolderTree(tmp_path / "link").read("plugin.yaml", 100) == b"name: demo"


def test_all_files_are_listed_in_one_order_without_following_folders(tree: FolderTree):
    assert list(tree.files()) == ["copy.yaml", "plugin.yaml", "backend/b.py", "backend/routers/a.py"]


def test_a_tree_says_what_it_is_of(tree: FolderTree, root: Path):
    assert repr(tree) == f"FolderTree('{root}')"


def test_a_file_beyond_the_limit_is_refused(tree: FolderTree):
    assert tree.read("plugin.yaml", 10) == b"name: demo"
    assert code_of(lambda: tree.read("plugin.yaml", 9)) == (
        "file-too-large",
        "'plugin.yaml' has 10 bytes, and at most 9 are read",
    )


def test_a_folder_and_a_pipe_are_refused(tree: FolderTree, root: Path):
    os.mkfifo(root / "pipe")
    assert code_of(lambda: tree.read("backend", 100)) == ("file-kind", "'backend' is a folder, and a plain file is wanted")
    assert code_of(lambda: tree.read("pipe", 100)) == ("file-kind", "'pipe' is a named pipe, and a plain file is wanted")


def test_what_is_missing_is_said_to_be(tree: FolderTree):
    assert code_of(lambda: tree.read("x", 1)) == ("file-missing", "'x' does not exist")
    assert code_of(lambda: tree.read("plugin.yaml/x", 1)) == ("file-missing", "'plugin.yaml/x' does not exist")


def test_what_the_system_refuses_is_said_in_its_words(tree: FolderTree):
    long = "x" * 300
    assert code_of(lambda: tree.read(long, 1)) == ("file-unreadable", f"'{long}' cannot be read: File name too long")
    assert not tree.exists(long)
    code, message = code_of(lambda: read_bounded(Path("a\0b"), 1))
    assert code == "file-unreadable"
    assert message.startswith("'a\0b' cannot be read: ")
    assert "embedded null" in message, "the interpreter's own words differ between its versions"


@pytest.fixture
def swapped(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """
    A file that somebody replaces by a pipe between the look and the opening.
    """
    file = root / "plugin.yaml"
    look = os.stat

    def swap(path: Path) -> os.stat_result:
        found = look(path)
        file.unlink()
        os.mkfifo(file)
        return found

    monkeypatch.setattr("honeyhost.manifest.tree.os.stat", swap)
    yield file
    monkeypatch.undo()


def test_a_file_that_becomes_a_pipe_is_refused_without_waiting(swapped: Path):
    assert code_of(lambda: read_bounded(swapped, 100)) == (
        "file-kind",
        f"'{swapped}' is a named pipe, and a plain file is wanted",
    )
