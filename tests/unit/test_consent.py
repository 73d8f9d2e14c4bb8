import pytest

from honeyhost.consent import Answers
from honeyhost.errors import UsageError
from honeyhost.manifest.grants import request_digest
from honeyhost.manifest.model import PluginManifest
from honeyhost.store.records import PluginRecord

ASKS = [
    {"type": "db", "access": "readwrite", "scope": ["patient_*"]},
    {"type": "http", "scope": ["fhir.acme.example"], "purpose": "to fetch"},
]


def answers(asks=ASKS, record=None):
    manifest = PluginManifest.model_validate({"name": "healthcare", "version": "1", "host_permissions": asks})
    return Answers.of(manifest, record)


def recorded(made):
    return PluginRecord(slug="healthcare", grants=made.grants, grants_digest=made.digest)


def words(pieces):
    return [str(piece) for piece in pieces]


def test_at_first_everything_is_open():
    first = answers()
    assert words(first.waiting) == ["db:read:patient_*", "db:write:patient_*", "http:fhir.acme.example"]
    assert (first.grants, first.digest) == ({}, None)


def test_a_part_that_is_granted_leaves_the_rest_open():
    some = answers().granting(["db:readwrite:patient_*"], "cli:ada")
    assert words(some.waiting) == ["http:fhir.acme.example"]
    assert some.digest is None
    assert some.grants["db:read:patient_*"]["by"] == "cli:ada"


def test_the_last_grant_closes_the_request():
    whole = answers().granting(["db:read", "db:write"], "cli:ada").granting(["http:*.acme.example"], "cli:ben")
    assert (whole.waiting, whole.without) == ((), ())
    assert whole.digest == request_digest(whole.asked)


def test_a_grant_again_keeps_who_gave_it_first():
    again = answers().granting(["db:read"], "cli:ada").granting(["db:read"], "cli:ben")
    assert again.grants["db:read"]["by"] == "cli:ada"


def test_going_on_without_the_new_ones_closes_the_request():
    closed = answers().granting(["db:read"], "cli:ada").closing()
    assert closed.waiting == ()
    assert words(closed.without) == ["db:write:patient_*", "http:fhir.acme.example"]
    assert [closed.answer_to(piece) for piece in closed.asked] == ["granted", "withheld", "withheld"]


def test_a_narrower_grant_is_an_answer_and_the_plugin_goes_without_the_rest():
    narrow = answers().granting(["db:read", "db:write:patient_visits", "http"], "cli:ada")
    assert narrow.waiting == ()
    assert [narrow.answer_to(piece) for piece in narrow.asked] == ["granted", "narrowed", "granted"]


def test_an_upgrade_that_asks_for_more_waits_for_what_is_new_only():
    before = answers(ASKS[:1]).granting(["db:readwrite"], "cli:ada").closing()
    after = answers(ASKS, recorded(before))
    assert words(after.waiting) == ["http:fhir.acme.example"]
    assert words(after.closing().without) == ["http:fhir.acme.example"]


def test_an_upgrade_that_asks_for_less_keeps_the_grants_and_names_them():
    before = answers().granting(["db:readwrite:patient_*", "http"], "cli:ada")
    after = answers(ASKS[:1], recorded(before))
    assert (after.waiting, after.idle) == ((), ("http",))


def test_what_is_taken_back_stays_answered_and_what_was_open_stays_open():
    whole = answers().granting(["db:read", "db:write", "http"], "cli:ada")
    less = whole.revoking(["http"])
    assert (less.waiting, words(less.without)) == ((), ["http:fhir.acme.example"])
    some = answers().granting(["db:read"], "cli:ada").revoking(["db:read"])
    assert (words(some.waiting)[0], some.digest) == ("db:read:patient_*", None)


def test_what_was_never_granted_cannot_be_taken_back():
    with pytest.raises(UsageError, match=r"'http:a\.example' was not granted") as refused:
        answers().granting(["http"], "cli:ada").revoking(["http:a.example"])
    assert refused.value.hint == "granted: http"


def test_what_the_plugin_does_not_ask_for_cannot_be_granted():
    with pytest.raises(UsageError, match="'config' is not what the plugin asks for") as refused:
        answers().granting(["config"], "cli:ada")
    assert refused.value.hint == "it asks for db:read:patient_*, db:write:patient_*, http:fhir.acme.example"
    with pytest.raises(UsageError) as nothing:
        answers([]).granting(["config"], "cli:ada")
    assert nothing.value.hint == "it asks for nothing"
