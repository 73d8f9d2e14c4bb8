"""
Watchers over real databases that other connections and processes change.
"""

import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager

import pytest
from schemas import statement

from honeyhost.propagation.postgres import PostgresWatcher
from honeyhost.propagation.sqlite import SqliteWatcher
from honeyhost.propagation.watcher import watcher_of

LIMIT = 10


class Heard:
    """
    Counts what a watcher calls, and waits for more of it.
    """

    def __init__(self):
        self.count = 0
        self._condition = threading.Condition()

    def __call__(self):
        with self._condition:
            self.count += 1
            self._condition.notify_all()

    def more_than(self, count):
        with self._condition:
            return self._condition.wait_for(lambda: self.count > count, LIMIT)


@contextmanager
def watching(watcher):
    heard, stop = Heard(), threading.Event()
    thread = threading.Thread(target=watcher.run, args=(heard, stop))
    thread.start()
    try:
        yield heard
    finally:
        stop.set()
        thread.join(LIMIT)
        assert not thread.is_alive()


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "a database?.db"
    change(file, "PRAGMA journal_mode = WAL", "CREATE TABLE records (slug TEXT)")
    return file


def change(file, *statements):
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_the_watcher_fits_the_database(tmp_path):
    assert isinstance(watcher_of(f"sqlite:///{tmp_path}/x.db"), SqliteWatcher)
    assert isinstance(watcher_of("postgresql+psycopg://host/name"), PostgresWatcher)
    assert watcher_of("sqlite://") is None


def test_a_change_of_the_file_by_another_process_is_heard(file):
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(\"INSERT INTO records VALUES ('x')\"); c.commit()"
    )
    with watching(SqliteWatcher(file)) as heard:
        assert heard.more_than(0)
        subprocess.run([sys.executable, "-c", program, str(file)], check=True)
        assert heard.more_than(1)


def test_every_one_of_many_changes_is_followed_by_a_call(file):
    with watching(SqliteWatcher(file)) as heard:
        assert heard.more_than(0)
        for _ in range(20):
            before = heard.count
            change(file, "INSERT INTO records VALUES ('x')")
            assert heard.more_than(before)


def test_a_reader_is_no_change(file):
    asked = threading.Event()

    class Counting(SqliteWatcher):
        def _identity(self):
            asked.set()
            return super()._identity()

    with watching(Counting(file)) as heard:
        assert heard.more_than(0)
        change(file, "SELECT * FROM records")
        asked.clear()
        assert asked.wait(LIMIT)
        assert heard.count == 1


def test_a_file_that_comes_later_is_watched_from_then_on(tmp_path):
    file = tmp_path / "later.db"
    with watching(SqliteWatcher(file)) as heard:
        assert heard.more_than(0), "whoever asks hears that there is none"
        before = heard.count
        change(file, "CREATE TABLE records (slug TEXT)")
        assert heard.more_than(before)
        before = heard.count
        change(file, "INSERT INTO records VALUES ('x')")
        assert heard.more_than(before)


def test_a_file_that_is_replaced_is_watched_in_its_new_shape(file, tmp_path):
    other = tmp_path / "other.db"
    change(other, "CREATE TABLE records (slug TEXT)")
    with watching(SqliteWatcher(file)) as heard:
        assert heard.more_than(0)
        before = heard.count
        other.replace(file)
        assert heard.more_than(before + 1), "once for the loss and once for the new one"
        before = heard.count
        change(file, "INSERT INTO records VALUES ('x')")
        assert heard.more_than(before)


def test_a_file_that_is_no_database_is_tried_again(tmp_path, file):
    good = file.read_bytes()
    bad = tmp_path / "bad.db"
    bad.write_bytes(b"not a database" * 100)
    with watching(SqliteWatcher(bad)) as heard:
        assert heard.more_than(1)
        (tmp_path / "good").write_bytes(good)
        (tmp_path / "good").replace(bad)
        before = heard.count
        assert heard.more_than(before)
        before = heard.count
        change(bad, "INSERT INTO records VALUES ('x')")
        assert heard.more_than(before)


def test_nothing_is_left_beside_a_file_that_nobody_else_uses(file):
    with watching(SqliteWatcher(file)) as heard:
        assert heard.more_than(0)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def schema_of(url):
    return url.rpartition("%3D")[2]


def notify(url, payload):
    statement(url, f"SELECT pg_notify('hh_changed', '{payload}')")


class TestPostgres:
    """
    LISTEN on a connection of its own.
    """

    def test_a_notice_for_this_schema_is_heard_and_one_for_another_is_not(self, postgres_url):
        with watching(PostgresWatcher(postgres_url)) as heard:
            assert heard.more_than(0)
            notify(postgres_url, "somebody_else")
            notify(postgres_url, schema_of(postgres_url))
            assert heard.more_than(1)
            assert heard.count == 2

    def test_a_connection_that_is_ended_is_made_again_and_everything_asked_anew(self, postgres_url):
        name = schema_of(postgres_url)
        with watching(PostgresWatcher(f"{postgres_url}&application_name={name}")) as heard:
            assert heard.more_than(0)
            ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'"  # noqa: S608 - a name of ours
            assert statement(postgres_url, ended) == [(True,)]
            assert heard.more_than(2), "once for the loss and once for the new connection"
            before = heard.count
            notify(postgres_url, name)
            assert heard.more_than(before)

    def test_a_server_that_is_not_there_is_tried_again_until_it_is_told_to_stop(self):
        with watching(PostgresWatcher("postgresql+psycopg://nobody@127.0.0.1:1/none")) as heard:
            assert heard.more_than(1)
