"""
Schemas: JSON Schemas of plugins, and what stands against a value, place by place.

No message ever quotes a value: it may be a secret in the wrong place.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema import FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import Draft202012Validator, validator_for
from referencing.exceptions import Unresolvable
from referencing.jsonschema import EMPTY_REGISTRY

from honeyhost.diagnostics import Problem, error
from honeyhost.manager.masking import Schema, shown_key
from honeyhost.manager.wording import place, wanted
from honeyhost.names import visible

MOST_PROBLEMS = 50
"""Problems that are told of one value."""


class BrokenSchemaError(ValueError):
    """
    A schema that nothing can be held against; ``kind`` names the fault.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class SchemaCheck:
    """
    One schema, ready for as many values as come. It fetches nothing: a schema never makes the host call out.

    Args:
        schema: as the plugin brings it.
        code: what the codes of problems begin with.
        whole: what a problem is called that lies in no place but the whole.

    Raises:
        BrokenSchemaError: if it is no JSON Schema.
    """

    def __init__(self, schema: Schema, *, code: str, whole: str) -> None:
        named = isinstance(schema.get("$schema", ""), str)
        kind = validator_for(schema, default=Draft202012Validator) if named else Draft202012Validator
        try:
            kind.check_schema(dict(schema))
        except (SchemaError, RecursionError) as broken:
            raise BrokenSchemaError(type(broken).__name__) from broken
        self._validator = kind(dict(schema), registry=EMPTY_REGISTRY, format_checker=FormatChecker())
        self._code = code
        self._whole = whole

    def problems(self, value: Any) -> tuple[Problem, ...]:
        """
        What stands against a value, by place; nothing for one that is in order.

        Raises:
            BrokenSchemaError: if the schema refers to what is not in it, or to itself without end.
        """
        try:
            found = list(self._validator.iter_errors(value))
        except (Unresolvable, RecursionError) as broken:
            raise BrokenSchemaError(type(broken).__name__) from broken
        # Each key that is missing is an error of its own, and each of those names all.
        spoken = {(problem.path or "", problem.message): problem for problem in self._spoken(found)}
        return tuple(spoken[place] for place in sorted(spoken)[:MOST_PROBLEMS])

    def _spoken(self, errors: Iterable[ValidationError]) -> Iterator[Problem]:
        for fault in errors:
            path = tuple(fault.absolute_path)
            if fault.validator == "required":
                required: Any = fault.validator_value
                present: Any = fault.instance
                for name in sorted(set(required) - set(present)):
                    yield self._problem("missing", (*path, name), "is missing", keyword="required")
            elif fault.validator in ("additionalProperties", "unevaluatedProperties"):
                yield self._problem("unknown-key", path, wanted(fault), keyword=str(fault.validator))
            elif fault.validator in ("anyOf", "oneOf") and (inner := _only_branch(fault)):
                yield from self._spoken(inner)
            else:
                yield self._problem("value", path, wanted(fault), keyword=str(fault.validator))

    def _problem(self, what: str, path: tuple[Any, ...], said: str, *, keyword: str) -> Problem:
        return problem_at(f"{self._code}-{what}", path, said, whole=self._whole, keyword=keyword)


def problem_at(code: str, path: tuple[Any, ...], said: str, *, whole: str, keyword: str) -> Problem:
    """
    A problem at a place in a value.

    Args:
        code: of the problem.
        path: keys and positions that lead to the place.
        said: the rest of the sentence that begins with the place.
        whole: what the place is called where the path is empty.
        keyword: of the schema.
    """
    shown = visible(place(path))
    pointer = "".join(f"/{_step(step)}" for step in path)
    return error(code, f"{shown or whole} {said}", path=shown or None, pointer=visible(pointer), keyword=keyword)


def _only_branch(fault: ValidationError) -> list[ValidationError]:
    """
    The errors of the one alternative that can have been meant: the others want another type, as null does in ``X | None``.
    """
    branches: dict[Any, list[ValidationError]] = {}
    for inner in fault.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    meant = [errors for errors in branches.values() if not any(_is_of_another_type(inner) for inner in errors)]
    return meant[0] if len(meant) == 1 else []


def _is_of_another_type(inner: ValidationError) -> bool:
    return inner.validator == "type" and not inner.path


def _step(step: Any) -> str:
    return shown_key(str(step)).replace("~", "~0").replace("/", "~1")
