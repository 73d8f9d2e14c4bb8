import pytest

from honeyhost.cli.assignments import read_object, read_patch
from honeyhost.errors import UsageError

SCHEMA = {
    "properties": {
        "zip": {"type": "string"},
        "name": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "size": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        "smtp": {"properties": {"port": {"type": "integer"}, "user": {"type": "string"}}},
        "odd": True,
    }
}


def test_values_are_json_where_they_are_some_and_text_elsewhere():
    words = ["from=news@acme.example", "on=true", "ports=[1, 2]", "smtp.port=25", "smtp.user=a=b", "empty="]
    assert read_patch(words, ["old.key"], None) == {
        "from": "news@acme.example",
        "on": True,
        "ports": [1, 2],
        "smtp": {"port": 25, "user": "a=b"},
        "empty": "",
        "old": {"key": None},
    }


def test_where_the_schema_wants_text_nothing_is_taken_for_a_number():
    words = ["zip=01234", "name=5", "size=5", "smtp.port=25", "smtp.user=7", "odd=1", "odd2.inner=1"]
    assert read_patch(words, [], SCHEMA) == {
        "zip": "01234",
        "name": "5",
        "size": 5,
        "smtp": {"port": 25, "user": "7"},
        "odd": 1,
        "odd2": {"inner": 1},
    }


@pytest.mark.parametrize("words", [["a=1", "a=2"], ["a=1", "a.b=2"], ["a.b=1", "a=2"]])
def test_a_place_that_is_spoken_of_twice_is_refused(words):
    with pytest.raises(UsageError, match="is given twice"):
        read_patch(words, [], None)


def test_a_word_that_is_no_assignment_is_refused():
    with pytest.raises(UsageError, match="'on' is no assignment"):
        read_patch(["on"], [], None)
    with pytest.raises(UsageError, match="'' is no assignment"):
        read_patch(["=1"], [], None)


def test_an_object_is_read_and_what_is_none_is_not_quoted():
    assert read_object('{"a": 1}', "the value", hint="write an object") == {"a": 1}
    with pytest.raises(UsageError) as refused:
        read_object('{"password": hunter2}', "the value of --json", hint="write an object")
    assert refused.value.message == "the value of --json is not JSON (line 1, column 14)"
    assert refused.value.hint == "write an object"
    with pytest.raises(UsageError, match="the value is JSON, and no object"):
        read_object("[1]", "the value", hint="write an object")


@pytest.mark.parametrize("key", ["a..b", ".a", "a."])
def test_a_key_without_a_name_between_its_dots_is_wrong_use(key):
    with pytest.raises(UsageError, match="is no key"):
        read_patch([f"{key}=1"], [], None)
    with pytest.raises(UsageError, match="is no key"):
        read_patch([], [key], None)
