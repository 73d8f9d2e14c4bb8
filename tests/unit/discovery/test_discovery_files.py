"""
Reading files by the thousand.
"""

import os

import pytest

from honeyhost.discovery.files import head, listed, read


def test_file_is_read_whole(tmp_path):
    (tmp_path / "small").write_bytes(b"abc")
    (tmp_path / "large").write_bytes(b"x" * 100_000)
    assert read(str(tmp_path / "small"), 10) == b"abc"
    assert read(str(tmp_path / "large"), 100_000) == b"x" * 100_000


def test_missing_file_is_none(tmp_path):
    (tmp_path / "file").touch()
    assert read(str(tmp_path / "missing"), 10) is None
    assert read(str(tmp_path / "file" / "below"), 10) is None
    assert head(str(tmp_path / "missing")) is None


@pytest.mark.parametrize("size", [11, 17_000, 200_000])
def test_file_beyond_the_limit_is_refused(size, tmp_path):
    (tmp_path / "file").write_bytes(b"x" * size)
    with pytest.raises(OverflowError, match="more than 10 bytes"):
        read(str(tmp_path / "file"), 10)


def test_folder_is_refused(tmp_path):
    with pytest.raises(IsADirectoryError):
        read(str(tmp_path), 10)


def test_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert read(str(tmp_path / "pipe"), 10) == b""


def test_head_reads_no_further(tmp_path):
    (tmp_path / "file").write_bytes(b"Name: x\n" + b"y" * 9000)
    assert head(str(tmp_path / "file"), 8) == b"Name: x\n"


def test_names_of_a_folder(tmp_path):
    (tmp_path / "a").touch()
    assert listed(str(tmp_path)) == ["a"]
    assert listed(str(tmp_path / "a")) is None
    assert listed(str(tmp_path / "missing")) is None
