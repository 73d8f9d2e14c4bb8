"""
The shape of a document beside the model's: which of its keys no field has, and which fields say nothing.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

from honeyhost.diagnostics import Problem, warning
from honeyhost.manifest.parts import Part
from honeyhost.manifest.positions import child
from honeyhost.manifest.syntax import excerpt
from honeyhost.names import closest

_NULL_IS_A_VALUE = frozenset({"equals"})


def said(value: Mapping[str, Any], model: type[Part]) -> dict[str, Any]:
    """
    The mapping without fields that are written and say nothing (``routers:``), in depth: they have their default.
    """
    kept = {key: item for key, item in value.items() if not _empty(key, item) or key not in model.model_fields}
    for key, part in nested(model).items():
        item = kept.get(key)
        if isinstance(item, dict):
            kept[key] = said(item, part)
        elif isinstance(item, list):
            kept[key] = [said(entry, part) if isinstance(entry, dict) else entry for entry in item]
    return kept


def unknown_fields(value: Mapping[str, Any], model: type[Part], path: str = "") -> Iterator[Problem]:
    """
    A warning for each key that no field of its place has.
    """
    parts = nested(model)
    for key, item in value.items():
        if key not in model.model_fields:
            yield _unknown(key, model, path)
        elif key in parts:
            for below, entry in _mappings(item, child(path, key)):
                yield from unknown_fields(entry, parts[key], below)


@cache
def nested(model: type[Part]) -> Mapping[str, type[Part]]:
    """
    The fields of a part that hold parts, alone or in a list, with the class of those.
    """
    found = {name: _part(field.annotation) for name, field in model.model_fields.items()}
    return {name: part for name, part in found.items() if part is not None}


def _part(annotation: Any) -> type[Part] | None:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    return next((part for inner in get_args(annotation) if (part := _part(inner)) is not None), None)


def _mappings(item: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(item, dict):
        yield path, item
    elif isinstance(item, list):
        yield from ((child(path, index), entry) for index, entry in enumerate(item) if isinstance(entry, dict))


def _unknown(key: str, model: type[Part], path: str) -> Problem:
    near = closest(key, model.model_fields)
    shown = excerpt(key)
    place = f"'{path}'" if path else "plugin.yaml"
    hint = f"did you mean '{near}'?" if near else "take it out, unless a newer host or the platform itself reads it"
    message = f"'{shown}' is not a field of {place} and is ignored"
    return warning("unknown-field", message, path=child(path, key), hint=hint, field=key, near=near)


def _empty(key: str, item: Any) -> bool:
    return (item is None or (type(item) is not str and item == "")) and key not in _NULL_IS_A_VALUE
