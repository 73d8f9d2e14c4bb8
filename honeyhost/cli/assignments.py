"""
Assignments: a change of a configuration as people type it, ``smtp.port=25``, as a JSON merge patch.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from honeyhost.errors import UsageError

Schema = Mapping[str, Any]


def read_patch(assignments: Iterable[str], unset: Iterable[str], schema: Schema | None) -> dict[str, Any]:
    """
    The patch that the words spell. A value is JSON where it is some, and text where it is none, or where the schema wants text.

    Raises:
        UsageError: if a word is no assignment, or two of them speak of one place.
    """
    patch: dict[str, Any] = {}
    for word in assignments:
        key, equals, text = word.partition("=")
        if not equals or not key:
            raise UsageError(f"'{key}' is no assignment", hint="write KEY=VALUE, as from=news@acme.example")
        _put(patch, key, _value(text, _at(schema, key)))
    for key in unset:
        _put(patch, key, None)
    return patch


def read_object(text: str, what: str, *, hint: str) -> dict[str, Any]:
    """
    The JSON object that a text is; its content is never quoted, because it may hold secrets. ``hint`` says what to write.

    Raises:
        UsageError: if it is none.
    """
    try:
        value = json.loads(text)
    except ValueError as cause:
        place = f" (line {cause.lineno}, column {cause.colno})" if isinstance(cause, json.JSONDecodeError) else ""
        raise UsageError(f"{what} is not JSON{place}", hint=hint) from None
    if not isinstance(value, dict):
        raise UsageError(f"{what} is JSON, and no object", hint=hint)
    return value


def _put(patch: dict[str, Any], key: str, value: Any) -> None:
    *above, last = key.split(".")
    if not (last and all(above)):
        raise UsageError(f"'{key}' is no key", hint="write KEY or OUTER.INNER, with a name on either side of each dot")
    place = patch
    for step in above:
        inner = place.setdefault(step, {})
        if not isinstance(inner, dict):
            raise _twice(key)
        place = inner
    if last in place:
        raise _twice(key)
    place[last] = value


def _twice(key: str) -> UsageError:
    return UsageError(f"'{key}' is given twice", hint="say it once")


def _value(text: str, schema: Schema | None) -> Any:
    if schema is not None and _wants_text(schema):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _at(schema: Schema | None, key: str) -> Schema | None:
    """
    What the schema says of the place, as far as that is said directly.
    """
    found: Any = schema
    for step in key.split("."):
        properties = found.get("properties") if isinstance(found, Mapping) else None
        found = properties.get(step) if isinstance(properties, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _wants_text(schema: Schema) -> bool:
    branches = schema.get("anyOf") or schema.get("oneOf") or [schema]
    kinds = [branch.get("type") for branch in branches if isinstance(branch, Mapping)]
    return set(kinds) - {"null"} == {"string"}
