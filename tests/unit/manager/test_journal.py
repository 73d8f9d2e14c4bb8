"""
The boot journal: what dead processes leave behind, and when a plugin is taken out for it.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from honeyhost.errors import LoadError, PhaseTimeoutError
from honeyhost.manager.journal import BootJournal

DIES = """
import os, signal, sys
from pathlib import Path
from honeyhost.manager.journal import BootJournal

journal = BootJournal(Path(sys.argv[1]))
for strike in journal.settle():
    print(strike.slug, strike.phase, strike.count)
    journal.forget(strike.slug)
    sys.exit()
if "passes" in sys.argv:
    with journal.guard("clinic", "load"):
        pass
with journal.guard("clinic", "load"):
    if "interrupted" in sys.argv:
        raise KeyboardInterrupt
    if "forks" in sys.argv and os.fork() == 0:
        os._exit(0)
    os.kill(os.getpid(), signal.SIGKILL)
"""


class Clock:
    """
    A clock that a test sets.
    """

    def __init__(self):
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def process(tmp_path):
    def run(*words):
        done = subprocess.run([sys.executable, "-c", DIES, tmp_path, *words], capture_output=True, text=True, check=False)
        return done.stdout.strip()

    return run


@pytest.fixture
def journal(tmp_path):
    made = BootJournal(tmp_path, now=Clock())
    yield made
    made.close()


def hang(journal, slug="clinic", phase="init"):
    with pytest.raises(PhaseTimeoutError), journal.guard(slug, phase):
        raise PhaseTimeoutError("it did not finish", plugin=slug)


def test_a_process_that_dies_twice_in_a_plugin_condemns_it(process):
    assert [process(), process(), process(), process()] == ["", "", "clinic load 2", ""]


def test_a_child_that_was_forked_meanwhile_keeps_nothing_alive(process):
    assert [process("forks"), process("forks"), process()] == ["", "", "clinic load 2"]


def test_getting_through_the_phase_once_begins_the_count_anew(process):
    assert [process(), process("passes"), process(), process()] == ["", "", "", "clinic load 2"]


def test_an_interrupt_is_no_crash(process):
    assert [process("interrupted") for _ in range(4)] == [""] * 4


def test_processes_that_died_side_by_side_died_once(tmp_path):
    children = [
        subprocess.Popen(
            [sys.executable, "-c", DIES.replace("os.kill(os", "input(); os.kill(os"), tmp_path], stdin=subprocess.PIPE
        )
        for _ in range(3)
    ]
    while len(list(tmp_path.glob("*-*.json"))) < 3:
        assert all(child.poll() is None for child in children)
    while any(path.stat().st_size < 10 for path in tmp_path.glob("*-*.json")):
        assert all(child.poll() is None for child in children)
    for child in children:
        child.communicate(b"\n")
    assert BootJournal(tmp_path).settle() == ()
    assert BootJournal(tmp_path).settle() == ()


def test_a_process_that_lives_is_left_alone(journal, tmp_path):
    with journal.guard("clinic", "load"):
        code = "import sys; from pathlib import Path; from honeyhost.manager.journal import BootJournal;"
        code += "j = BootJournal(Path(sys.argv[1])); print(j.settle(), j.settle())"
        done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "() ()"
        assert journal.settle() == ()


def test_a_plugin_that_hangs_twice_is_condemned_at_once(journal):
    condemned = []
    journal.condemn = condemned.append
    hang(journal)
    assert condemned == []
    hang(journal)
    (strike,) = condemned
    assert (strike.slug, strike.phase, strike.count, strike.error) == ("clinic", "init", 2, "it did not finish")
    assert strike.to_json() == {"phase": "init", "count": 2, "error": "it did not finish", "at": strike.at.isoformat()}


def test_strikes_of_another_phase_or_plugin_do_not_add_up(journal):
    hang(journal)
    hang(journal, phase="start")
    hang(journal, slug="ledger")
    assert journal.settle() == ()


def test_a_plugin_that_only_raises_is_nobodys_death(journal):
    for _ in range(3):
        with pytest.raises(LoadError), journal.guard("clinic", "load"):
            raise LoadError("it raised", plugin="clinic")
    assert journal.settle() == ()


def test_a_forgotten_plugin_begins_anew(journal):
    hang(journal)
    hang(journal)
    assert [strike.slug for strike in journal.settle()] == ["clinic"]
    journal.forget("clinic")
    assert journal.settle() == ()
    hang(journal)
    assert journal.settle() == ()


def test_several_plugins_in_flight_are_told_apart(journal, tmp_path):
    with journal.guard("clinic", "load"), journal.guard("ledger", "init"):
        (file,) = tmp_path.glob("*-*.json")
        assert sorted(json.loads(file.read_bytes())) == ["clinic", "ledger"]
    assert file.read_bytes() == b"{}\n"


def test_closing_takes_the_file_away(journal, tmp_path):
    with journal.guard("clinic", "load"):
        pass
    journal.close()
    journal.close()
    assert list(tmp_path.glob("*-*.json")) == []


def test_damaged_files_stop_nobody(tmp_path):
    (tmp_path / "1-x.json").write_text('{"clinic": 3}\n')
    (tmp_path / "2-x.json").write_text("torn")
    (tmp_path / "strikes").write_text("[{}]")
    assert BootJournal(tmp_path).settle() == ()


def test_a_folder_that_cannot_be_written_is_said_once_and_the_code_runs(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    journal = BootJournal(tmp_path / "file" / "boot")
    ran = []
    for _ in range(2):
        with journal.guard("clinic", "load"):
            ran.append(1)
    hang(journal)
    assert journal.settle() == ()
    assert len(ran) == 2
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("plugins that crash at start cannot be found out: ")


def test_only_the_owner_reads_what_went_wrong(journal, tmp_path):
    hang(journal)

    with journal.guard("clinic", "load"):
        modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.rglob("*") if path.is_file()}
    assert "strikes" in modes
    assert set(modes.values()) == {0}


def test_a_link_in_the_place_of_the_strikes_is_not_written_through(journal, tmp_path):
    other = tmp_path / "other"
    other.write_text("of somebody else")
    (tmp_path / "strikes.new").symlink_to(other)

    hang(journal)

    assert other.read_text() == "of somebody else"
    assert (tmp_path / "strikes").is_file()


def test_a_journal_cannot_be_found_before_it_is_locked(journal, tmp_path, monkeypatch):
    found = []
    monkeypatch.setattr("honeyhost.manager.journal.fcntl.lockf", lambda *_: found.extend(journal._folder.glob("*-*.json")))

    with journal.guard("clinic", "load"):
        pass

    assert found == []


def test_a_fork_does_not_write_down_what_its_parent_is_at(journal):
    with journal.guard("clinic", "load"):
        child = os.fork()
        if child == 0:
            with journal.guard("lab", "load"):
                os._exit(7 if list(journal._inside) == ["lab"] else 0)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
