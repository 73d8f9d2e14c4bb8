import threading

import pytest

from honeyhost.attach.files import locked_folder, write_atomically, write_with_undo
from honeyhost.errors import NotWritableError


def test_a_file_is_written_with_the_folders_above_it(tmp_path):
    target = tmp_path / "deep" / "file.ts"
    assert write_atomically(target, b"one")
    assert target.read_bytes() == b"one"
    assert target.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in target.parent.iterdir()] == ["file.ts"]


def test_an_unchanged_file_is_not_touched(tmp_path):
    target = tmp_path / "file.ts"
    write_atomically(target, b"one")
    before = target.stat()
    assert not write_atomically(target, b"one")
    assert (target.stat().st_mtime_ns, target.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_failure_before_the_rename_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    target = tmp_path / "file.ts"
    write_atomically(target, b"one")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NotWritableError, match=r"file\.ts cannot be written: No space left on device$"):
        write_atomically(target, b"two")
    assert target.read_bytes() == b"one"
    assert [path.name for path in tmp_path.iterdir()] == ["file.ts"]


def test_undoing_puts_the_former_content_back(tmp_path):
    target = tmp_path / "file.ts"
    write_atomically(target, b"one")
    changed, undo = write_with_undo(target, b"two")
    assert changed
    undo()
    assert target.read_bytes() == b"one"


def test_undoing_a_new_file_removes_it(tmp_path):
    changed, undo = write_with_undo(tmp_path / "file.ts", b"two")
    assert changed
    undo()
    assert list(tmp_path.iterdir()) == []


def test_undoing_what_changed_nothing_does_nothing(tmp_path):
    target = tmp_path / "file.ts"
    write_atomically(target, b"one")
    changed, undo = write_with_undo(target, b"one")
    undo()
    assert not changed
    assert target.read_bytes() == b"one"


def test_a_locked_folder_is_waited_for_and_nothing_is_left_in_it(tmp_path):
    order = []
    inside, waiting = threading.Event(), threading.Event()

    def second():
        inside.wait(10)
        with locked_folder(tmp_path / "data", waiting=waiting.set):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with locked_folder(tmp_path / "data"):
        inside.set()
        assert waiting.wait(10)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    assert list((tmp_path / "data").iterdir()) == []
