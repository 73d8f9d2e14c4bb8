from typing import Any

import pytest

from honeyhost.manifest.document import MAX_DEPTH, MAX_NODES, from_mapping


def test_a_mapping_is_copied_with_its_scalars_as_they_are():
    given: dict[str, Any] = {"a": "x", "b": [1, 2.5, True, None], "c": {"d": ("y",)}}
    document, problems = from_mapping(given, file="plugin.json")
    assert problems == ()
    assert document is not None
    assert document.value == {"a": "x", "b": [1, 2.5, True, None], "c": {"d": ["y"]}}
    assert document.value is not given
    assert document.positions.file == "plugin.json"


@pytest.mark.parametrize(
    ("value", "code", "message", "path"),
    [
        ({"a": b"x"}, "value-invalid", "expected text, a number, a list or a mapping, found bytes", "a"),
        ({"a": [{1}]}, "value-invalid", "expected text, a number, a list or a mapping, found set", "a[0]"),
        ({"a": float("inf")}, "value-invalid", "'inf' is no number that a file can hold", "a"),
        ({"a": float("nan")}, "value-invalid", "'nan' is no number that a file can hold", "a"),
        ({1: "x"}, "key-invalid", "a key is int, and text is wanted", None),
        ({"a": {"": 1}}, "key-invalid", "a key is empty", "a"),
        ({"a": {None: 1}}, "key-invalid", "a key is NoneType, and text is wanted", "a"),
        ({"a": "\ud800"}, "control-character", "half of a surrogate pair is no character", "a"),
        ({"a": "x\0"}, "control-character", "the character NUL is not allowed", "a"),
        ({"a": {"\0": 1}}, "control-character", "the character NUL is not allowed", "a"),
    ],
)
def test_what_no_file_could_hold_is_refused_with_its_path(value: Any, code: str, message: str, path: str | None):
    document, (problem,) = from_mapping(value, file="plugin.json")
    assert document is None
    assert (problem.code, problem.message, problem.path, problem.file) == (code, message, path, "plugin.json")


def test_a_mapping_that_holds_itself_is_refused():
    endless: dict[str, Any] = {}
    endless["a"] = endless
    document, (problem,) = from_mapping(endless)
    assert document is None
    assert (problem.code, problem.path) == ("document-too-deep", ".".join("a" * MAX_DEPTH))


def test_twenty_levels_are_copied_and_one_more_is_refused():
    def nested(levels: int) -> dict[str, Any]:
        lists: list[Any] = []
        for _ in range(levels - 2):
            lists = [lists]
        return {"a": lists}

    assert from_mapping(nested(MAX_DEPTH))[1] == ()
    assert [problem.code for problem in from_mapping(nested(MAX_DEPTH + 1))[1]] == ["document-too-deep"]


def test_a_mapping_with_too_many_values_is_refused():
    assert from_mapping({"a": ["x"] * (MAX_NODES - 2)})[1] == ()
    document, (problem,) = from_mapping({"a": ["x"] * (MAX_NODES - 1)})
    assert document is None
    assert (problem.code, problem.message) == ("document-too-long", "the document has more than 20,000 values")
