"""
Wording: what a JSON Schema wants at a place, in words that quote the schema and never the value.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError

from honeyhost.manager.masking import shown_key
from honeyhost.names import closest, visible

_MOST = 8
_SIMPLE: Mapping[str, Callable[[Any], str]] = {
    "minimum": lambda bound: f"has to be at least {bound}",
    "maximum": lambda bound: f"has to be at most {bound}",
    "exclusiveMinimum": lambda bound: f"has to be more than {bound}",
    "exclusiveMaximum": lambda bound: f"has to be less than {bound}",
    "multipleOf": lambda step: f"has to be a multiple of {step}",
    "minLength": lambda length: f"needs at least {length} characters",
    "maxLength": lambda length: f"may have at most {length} characters",
    "pattern": lambda pattern: f"has to match {pattern}",
    "format": lambda name: f"has to be of the format {name}",
    "minItems": lambda number: f"needs at least {number} items",
    "maxItems": lambda number: f"may have at most {number} items",
    "minProperties": lambda number: f"needs at least {number} keys",
    "maxProperties": lambda number: f"may have at most {number} keys",
    "uniqueItems": lambda _: "holds the same item twice",
    "const": lambda value: f"has to be {json.dumps(value, ensure_ascii=False)}",
    "enum": lambda values: f"has to be {_one_of(json.dumps(value, ensure_ascii=False) for value in values)}",
}


def wanted(fault: ValidationError) -> str:
    """
    The rest of a sentence that begins with the place.
    """
    keyword = str(fault.validator)
    value: Any = fault.validator_value
    if keyword == "type":
        return f"has to be {_one_of([value] if isinstance(value, str) else value)}, and is {_kind(fault.instance)}"
    if keyword in ("additionalProperties", "unevaluatedProperties"):
        return _unknown_keys(fault)
    if keyword in _SIMPLE:
        return visible(_SIMPLE[keyword](value))
    if keyword in ("anyOf", "oneOf"):
        return "fits none of the forms that it may have, or more than one"
    return f"is not what '{keyword}' of the schema wants"


def place(path: Iterable[Any]) -> str:
    """
    The place as problems name it: ``servers[2].port``.
    """
    said = ""
    for step in path:
        said += f"[{step}]" if isinstance(step, int) else f".{shown_key(step)}" if said else shown_key(step)
    return said


def _unknown_keys(fault: ValidationError) -> str:
    known = fault.schema.get("properties", {}) if isinstance(fault.schema, Mapping) else {}
    found: Any = fault.instance
    foreign = sorted(set(found) - set(known))
    named = ", ".join(f"'{shown_key(key)}'" for key in foreign[:_MOST])
    near = {meant for key in foreign[:_MOST] if (meant := closest(key, known)) is not None}
    asked = f"; did you mean {_one_of(sorted(repr(key) for key in near))}?" if near else ""
    return f"has keys that the schema does not know: {named}{asked}" if foreign else "has keys that the schema does not know"


def _one_of(values: Iterable[str]) -> str:
    *first, last = list(values) or ["nothing"]
    shown = first[: _MOST - 1]
    return f"{', '.join(shown)} or {last}" if shown else last


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "object")
