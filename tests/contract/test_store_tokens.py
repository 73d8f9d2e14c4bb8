"""
The access tokens, wherever they live.
"""

from datetime import UTC, datetime, timedelta

import pytest

from honeyhost.errors import UsageError
from honeyhost.store.database import Database
from honeyhost.store.tokens import TokenTable

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class Clock:
    """
    A clock that stands until it is moved.
    """

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(database: Database, clock: Clock) -> TokenTable:
    return TokenTable(database, now=clock)


def test_a_new_token_opens_what_it_was_made_for(tokens):
    issued = tokens.create(
        "deploy", scopes=["plugins.read", "plugins.manage"], groups=["clinical_admin"], permissions=["patient.read"]
    )

    record = tokens.verify(issued.secret)

    assert (record.id, record.name) == (issued.record.id, "deploy")
    assert record.scopes == {"plugins.read", "plugins.manage"}
    assert (record.groups, record.permissions) == ({"clinical_admin"}, {"patient.read"})
    assert (record.created_at, record.expires_at, record.revoked_at) == (NOON, None, None)


def test_the_secret_has_a_prefix_and_its_id_and_is_stored_nowhere(tokens, database):
    issued = tokens.create("deploy")

    assert issued.secret.startswith(f"hht_{issued.record.id}_")
    assert len(issued.secret) == 64
    assert issued.secret not in repr(issued)
    assert issued.record.hash not in repr(issued)
    assert issued.secret.removeprefix(f"hht_{issued.record.id}_") not in repr(
        [(row.id, row.name, row.hash) for row in tokens.all()]
    )


def test_two_tokens_are_never_alike(tokens):
    assert tokens.create("a").secret != tokens.create("a").secret


@pytest.mark.parametrize(
    "spoil",
    [
        lambda secret: secret[:-1],
        lambda secret: secret + "A",
        lambda secret: secret.removeprefix("hht_"),
        lambda secret: secret.swapcase(),
        lambda secret: "_".join(secret.split("_")[:2]) + "_",
        lambda _secret: "",
        lambda _secret: "hht_",
        lambda _secret: "hht_administrator_",
        lambda _secret: "\ud800",
        lambda _secret: "hht_\ud800_x",
        lambda _secret: "hht_a\0b_x",
        lambda _secret: "hht_" + "a" * 100_000,
    ],
)
def test_anything_else_is_no_token(tokens, spoil):
    tokens.ensure_administrator(None)

    assert tokens.verify(spoil(tokens.create("deploy").secret)) is None


def test_the_secret_of_one_token_does_not_open_another(tokens):
    first, second = tokens.create("first"), tokens.create("second")
    mixed = f"hht_{first.record.id}_{second.secret.removeprefix(f'hht_{second.record.id}_')}"

    assert tokens.verify(mixed) is None


def test_a_token_ends_when_it_expires(tokens, clock):
    issued = tokens.create("deploy", expires_at=NOON + timedelta(hours=1))
    assert tokens.verify(issued.secret) is not None

    clock.now += timedelta(hours=1)

    assert tokens.verify(issued.secret) is None


def test_a_token_ends_when_it_is_revoked(tokens, clock):
    issued = tokens.create("deploy")

    assert tokens.revoke(issued.record.id).revoked_at == NOON
    clock.now += timedelta(hours=1)
    assert tokens.revoke(issued.record.id).revoked_at == NOON

    assert tokens.verify(issued.secret) is None


def test_an_unknown_token_cannot_be_revoked(tokens):
    issued = tokens.create("deploy")

    with pytest.raises(UsageError) as caught:
        tokens.revoke(issued.record.id[:-1])
    assert caught.value.message == f"no token has the id '{issued.record.id[:-1]}'"
    assert caught.value.hint == f"did you mean '{issued.record.id}'?"
    with pytest.raises(UsageError) as caught:
        tokens.revoke("x")
    assert caught.value.hint == "honeyhost token list shows the ids"


def test_an_unknown_scope_is_refused_with_the_near_miss(tokens):
    with pytest.raises(UsageError) as caught:
        tokens.create("deploy", scopes=["plugins.raed"])

    assert caught.value.message == "'plugins.raed' is not a scope; there are plugins.read, plugins.manage, capabilities.run, *"
    assert caught.value.hint == "did you mean 'plugins.read'?"
    assert tokens.all() == ()


def test_an_end_needs_a_zone_and_lies_ahead(tokens):
    with pytest.raises(UsageError) as caught:
        tokens.create("deploy", expires_at=datetime(2030, 1, 1))  # noqa: DTZ001 - the mistake
    assert caught.value.message == "the end 2030-01-01T00:00:00 has no time zone"
    with pytest.raises(UsageError) as caught:
        tokens.create("deploy", expires_at=NOON)
    assert caught.value.message == "the end 2026-11-25T12:00:00+00:00 has passed"


def test_the_last_use_is_noted_to_the_minute_and_wakes_nobody(tokens, clock, database):
    issued = tokens.create("deploy")
    revision = database.revision()

    tokens.verify(issued.secret)
    clock.now += timedelta(seconds=59)
    tokens.verify(issued.secret)
    assert tokens.all()[0].last_used_at == NOON
    clock.now += timedelta(seconds=1)
    tokens.verify(issued.secret)
    assert tokens.all()[0].last_used_at == NOON + timedelta(minutes=1)
    assert database.revision() == revision


def test_tokens_are_listed_by_age(tokens, clock):
    tokens.create("second")
    clock.now -= timedelta(days=1)
    tokens.create("first")

    assert [record.name for record in tokens.all()] == ["first", "second"]


def test_the_administrators_token_is_told_once_and_opens_everything(tokens):
    secret = tokens.ensure_administrator(None)

    assert secret.startswith("hht_administrator_")
    assert tokens.ensure_administrator(None) is None
    record = tokens.verify(secret)
    assert (record.id, record.scopes, record.permissions) == ("administrator", {"*"}, {"*"})


@pytest.mark.parametrize("given", ["s3cret", "hht_made-elsewhere", "hht_0123456789abcdef_made-elsewhere"])
def test_a_given_administrators_token_is_valid_as_it_is(tokens, given):
    assert tokens.ensure_administrator(given) is None
    assert tokens.ensure_administrator(given) is None

    assert tokens.verify(given).id == "administrator"
    assert tokens.verify("s3cre") is None


def test_a_given_administrators_token_replaces_the_earlier_one(tokens):
    made = tokens.ensure_administrator(None)

    tokens.ensure_administrator("s3cret")

    assert tokens.verify(made) is None
    assert tokens.verify("s3cret").id == "administrator"
    assert tokens.ensure_administrator(None) is None
    assert tokens.verify("s3cret").id == "administrator"


def test_giving_the_same_administrators_token_at_every_start_writes_nothing(tokens, database):
    tokens.ensure_administrator("s3cret")
    revision = database.revision()

    tokens.ensure_administrator("s3cret")

    assert database.revision() == revision


def test_a_revoked_administrator_comes_back_only_by_the_setting(tokens):
    made = tokens.ensure_administrator(None)
    tokens.revoke("administrator")

    assert tokens.ensure_administrator(None) is None
    assert tokens.verify(made) is None
    tokens.ensure_administrator("s3cret")
    assert tokens.verify("s3cret").id == "administrator"
    tokens.revoke("administrator")
    assert tokens.verify("s3cret") is None
    tokens.ensure_administrator("s3cret")
    assert tokens.verify("s3cret").id == "administrator"


def test_a_token_opens_also_where_its_use_cannot_be_noted(tokens, database, monkeypatch):
    issued = tokens.create("deploy")
    other = Database("sqlite:////nowhere/honeyhost.db")
    reading = database.reading
    monkeypatch.setattr(other, "reading", reading)

    assert TokenTable(other).verify(issued.secret).id == issued.record.id


_ENSURE = """
import sys
from honeyhost.store.database import Database
from honeyhost.store.tokens import TokenTable

tokens = TokenTable(Database(sys.argv[1], timeout=30))
print("ready", flush=True)
sys.stdin.readline()
print(tokens.ensure_administrator(None))
"""


@pytest.mark.slow
def test_of_several_workers_that_start_at_once_one_tells_the_administrators_token(shared_url, run_together):
    database = Database(shared_url)
    database.migrate()

    outputs = sorted(run_together(_ENSURE, shared_url, 3))

    assert outputs[:2] == ["None", "None"]
    assert TokenTable(database).verify(outputs[2]).id == "administrator"
    database.close()
