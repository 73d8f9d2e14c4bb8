"""
Inputs and outputs of capabilities, and how they are refused.
"""

import json
from datetime import UTC, datetime

import pytest
from pydantic import BaseModel

from honeyhost.errors import CallFailedError
from honeyhost.manager.schemas import BrokenSchemaError, SchemaCheck
from honeyhost.work.inputs import InputCheck
from honeyhost.work.outputs import written


class Letter(BaseModel):
    subject: str


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, None),
        (7, 7),
        ("é", "é"),
        ([1, {"a": None}], [1, {"a": None}]),
        (Letter(subject="x"), {"subject": "x"}),
        ({"at": datetime(2026, 11, 25, tzinfo=UTC)}, {"at": "2026-11-25T00:00:00+00:00"}),
    ],
)
def test_an_answer_is_written_as_json(answer, said):
    assert json.loads(written("x", answer)) == said


def circle():
    made = []
    made.append(made)
    return made


@pytest.mark.parametrize("answer", [object(), float("inf"), "\ud800", circle(), {"a": [1, object()]}], ids=lambda _: "")
def test_what_json_cannot_say_is_said_so_and_not_quoted(answer):
    with pytest.raises(CallFailedError) as caught:
        written("newsletter.send", answer)
    kind = type(answer).__name__
    assert caught.value.message == f"capability 'newsletter.send' answered a {kind} that JSON cannot say"
    assert caught.value.params == {"capability": "newsletter.send", "error": kind, "arguments": False}


def test_places_of_an_input_are_named_as_those_of_an_input():
    check = InputCheck({"properties": {"a": {"type": "integer"}}, "required": ["b"], "minProperties": 2})
    assert [(problem.code, problem.message) for problem in check.problems({"a": "secret"})] == [
        ("input-value", "the input needs at least 2 keys"),
        ("input-value", "a has to be integer, and is string"),
        ("input-missing", "b is missing"),
    ]


@pytest.mark.parametrize("schema", [{"type": 7}, {"$ref": "#/nowhere"}, {"$ref": "http://127.0.0.1:9/x"}, {"$ref": "#"}])
def test_a_schema_that_is_none_is_broken_and_fetches_nothing(schema):
    with pytest.raises(BrokenSchemaError):
        SchemaCheck(schema, code="input", whole="the input").problems({})
