"""
Masking: which values of a configuration are secrets, and what a mask means that is sent back.
"""

import json

import pytest

from honeyhost.errors import ConfigInvalidError
from honeyhost.manager.masking import MASK, masked, shown_key, unmasked

WRITE_ONLY = {"type": "string", "writeOnly": True}


def of(schema):
    return {"properties": {"a": schema}}


@pytest.mark.parametrize(
    "key",
    [
        "password", "Password", "db_password", "smtpPassword", "passwords", "passwd", "passphrase", "secret", "client_secret",
        "clientSecret", "token", "access_token", "tokens", "credentials", "apiKey", "api_key", "api-key", "APIKEY", "access_key",
        "privateKey", "secret_key", "signing-key", "mail.password",
    ],
)  # fmt: skip
def test_a_key_that_is_called_like_a_secret_is_one(key):
    assert masked(None, {key: "x", "deep": [{key: "y"}]}) == {key: MASK, "deep": [{key: MASK}]}


@pytest.mark.parametrize("key", ["key", "public_key", "monkey", "tokenizer", "password_policy", "secretary", "keys", "name"])
def test_a_key_that_only_resembles_one_is_not(key):
    assert masked(None, {key: "x"}) == {key: "x"}


def test_the_schema_can_say_that_a_key_is_no_secret():
    assert masked({"properties": {"token": {"writeOnly": False}}}, {"token": "x"}) == {"token": "x"}


def test_a_reference_to_what_is_no_secret_is_found():
    schema = of({"$ref": "#/definitions/a~1b~0c"}) | {"definitions": {"a/b~c": {"type": "string"}}}
    assert masked(schema, {"a": "x"}) == {"a": "x"}
    assert masked(of({"$ref": "#/oneOf/1"}) | {"oneOf": [WRITE_ONLY, {}]}, {"a": "x"}) == {"a": "x"}


def test_a_figure_under_such_a_key_is_no_secret_unless_the_schema_says_so():
    assert masked(None, {"token": 5, "secret": True}) == {"token": 5, "secret": True}
    assert masked(of({"writeOnly": True}), {"a": 5}) == {"a": MASK}


@pytest.mark.parametrize(
    "schema",
    [
        of(WRITE_ONLY),
        of({"format": "password"}),
        of({"$ref": "#/$defs/secret"}) | {"$defs": {"secret": WRITE_ONLY}},
        of({"$ref": "#/definitions/a~1b"}) | {"definitions": {"a/b": WRITE_ONLY}},
        of({"allOf": [{"type": "string"}, WRITE_ONLY]}),
        of({"anyOf": [WRITE_ONLY, {"type": "null"}]}),
        of({"oneOf": [{"anyOf": [WRITE_ONLY]}]}),
        of({"if": {"const": "x"}, "then": WRITE_ONLY}),
        {"allOf": [of(WRITE_ONLY)]},
        {"if": {}, "else": of(WRITE_ONLY)},
        {"dependentSchemas": {"b": of(WRITE_ONLY)}},
        {"patternProperties": {"^a$": WRITE_ONLY}},
        {"patternProperties": {"(": WRITE_ONLY}},
        {"additionalProperties": WRITE_ONLY},
        {"unevaluatedProperties": WRITE_ONLY},
        {"$ref": "#/$defs/whole", "$defs": {"whole": of(WRITE_ONLY)}},
        of({"$ref": "https://example.org/unknown.json"}),
        of({"$ref": "#/nowhere"}),
        of({"$ref": "#anchor"}),
        of({"$dynamicRef": "#anchor"}),
    ],
)
def test_whatever_way_the_schema_says_secret_it_is_masked(schema):
    assert masked(schema, {"a": "hunter2"}) == {"a": MASK}


@pytest.mark.parametrize(
    ("schema", "shown"),
    [
        ({"items": WRITE_ONLY}, [MASK, MASK]),
        ({"prefixItems": [WRITE_ONLY]}, [MASK, "y"]),
        ({"prefixItems": [{}], "items": WRITE_ONLY}, ["x", MASK]),
        ({"items": [WRITE_ONLY]}, [MASK, "y"]),
        ({"items": [{}], "additionalItems": WRITE_ONLY}, [MASK, MASK]),
        ({"contains": WRITE_ONLY}, [MASK, MASK]),
        ({"unevaluatedItems": WRITE_ONLY}, [MASK, MASK]),
        ({"items": {"allOf": [{"$ref": "#/properties/b"}]}}, [MASK, MASK]),
        (WRITE_ONLY, MASK),
    ],
)
def test_secrets_in_lists_are_masked(schema, shown):
    assert masked({"properties": {"a": schema, "b": WRITE_ONLY}}, {"a": ["x", "y"]}) == {"a": shown}


def test_lists_in_lists_are_looked_into():
    schema = of({"items": {"items": {"properties": {"pin": WRITE_ONLY}}}})
    assert masked(schema, {"a": [[{"pin": "1", "x": 2}], []]}) == {"a": [[{"pin": MASK, "x": 2}], []]}


def test_a_secret_that_is_not_set_is_shown_as_it_is():
    assert masked(of(WRITE_ONLY), {"a": ""}) == {"a": ""}
    assert masked(of(WRITE_ONLY), {"a": None}) == {"a": None}
    assert masked(of(WRITE_ONLY), {}) == {}


def test_the_mask_says_nothing_of_the_length():
    assert {masked(None, {"token": "x" * length})["token"] for length in (1, 8, 500)} == {MASK}


def test_showing_leaves_what_is_stored_alone():
    stored = {"a": {"token": "x"}, "b": [{"token": "y"}]}
    before = json.dumps(stored)
    masked(None, stored)
    assert json.dumps(stored) == before


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": None},
        {"anyOf": {"a": 1}},
        {"properties": []},
        {"$ref": 5},
        {"$ref": "#/allOf/7", "allOf": [{}]},
        of({"prefixItems": 3}),
        of({"items": 3}),
        of({"if": True, "then": 3, "dependentSchemas": 4}),
        {"$ref": "#"},
        {"$defs": {"x": {"$ref": "#/$defs/x"}}, "$ref": "#/$defs/x"},
    ],
)
def test_a_schema_that_is_none_stops_nobody(schema):
    config = {"a": ["x"], "password": "p"}
    assert masked(schema, config)["password"] == MASK
    assert unmasked(schema, config, {"password": MASK}) == {}


def test_a_mask_that_is_sent_back_means_what_is_stored():
    stored = {"token": "t", "mail": {"password": "p", "sender": "s"}}
    assert unmasked(None, stored, {"token": MASK, "mail": {"password": MASK, "sender": "new"}}) == {"mail": {"sender": "new"}}


def test_a_new_secret_and_a_removed_one_are_taken():
    assert unmasked(None, {"token": "t"}, {"token": "new", "secret": None}) == {"token": "new", "secret": None}


def test_asterisks_where_no_secret_is_are_a_value():
    assert unmasked(None, {"name": "n"}, {"name": MASK}) == {"name": MASK}


@pytest.mark.parametrize(
    ("stored", "patch", "place"),
    [
        ({}, {"token": MASK}, "token"),
        ({"token": ""}, {"token": MASK}, "token"),
        ({"mail": "x"}, {"mail": {"password": MASK}}, "mail.password"),
        ({}, {"a": [{"token": MASK}]}, "a[0].token"),
        ({"a": [{"token": "x"}]}, {"a": [1, {"b": [{"token": MASK}]}]}, "a[1].b[0].token"),
    ],
)
def test_a_mask_for_which_nothing_is_stored_is_refused(stored, patch, place):
    with pytest.raises(ConfigInvalidError) as caught:
        unmasked(None, stored, patch)
    [problem] = caught.value.problems
    assert (problem.code, problem.path, problem.hint) == ("config-mask", place, "send the secret itself")


HOSTS = [{"name": "a", "token": "1"}, {"name": "b", "token": "2"}, {"name": "c", "deep": {"token": "3", "x": 1}}]
SHOWN = masked(None, {"hosts": HOSTS})["hosts"]


def kept(value):
    return unmasked(None, {"hosts": HOSTS}, {"hosts": value})["hosts"]


def test_a_list_that_is_sent_back_as_it_was_shown_is_what_is_stored():
    assert kept(SHOWN) == HOSTS


def test_items_keep_their_secrets_where_they_are_moved_or_taken_away():
    assert kept([SHOWN[2], SHOWN[0]]) == [HOSTS[2], HOSTS[0]]
    assert kept(SHOWN[::-1]) == HOSTS[::-1]


def test_an_item_keeps_its_secret_where_the_rest_of_it_changes_in_place():
    changed = [{**SHOWN[0], "name": "new"}, *SHOWN[1:]]
    assert kept(changed) == [{"name": "new", "token": "1"}, *HOSTS[1:]]


def test_an_item_is_added_beside_those_that_keep_their_secrets():
    assert kept([{"name": "new", "token": "9"}, *SHOWN]) == [{"name": "new", "token": "9"}, *HOSTS]


def test_items_that_cannot_be_told_apart_get_nobodys_secret():
    stored = {"a": [{"token": "1"}, {"token": "2"}]}
    for patch in ([{"token": MASK}], [{"token": MASK}] * 3):
        with pytest.raises(ConfigInvalidError):
            unmasked(None, stored, {"a": patch})
    assert unmasked(None, stored, {"a": [{"token": MASK}] * 2}) == stored


def test_a_changed_item_of_a_shorter_list_gets_nobodys_secret():
    with pytest.raises(ConfigInvalidError):
        kept([{**SHOWN[0], "name": "new"}])


def test_a_list_of_secrets_keeps_those_that_stand_in_their_place():
    schema = of({"items": WRITE_ONLY})
    stored = {"a": ["1", "2"]}
    assert unmasked(schema, stored, {"a": [MASK, "new"]}) == {"a": ["1", "new"]}
    assert unmasked(schema, stored, {"a": [MASK, MASK]}) == stored
    with pytest.raises(ConfigInvalidError):
        unmasked(schema, stored, {"a": [MASK, MASK, "new"]})


def test_lists_in_lists_keep_their_secrets():
    stored = {"a": [[{"token": "1", "x": 1}], [{"token": "2", "x": 2}]]}
    shown = masked(None, stored)
    assert unmasked(None, stored, {"a": shown["a"][::-1]}) == {"a": stored["a"][::-1]}


def test_no_secret_moves_to_a_place_where_it_is_shown():
    schema = {"properties": {"a": {"items": [{"properties": {"pin": WRITE_ONLY}}, {}]}}}
    stored = {"a": [{"pin": "1"}, {"pin": "x"}]}
    assert masked(schema, stored) == {"a": [{"pin": MASK}, {"pin": "x"}]}
    moved = unmasked(schema, stored, {"a": [{"pin": "x"}, {"pin": MASK}]})
    assert moved == {"a": [{"pin": "x"}, {"pin": MASK}]}


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("sender", "sender"),
        ("mail.sender_2-x", "mail.sender_2-x"),
        ("two words", "<9 characters>"),
        ("x" * 65, "<65 characters>"),
        ("a/b", "<3 characters>"),
        ("", "<0 characters>"),
    ],
)
def test_a_key_that_looks_like_a_value_is_only_counted(key, shown):
    assert shown_key(key) == shown
