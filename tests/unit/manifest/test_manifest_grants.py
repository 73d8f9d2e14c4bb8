import pytest

from honeyhost.errors import UsageError
from honeyhost.manifest.grants import asked_by, request_digest, unanswered, uncovered
from honeyhost.manifest.model import PluginManifest
from honeyhost.services.grants import Grant, parse_grant, read_grants


def manifest(*wanted):
    return PluginManifest.model_validate({"name": "healthcare", "version": "1", "host_permissions": list(wanted)})


def pieces(*texts):
    return tuple(piece for text in texts for piece in parse_grant(text))


def test_a_request_is_taken_apart_into_one_piece_for_each_access_and_scope():
    asked = asked_by(
        manifest(
            {"type": "db", "access": "readwrite", "scope": ["patient_*", "visit"]},
            {"type": "db", "access": "read", "database": "warehouse"},
            {"type": "http", "scope": ["fhir.acme.example:8443"]},
            {"type": "config"},
            {"type": "config"},
        )
    )
    assert list(map(str, asked)) == [
        "db:read:patient_*",
        "db:read:visit",
        "db:write:patient_*",
        "db:write:visit",
        "db:read:warehouse/*",
        "http:fhir.acme.example:8443",
        "config",
    ]
    assert pieces(*map(str, asked)) == asked


def test_readwrite_is_two_grants():
    assert parse_grant("cache:readwrite:session:*") == (
        Grant(type="cache", access="read", scope="session:*"),
        Grant(type="cache", access="write", scope="session:*"),
    )


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("dbb:read", "'dbb:read' is no grant: there is no type 'dbb'", "did you mean db?"),
        (
            "zzzzzz",
            "'zzzzzz' is no grant: there is no type 'zzzzzz'",
            "write type[:access][:scope], as db:write:patient_* or http:api.example.com",
        ),
        ("db", "'db' is no grant: 'db' needs read, write or readwrite", "write db:read or db:read:SCOPE"),
        (
            "cache:all:x",
            "'cache:all:x' is no grant: 'cache' needs read, write or readwrite",
            "write cache:read or cache:read:SCOPE",
        ),
    ],
)
def test_what_is_no_grant_is_refused_with_what_would_be_one(text, message, hint):
    with pytest.raises(UsageError) as refused:
        parse_grant(text)
    assert (refused.value.message, refused.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("granted", "asked", "covered"),
    [
        ("db:write:patient_*", "db:write:patient_*", True),
        ("db:write:patient_*", "db:write:patient_visits", True),
        ("db:write:patient_*", "db:write:patient_v*", True),
        ("db:write:patient_v*", "db:write:patient_*", False),
        ("db:write", "db:write:anything", True),
        ("db:write:*", "db:write", True),
        ("db:write:a", "db:write", False),
        ("db:read:a", "db:write:a", False),
        ("db:write:a?", "db:write:a*", False),
        ("db:write:a?", "db:write:ab", False),
        ("db:write:a?", "db:write:a?", True),
        ("db:read:*", "db:read:warehouse/a", False),
        ("db:read:warehouse/*", "db:read:warehouse/a", True),
        ("http:*.acme.example", "http:fhir.acme.example", True),
        ("http:*.acme.example", "http:acme.example.evil", False),
        ("http:a.example", "http:axexample", False),
        ("config:mail", "config:mail.sender", True),
        ("config:mail", "config:mailbox", False),
        ("plugin_call:billing", "plugin_call:billing.invoice", True),
        ("plugin_call:billing.invoice", "plugin_call:billing", False),
        ("http:a.example", "http:a.example.b", False),
        ("config", "email:a.example", False),
    ],
)
def test_a_grant_covers_what_lies_within_it_and_nothing_else(granted, asked, covered):
    (one,), (other,) = parse_grant(granted), parse_grant(asked)
    assert one.covers(other) is covered


def test_what_is_asked_for_is_uncovered_unanswered_or_neither():
    asked = pieces("db:write:patient_*", "db:read:visit", "config")
    granted = pieces("db:write:patient_a", "db:read")
    assert uncovered(asked, granted) == pieces("db:write:patient_*", "config")
    assert unanswered(asked, granted) == pieces("config")


def test_the_digest_is_of_the_pieces_in_any_order():
    one, other = pieces("db:read", "config"), pieces("config", "db:read")
    assert request_digest(one) == request_digest(other)
    assert request_digest(one) != request_digest(pieces("config"))
    assert request_digest(()).startswith("sha256:")


def test_stored_texts_that_nobody_understands_grant_nothing():
    assert read_grants(["teleport", "config:mail", "db"]) == pieces("config:mail")
