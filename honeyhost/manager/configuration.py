"""
The configuration of a plugin: merged, held against the plugin's own JSON Schema, and shown without its secrets.

No message ever quotes a value: it may be a secret in the wrong place.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from honeyhost.diagnostics import Problem, error
from honeyhost.errors import ConfigInvalidError
from honeyhost.manager.masking import Schema, masked, unmasked
from honeyhost.manager.schemas import MOST_PROBLEMS, BrokenSchemaError, SchemaCheck, problem_at
from honeyhost.names import MASK

__all__ = ["MASK", "check", "configured", "masked", "merged", "unmasked"]

LARGEST = 64 * 1024
"""Characters of JSON that a configuration may have."""
DEEPEST = 24
"""Levels of objects and lists."""
_WHOLE = "the configuration"
_LARGEST_NUMBER = 2**63


def configured(slug: str, schema: Schema | None, current: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """
    The configuration of a plugin after a change.

    Args:
        slug: the plugin, for the message.
        schema: the plugin's own JSON Schema; None admits any object.
        current: what is stored.
        patch: what to change, as a JSON merge patch (RFC 7396): null takes a key away. Masks keep what is stored.

    Raises:
        ConfigInvalidError: the outcome is refused; ``problems`` names each place.
    """
    problems = _first(_unkeepable(patch, (), 1))
    if not problems:
        outcome = merged(current, unmasked(schema, current, patch))
        problems = check(schema, outcome)
    if problems:
        message = f"plugin '{slug}' cannot be configured so: {problems[0].message}"
        raise ConfigInvalidError(message, problems, hint="mend the places that the problems name", plugin=slug)
    return outcome


def merged(current: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """
    The configuration with a JSON merge patch (RFC 7396) laid over it.
    """
    result = dict(current)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            before = result.get(key)
            result[key] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            result[key] = value
    return result


def check(schema: Schema | None, config: Mapping[str, Any]) -> tuple[Problem, ...]:
    """
    What stands against a configuration, place by place; nothing for one that is in order.
    """
    problems = _first(_unkeepable(config, (), 1))
    if problems:
        return problems
    size = len(json.dumps(config, ensure_ascii=False))
    if size > LARGEST:
        return (error("config-too-large", f"the configuration has {size} characters, {LARGEST} are kept", limit=LARGEST),)
    return () if schema is None else _refused(schema, config)


def _first(problems: Iterator[Problem]) -> tuple[Problem, ...]:
    return tuple(islice(problems, MOST_PROBLEMS))


def _unkeepable(value: Any, path: tuple[Any, ...], depth: int) -> Iterator[Problem]:
    """
    What no store keeps, whatever a schema says.
    """
    if depth > DEEPEST:
        yield _problem("config-too-deep", path, f"lies deeper than {DEEPEST} levels", keyword="depth")
        return
    steps: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Mapping):
        yield from (_problem("config-unknown-key", path, said, keyword="key") for key in value if (said := _odd_key(key)))
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    elif said := _odd_scalar(value):
        yield _problem("config-value", path, said, keyword="value")
    for step, item in steps:
        yield from _unkeepable(item, (*path, step), depth + 1)


def _odd_scalar(value: Any) -> str | None:
    if isinstance(value, str):
        return None if _storable(value) else "holds a character that no text may have"
    if isinstance(value, float):
        return None if math.isfinite(value) else "is no number that can be kept"
    if isinstance(value, int):
        return None if -_LARGEST_NUMBER <= value < _LARGEST_NUMBER else "is a number of more than 64 bits"
    return None


def _odd_key(key: str) -> str | None:
    if not _storable(key):
        return "has a key with a character that no text may have"
    return "has a key that begins with two underscores" if key.startswith("__") else None


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _refused(schema: Schema, config: Mapping[str, Any]) -> tuple[Problem, ...]:
    try:
        return SchemaCheck(schema, code="config", whole=_WHOLE).problems(config)
    except BrokenSchemaError as broken:
        message = "the plugin's own schema of its configuration cannot be used"
        return (error("config-schema", message, kind=broken.kind, hint="mend config_schema of the plugin"),)


def _problem(code: str, path: tuple[Any, ...], said: str, *, keyword: str) -> Problem:
    return problem_at(code, path, said, whole=_WHOLE, keyword=keyword)
