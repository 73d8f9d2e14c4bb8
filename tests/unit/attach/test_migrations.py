"""
Where the steps of a script folder lead, read from files that are not run.
"""

import pytest

from honeyhost.attach.migrations import heads


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        (tmp_path / "versions").mkdir(exist_ok=True)
        for name, text in files.items():
            (tmp_path / "versions" / f"{name}.py").write_text(text)
        return tmp_path

    return write


def test_a_chain_has_one_end(folder):
    steps = {
        "b": 'revision: str = "two"\ndown_revision: str | None = "one"\n',
        "a": 'raise SystemExit\nrevision = "one"\ndown_revision = None\n',
    }
    assert heads(folder(**steps)) == ("two",)


def test_a_fork_has_two_and_what_joins_it_has_one(folder):
    fork = {name: f'revision = "{name}"\ndown_revision = None\n' for name in ("left", "right")}
    assert heads(folder(**fork)) == ("left", "right")
    assert heads(folder(join='revision = "join"\ndown_revision = ("left", "right")\n')) == ("join",)


@pytest.mark.parametrize("text", ["def broken(:\n", 'revision = name("two")\n', "", "revision = 2\n", "\0", "#" * 2_000_000])
def test_a_file_that_does_not_say_its_revision_in_plain_text_is_passed_over(folder, text):
    assert heads(folder(a='revision = "one"\n', b=text)) == ("one",)


def test_a_folder_without_steps_has_no_end(tmp_path):
    assert heads(tmp_path) == ()
