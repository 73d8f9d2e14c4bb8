import subprocess
import sys

import pytest

from honeyhost.propagation.mark import SharedMark, mark_path

CHANGES = "import sys; from pathlib import Path; from honeyhost.propagation.mark import SharedMark; SharedMark(Path(sys.argv[1])).change()"


@pytest.fixture
def mark(tmp_path):
    made = SharedMark(mark_path(tmp_path))
    yield made
    made.close()


def test_a_new_mark_stands_at_zero_and_its_file_is_the_owners_alone(tmp_path, mark):
    assert mark.value() == 0
    assert mark_path(tmp_path).stat().st_mode & 0o777 == 0o600
    assert mark_path(tmp_path).stat().st_size == 8


def test_a_change_by_another_process_is_seen_without_asking_anybody(tmp_path, mark):
    subprocess.run([sys.executable, "-c", CHANGES, str(mark_path(tmp_path))], check=True)
    assert mark.value() != 0


def test_no_value_comes_back(mark):
    seen = set()
    for _ in range(1000):
        mark.change()
        seen.add(mark.value())
    assert len(seen) == 1000


def test_two_marks_of_one_file_are_one_mark(tmp_path, mark):
    other = SharedMark(mark_path(tmp_path))
    mark.change()
    assert other.value() == mark.value() != 0
    other.close()


def test_opening_it_again_keeps_its_value(tmp_path, mark):
    mark.change()
    other = SharedMark(mark_path(tmp_path))
    assert other.value() == mark.value()
    other.close()


def test_a_link_in_its_place_is_refused_and_what_it_leads_to_left_alone(tmp_path):
    (tmp_path / "precious").write_text("short")
    mark_path(tmp_path).symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic link"):
        SharedMark(mark_path(tmp_path))
    assert (tmp_path / "precious").read_text() == "short"


def test_it_knows_when_its_file_is_not_the_one_that_others_open(tmp_path, mark):
    assert mark.in_place()
    mark_path(tmp_path).unlink()
    assert not mark.in_place()
    other = mark.again()
    assert (mark.in_place(), other.in_place()) == (False, True)
    other.close()
