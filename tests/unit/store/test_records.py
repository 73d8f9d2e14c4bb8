"""
Records: values that say little and keep secrets.
"""

from datetime import UTC, datetime, timedelta

from honeyhost.store import IssuedToken, TokenRecord

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def test_a_token_without_an_end_is_valid_until_it_is_revoked():
    assert TokenRecord(id="a", name="a", created_at=NOON).valid_at(NOON + timedelta(days=10_000))
    assert not TokenRecord(id="a", name="a", created_at=NOON, revoked_at=NOON).valid_at(NOON)


def test_a_token_is_not_valid_from_its_end_on():
    record = TokenRecord(id="a", name="a", created_at=NOON, expires_at=NOON + timedelta(hours=1))

    assert record.valid_at(NOON)
    assert not record.valid_at(NOON + timedelta(hours=1))


def test_secrets_and_hashes_are_not_shown():
    record = TokenRecord(id="a", name="a", created_at=NOON, hash="deadbeef")

    assert "deadbeef" not in repr(record)
    assert "hht_" not in repr(IssuedToken(record=record, secret="hht_a_b"))
