"""
Changes of tokens: each is one transaction with its record in the audit, and no secret is ever in it.
"""

from datetime import timedelta

import pytest
from sqlalchemy import text

from honeyhost.errors import RefusedError, UsageError
from honeyhost.store.database import Database
from honeyhost.store.tokens import ADMINISTRATOR, TokenTable


@pytest.fixture
def tokens(database: Database, clock) -> TokenTable:
    return TokenTable(database, now=clock)


def test_a_new_token_is_written_down_with_what_it_opens_and_without_its_secret(changes, tokens, audit, clock):
    issued = changes.create_token(
        "deploy",
        scopes=["plugins.read", "plugins.manage"],
        groups=["viewers"],
        permissions=["patient.read"],
        expires_at=clock.now + timedelta(days=1),
    )

    assert tokens.verify(issued.secret).id == issued.record.id
    (record,) = audit.all()
    assert (record.actor, record.action, record.target) == ("cli:ada", "token.create", issued.record.id)
    assert record.details == {
        "name": "deploy",
        "scopes": ["plugins.manage", "plugins.read"],
        "groups": ["viewers"],
        "permissions": ["patient.read"],
        "expires_at": "2026-11-26T12:00:00+00:00",
    }


def test_the_record_of_a_token_without_an_end_says_so(changes, audit):
    changes.create_token("deploy")

    assert audit.all()[0].details["expires_at"] is None


def test_no_secret_and_no_hash_of_one_is_in_the_audit(changes, audit):
    issued = changes.create_token("deploy")
    rotated = changes.rotate_token(issued.record.id)
    changes.revoke_token(issued.record.id)

    written = repr(audit.all())
    for token in (issued, rotated):
        assert token.secret.split("_", 2)[2] not in written  # the random part, which may hold "_" itself
        assert token.record.hash not in written


@pytest.mark.parametrize("name", ["", "x" * 201, "a\u200bb"])
def test_a_name_that_cannot_be_kept_is_refused(changes, tokens, name):
    with pytest.raises(UsageError, match="a token"):
        changes.create_token(name)

    assert tokens.all() == ()


def test_a_refused_token_is_not_written_down(changes, audit):
    with pytest.raises(UsageError):
        changes.create_token("deploy", scopes=["plugins.raed"])

    assert audit.all() == ()


def test_a_rotated_token_has_a_new_secret_and_the_same_rights(changes, tokens, audit, clock):
    issued = changes.create_token("deploy", permissions=["patient.read"])
    tokens.verify(issued.secret)
    clock.now += timedelta(hours=1)

    rotated = changes.rotate_token(issued.record.id)

    assert tokens.verify(issued.secret) is None
    assert rotated.secret.startswith(f"hht_{issued.record.id}_")
    assert (rotated.record.id, rotated.record.permissions) == (issued.record.id, {"patient.read"})
    assert (rotated.record.created_at, rotated.record.last_used_at) == (clock.now, None)
    assert tokens.verify(rotated.secret).id == issued.record.id
    assert (audit.all()[0].action, audit.all()[0].details) == ("token.rotate", {"name": "deploy"})


def test_rotating_keeps_the_end_and_wakes_everybody(changes, tokens, database, clock):
    issued = changes.create_token("deploy", expires_at=clock.now + timedelta(hours=1))
    revision = database.revision()

    rotated = changes.rotate_token(issued.record.id)

    assert rotated.record.expires_at == clock.now + timedelta(hours=1)
    assert database.revision() == revision + 1


def test_the_administrators_token_can_be_rotated(changes, tokens):
    made = tokens.ensure_administrator(None)

    rotated = changes.rotate_token(ADMINISTRATOR)

    assert tokens.verify(made) is None
    assert tokens.verify(rotated.secret).permissions == {"*"}


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_a_token_that_has_ended_is_not_rotated(changes, tokens, audit, clock, end):
    issued = changes.create_token("deploy", expires_at=clock.now + timedelta(hours=1))
    if end == "revoked":
        changes.revoke_token(issued.record.id)
    clock.now += timedelta(hours=1)
    before = audit.all()

    with pytest.raises(RefusedError) as caught:
        changes.rotate_token(issued.record.id)

    assert caught.value.message == f"the token '{issued.record.id}' has ended and stays so"
    assert caught.value.hint == "honeyhost token create makes a new one"
    assert tokens.verify(issued.secret) is None
    assert audit.all() == before


def test_revoking_is_written_down_once(changes, tokens, audit, clock, database):
    issued = changes.create_token("deploy")

    assert changes.revoke_token(issued.record.id).revoked_at == clock.now
    revision = database.revision()
    assert changes.revoke_token(issued.record.id).revoked_at == clock.now

    assert tokens.verify(issued.secret) is None
    assert database.revision() == revision
    assert [record.action for record in audit.all()] == ["token.revoke", "token.create"]


@pytest.mark.parametrize("change", ["rotate_token", "revoke_token"])
def test_an_unknown_token_is_refused(changes, audit, change):
    with pytest.raises(UsageError, match=r"^no token has the id 'nobody'$"):
        getattr(changes, change)("nobody")

    assert audit.all() == ()


@pytest.mark.parametrize("change", ["create_token", "rotate_token", "revoke_token"])
def test_a_change_whose_record_cannot_be_written_is_not_made(changes, tokens, database, change):
    issued = changes.create_token("deploy")
    before = tokens.all()
    with database.transaction() as connection:
        connection.execute(text("DROP TABLE hh_audit"))

    with pytest.raises(Exception, match="no tables of honeyhost yet"):
        getattr(changes, change)(issued.record.id)

    assert tokens.all() == before
