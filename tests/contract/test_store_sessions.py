"""
Sessions of browsers, wherever they live.
"""

from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import select, text

from honeyhost.errors import UsageError
from honeyhost.store.database import Database
from honeyhost.store.schema import SESSIONS
from honeyhost.store.sessions import SessionTable
from honeyhost.store.tokens import TokenTable


@pytest.fixture
def tokens(database: Database, clock) -> TokenTable:
    return TokenTable(database, now=clock)


@pytest.fixture
def token(tokens: TokenTable) -> str:
    return tokens.create("ada", permissions=["patient.read"]).record.id


@pytest.fixture
def sessions(database: Database, clock) -> SessionTable:
    return SessionTable(database, now=clock)


@pytest.fixture
def tonight(clock) -> datetime:
    return clock.now + timedelta(hours=8)


def test_the_cookie_of_a_session_proves_it_with_the_rights_of_its_token(sessions, token, tonight, clock):
    opened, cookie = sessions.open(token, tonight)

    session, record = sessions.verify(cookie)

    assert session == opened
    assert (session.token, session.created_at, session.expires_at) == (token, clock.now, tonight)
    assert (record.id, record.permissions) == (token, {"patient.read"})


def test_the_cookie_has_a_prefix_and_its_id_and_is_stored_nowhere(sessions, token, tonight, database):
    opened, cookie = sessions.open(token, tonight)

    assert cookie.startswith(f"hhs_{opened.id}_")
    with database.reading() as connection:
        stored = repr(connection.execute(select(SESSIONS)).all())
    assert opened.id in stored
    assert cookie.removeprefix(f"hhs_{opened.id}_") not in stored


@pytest.mark.parametrize(
    "spoil",
    [
        lambda cookie: cookie[:-1],
        lambda cookie: cookie + "A",
        lambda cookie: cookie.removeprefix("hhs_"),
        lambda cookie: cookie.replace("hhs_", "hht_"),
        lambda _cookie: "",
        lambda _cookie: "hhs_",
        lambda _cookie: "hhs_\ud800_x",
        lambda _cookie: "hhs_a\0b_x",
    ],
)
def test_anything_else_proves_nothing(sessions, token, tonight, spoil):
    _opened, cookie = sessions.open(token, tonight)

    assert sessions.verify(spoil(cookie)) is None


def test_the_cookie_of_one_session_does_not_prove_another(sessions, token, tonight):
    (first, cookie), (second, _) = sessions.open(token, tonight), sessions.open(token, tonight)

    assert sessions.verify(cookie.replace(first.id, second.id)) is None


def test_a_session_ends_at_its_end(sessions, token, tonight, clock):
    _opened, cookie = sessions.open(token, tonight)
    clock.now = tonight - timedelta(microseconds=1)
    assert sessions.verify(cookie) is not None

    clock.now = tonight

    assert sessions.verify(cookie) is None


def test_a_session_ends_when_it_is_closed(sessions, token, tonight):
    opened, cookie = sessions.open(token, tonight)

    assert sessions.close(opened.id) is True
    assert sessions.close(opened.id) is False
    assert sessions.verify(cookie) is None


def test_a_session_ends_with_its_token(sessions, tokens, token, tonight):
    _opened, cookie = sessions.open(token, tonight)

    tokens.revoke(token)

    assert sessions.verify(cookie) is None


def test_a_session_ends_when_its_token_expires(sessions, tokens, tonight, clock):
    short = tokens.create("short", expires_at=clock.now + timedelta(hours=1)).record.id
    _opened, cookie = sessions.open(short, tonight)

    clock.now += timedelta(hours=1)

    assert sessions.verify(cookie) is None


def test_a_session_whose_token_is_gone_proves_nothing(sessions, token, tonight, database):
    _opened, cookie = sessions.open(token, tonight)
    with database.transaction() as connection:
        connection.execute(text("DELETE FROM hh_tokens"))

    assert sessions.verify(cookie) is None


def test_rotating_a_token_ends_the_sessions_that_it_opened_and_no_others(sessions, tokens, token, tonight):
    other = tokens.create("grace").record.id
    (_, cookie), (_, kept) = sessions.open(token, tonight), sessions.open(other, tonight)

    tokens.rotate(token)

    assert sessions.verify(cookie) is None
    assert sessions.verify(kept)[1].id == other


def test_a_session_that_is_opened_while_its_token_is_rotated_ends_too(postgres_url, tonight):
    database, other = Database(postgres_url), Database(postgres_url)
    database.migrate()
    token = TokenTable(database).create("ada").record.id
    rotating = Thread(target=lambda: TokenTable(other).rotate(token))
    with database.transaction(decides=False) as connection:
        _opened, cookie = SessionTable(database, now=lambda: tonight - timedelta(hours=1)).open(token, tonight)
        rotating.start()
        waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        while rotating.is_alive() and not connection.execute(waits).scalar_one():
            pass
    rotating.join()

    assert SessionTable(database, now=lambda: tonight - timedelta(hours=1)).verify(cookie) is None
    other.close()
    database.close()


def test_opening_a_session_drops_those_that_have_ended(sessions, token, tonight, clock, database):
    sessions.open(token, tonight)
    clock.now = tonight

    opened, _cookie = sessions.open(token, tonight + timedelta(hours=8))

    with database.reading() as connection:
        assert connection.execute(select(SESSIONS.c.id)).scalars().all() == [opened.id]


def test_a_session_needs_a_valid_token(sessions, tokens, token, tonight):
    tokens.revoke(token)

    for unusable in (token, "nobody"):
        with pytest.raises(UsageError) as caught:
            sessions.open(unusable, tonight)
        assert caught.value.message == f"no valid token has the id '{unusable}'"
        assert caught.value.hint == "honeyhost token list shows the ids"


def test_the_end_of_a_session_needs_a_zone_and_lies_ahead(sessions, token, clock):
    for end in (clock.now, datetime(2030, 1, 1)):  # noqa: DTZ001 - the mistake
        with pytest.raises(UsageError) as caught:
            sessions.open(token, end)
        assert caught.value.message == f"a session cannot end at {end.isoformat()}: the end has no time zone or has passed"


def test_sessions_wake_nobody(sessions, token, tonight, database):
    revision = database.revision()
    opened, cookie = sessions.open(token, tonight)
    sessions.verify(cookie)
    sessions.close(opened.id)

    assert database.revision() == revision
