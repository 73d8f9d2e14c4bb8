"""
Configuration: what a change makes of it, and what is refused without a word about the value.
"""

import json

import pytest

from honeyhost.errors import ConfigInvalidError
from honeyhost.manager.configuration import DEEPEST, LARGEST, check, configured, merged

SCHEMA = {
    "type": "object",
    "properties": {
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "mail": {
            "type": "object",
            "properties": {"sender": {"type": "string", "format": "email"}, "password": {"type": "string", "writeOnly": True}},
            "additionalProperties": False,
        },
        "hosts": {"type": "array", "items": {"type": "object", "required": ["name", "port"]}, "maxItems": 3},
        "level": {"enum": ["low", "high"]},
        "limit": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
    },
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({"a": "foo"}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a": 1}, {"missing": None}, {"a": 1}),
        ({"a": [1, 2]}, {"a": [None]}, {"a": [None]}),
        ({"a": {"b": 1, "c": 2}}, {"a": {}}, {"a": {"b": 1, "c": 2}}),
    ],
)
def test_a_change_is_a_json_merge_patch(before, patch, after):
    kept = json.dumps(before)
    assert merged(before, patch) == after
    assert json.dumps(before) == kept


def test_a_configuration_in_order_is_what_comes_out():
    before = {"port": 80, "mail": {"sender": "a@b.org"}}
    assert configured("clinic", SCHEMA, before, {"port": None, "mail": {"password": "x"}, "limit": 3}) == {
        "mail": {"sender": "a@b.org", "password": "x"},
        "limit": 3,
    }


def test_without_a_schema_any_object_will_do():
    assert configured("clinic", None, {}, {"any": [1, {"thing": True}]}) == {"any": [1, {"thing": True}]}


SECRET = "hunter2 Ω hunter2"


@pytest.mark.parametrize(
    ("patch", "code", "message"),
    [
        ({"port": SECRET}, "config-value", "port has to be integer, and is string"),
        ({"port": True}, "config-value", "port has to be integer, and is boolean"),
        ({"port": 0}, "config-value", "port has to be at least 1"),
        ({"port": 70000}, "config-value", "port has to be at most 65535"),
        ({"level": SECRET}, "config-value", 'level has to be "low" or "high"'),
        ({"mail": SECRET}, "config-value", "mail has to be object, and is string"),
        ({"mail": {"sender": SECRET}}, "config-value", "mail.sender has to be of the format email"),
        ({"prot": SECRET}, "config-unknown-key", "the configuration has keys that the schema does not know: 'prot'; did you mean 'port'?"),
        ({SECRET: 1}, "config-unknown-key", "the configuration has keys that the schema does not know: '<17 characters>'"),
        ({"hosts": [{"name": "a", "port": 1}, {"name": SECRET}]}, "config-missing", "hosts[1].port is missing"),
        ({"hosts": [{"name": "a", "port": 1}] * 4}, "config-value", "hosts may have at most 3 items"),
        ({"limit": 0}, "config-value", "limit has to be at least 1"),
        ({"limit": SECRET}, "config-value", "limit fits none of the forms that it may have, or more than one"),
    ],
)  # fmt: skip
def test_what_the_schema_refuses_is_named_and_never_quoted(patch, code, message):
    with pytest.raises(ConfigInvalidError) as caught:
        configured("clinic", SCHEMA, {}, patch)
    [problem] = caught.value.problems
    assert (problem.code, problem.message) == (code, message)
    assert caught.value.message == f"plugin 'clinic' cannot be configured so: {message}"
    assert SECRET not in json.dumps([problem.to_json(), caught.value.to_problem().to_json()], ensure_ascii=False)


def test_every_place_is_named_with_a_pointer():
    problems = check(SCHEMA, {"port": "x", "mail": {"sender": 1, "a/b~c": 2}, "hosts": [{}]})
    assert [(problem.params["pointer"], problem.params["keyword"]) for problem in problems] == [
        ("/hosts/0/name", "required"),
        ("/hosts/0/port", "required"),
        ("/mail", "additionalProperties"),
        ("/mail/sender", "type"),
        ("/port", "type"),
    ]


def test_no_more_problems_are_named_than_a_person_reads():
    assert len(check({"additionalProperties": {"type": "integer"}}, {f"key{n}": "x" for n in range(200)})) == 50
    assert len(check(None, {f"__key{n}": "x" for n in range(200)})) == 50


def test_a_megabyte_is_refused():
    with pytest.raises(ConfigInvalidError) as caught:
        configured("clinic", None, {}, {"text": "x" * 1024 * 1024})
    [problem] = caught.value.problems
    assert (problem.code, problem.params["limit"]) == ("config-too-large", LARGEST)
    assert len(caught.value.message) < 200


def test_many_small_changes_make_no_large_configuration():
    nearly = {"a": "x" * (LARGEST - 100)}
    assert configured("clinic", None, nearly, {"b": "y"})
    with pytest.raises(ConfigInvalidError):
        configured("clinic", None, nearly, {"b": "y" * 100})


@pytest.mark.parametrize("depth", [DEEPEST, 20_000])
def test_what_is_too_deep_is_refused(depth):
    patch = {}
    for _ in range(depth):
        patch = {"a": patch}
    with pytest.raises(ConfigInvalidError) as caught:
        configured("clinic", SCHEMA, {}, patch)
    assert caught.value.problems[0].code == "config-too-deep"


def test_what_is_just_not_too_deep_is_kept():
    patch = []
    for _ in range(DEEPEST - 1):
        patch = {"a": patch}
    assert configured("clinic", None, {}, patch) == patch


@pytest.mark.parametrize("key", ["__class__", "__init__", "__proto__", "__dict__"])
def test_keys_of_pythons_own_are_refused_at_any_depth(key):
    for patch in ({key: {"a": 1}}, {"a": [{key: 1}]}):
        with pytest.raises(ConfigInvalidError) as caught:
            configured("clinic", None, {}, patch)
        [problem] = caught.value.problems
        assert problem.message.endswith("has a key that begins with two underscores")
        assert key not in problem.message


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a\0b", "holds a character that no text may have"),
        ("\ud800", "holds a character that no text may have"),
        (float("nan"), "is no number that can be kept"),
        (float("-inf"), "is no number that can be kept"),
        (2**63, "is a number of more than 64 bits"),
        (-(2**63) - 1, "is a number of more than 64 bits"),
    ],
)
def test_what_no_store_keeps_is_refused_whatever_the_schema_says(value, said):
    [problem] = check({}, {"a": [value]})
    assert problem.message == f"a[0] {said}"


def test_a_key_that_no_store_keeps_is_refused_and_cannot_be_seen():
    [problem] = check(None, {"a": {"b\0": 1}})
    assert problem.message == "a has a key with a character that no text may have"


def test_the_largest_numbers_are_kept():
    assert check(None, {"a": [2**63 - 1, -(2**63), 1e308, True, None]}) == ()


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "#/nowhere"},
        {"$ref": "http://127.0.0.1:9/schema.json"},
        {"properties": {"a": {"pattern": "("}}},
        {"properties": {"a": {"$ref": "#/properties/a"}}},
        {"$schema": 5},
        {"allOf": None},
    ],
)
def test_a_schema_that_cannot_be_used_refuses_everything_and_fetches_nothing(schema, monkeypatch):
    fetched = []
    monkeypatch.setattr("urllib.request.urlopen", lambda url, *_, **__: fetched.append(url))
    [problem] = check(schema, {"a": SECRET})
    assert (problem.code, problem.message) == ("config-schema", "the plugin's own schema of its configuration cannot be used")
    assert fetched == []


def test_an_older_draft_is_read_as_it_says():
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "properties": {"a": {"minimum": 1, "exclusiveMinimum": True}},
    }
    assert check(schema, {"a": 2}) == ()
    assert len(check(schema, {"a": 1})) == 1


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"exclusiveMinimum": 3}, 3, "has to be more than 3"),
        ({"exclusiveMaximum": 3}, 3, "has to be less than 3"),
        ({"multipleOf": 5}, 3, "has to be a multiple of 5"),
        ({"minLength": 9}, "x", "needs at least 9 characters"),
        ({"maxLength": 1}, "xy", "may have at most 1 characters"),
        ({"pattern": "^a+$"}, "b", "has to match ^a+$"),
        ({"minItems": 2}, [1], "needs at least 2 items"),
        ({"minProperties": 2}, {}, "needs at least 2 keys"),
        ({"maxProperties": 0}, {"b": 1}, "may have at most 0 keys"),
        ({"uniqueItems": True}, [1, 1], "holds the same item twice"),
        ({"const": "x"}, "y", 'has to be "x"'),
        ({"enum": []}, "y", "has to be nothing"),
        ({"enum": list(range(20))}, "y", "has to be 0, 1, 2, 3, 4, 5, 6 or 19"),
        ({"type": ["integer", "null"]}, [], "has to be integer or null, and is array"),
        ({"type": "string"}, None, "has to be string, and is null"),
        ({"type": "string"}, 1.5, "has to be string, and is number"),
        ({"not": {}}, 1, "is not what 'not' of the schema wants"),
        ({"propertyNames": {"maxLength": 1}}, {"bb": 1}, "may have at most 1 characters"),
        ({"pattern": "a\x1b"}, "b", "has to match a\\x1b"),
    ],
)
def test_every_wish_of_a_schema_is_said_in_words(schema, value, said):
    [problem] = check({"properties": {"a": schema}}, {"a": value})
    assert problem.message == f"a {said}"


def test_of_several_forms_the_one_that_was_meant_is_spoken_of():
    form = {"properties": {"kind": {"type": "string"}}, "required": ["kind"], "type": "object"}
    [problem] = check({"properties": {"a": {"oneOf": [{"type": "null"}, form]}}}, {"a": {}})
    assert problem.message == "a.kind is missing"
