import pytest
from pydantic import BaseModel, ValidationError

from honeyhost.manifest import validate
from honeyhost.manifest.document import Document
from honeyhost.manifest.wording import top_fields, worded


class Foreign(BaseModel):
    """
    A model with refusals that the manifest does not have.
    """

    pattern: str = ""
    day: complex


@pytest.fixture
def foreign() -> ValidationError:
    """
    A refusal that no table knows.
    """
    with pytest.raises(ValidationError) as caught:
        Foreign.model_validate({"day": "never"})
    return caught.value


def test_a_refusal_that_no_table_knows_is_still_a_problem(foreign: ValidationError):
    (problem,) = worded(foreign, Document({"day": "never"}))
    assert (problem.code, problem.message, problem.path) == ("value-invalid", "this value cannot be used", "day")


def test_the_refused_fields_are_named_by_their_top(foreign: ValidationError):
    assert top_fields(foreign) == frozenset({"day"})


def test_a_long_value_is_quoted_in_part():
    _, (problem,) = validate({"name": "demo", "version": "x234567890" * 8})
    assert problem.message == f"'{'x234567890' * 5}x23456789…' is not a version (PEP 440)"

    _, (problem,) = validate({"name": "demo", "version": "x" * 60})
    assert problem.message == f"'{'x' * 60}' is not a version (PEP 440)"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "the number 3"),
        (2.5, "the number 2.5"),
        (True, "true"),
        ({"a": 1}, "a mapping"),
        ([1], "a list"),
    ],
)
def test_what_was_found_is_named(value: object, shown: str):
    _, (problem,) = validate({"name": "demo", "version": "1", "author": value})
    assert problem.message == f"expected text, found {shown}"


def test_the_facts_of_a_message_come_along():
    _, (problem,) = validate(
        {"name": "demo", "version": "1", "error_codes": [{"code": "a", "message": "b", "http_status": 99}]}
    )
    assert problem.params == {"shown": "the number 99", "ge": 400}
    _, (problem,) = validate({"name": "demo"})
    assert problem.params == {"field": "version"}


def test_the_hint_about_npm_is_for_specifiers_that_look_like_npms():
    _, problems = validate(
        {"name": "demo", "version": "^1", "requires_python": "3", "requires_host": "~2", "frontend_peers": {"react": "^19"}}
    )
    assert [(problem.path, problem.hint) for problem in problems] == [
        ("version", "write a version such as 1.2.0 or 1.2.0rc1"),
        ("requires_host", "write '>=1.2,<2' for the npm range '^1.2'"),
        ("requires_python", "write '>=1.2,<2'"),
        ("frontend_peers.react", "write '>=1.2,<2' for the npm range '^1.2'"),
    ]


def test_near_misses_ignore_case():
    _, problems = validate({"name": "demo", "version": "1", "host_permissions": [{"type": "CACHE"}, {"type": "zzz"}]})
    assert [problem.hint for problem in problems] == ["did you mean 'cache'?", None]
