"""
A process that was forked from one that had opened the database, as servers do which load the application before they fork.
"""

import os

import pytest

from honeyhost.store.database import changed
from honeyhost.wiring import close_databases, open_database


@pytest.fixture
def database(shared_url):
    """
    The database of this process, opened.
    """
    database = open_database(shared_url)
    yield database
    close_databases()


def connection_of(database):
    with database.reading() as connection:
        return id(connection.connection.dbapi_connection)


def in_a_fork(work):
    """
    What ``work`` answers in a forked process, as text.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, str(work()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def test_it_uses_no_connection_of_the_process_that_it_was_forked_from(database):
    ours = connection_of(database)

    assert in_a_fork(lambda: connection_of(database)) not in ("", str(ours))
    assert connection_of(database) == ours


def test_what_it_writes_is_read_by_the_process_that_it_was_forked_from(database):
    before = database.revision()

    assert in_a_fork(lambda: write(database)) == str(before + 1)
    assert database.revision() == before + 1


def write(database):
    with database.transaction() as connection:
        return changed(connection)
