"""
Wording: what the model refuses, as problems in our own words with codes of our own.

Two small tables say it all: one for the kinds of refusal, one for the patterns of the types. What neither knows is still a
problem, of code ``value-invalid``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from honeyhost.diagnostics import Problem, error
from honeyhost.manifest.document import Document
from honeyhost.manifest.positions import joined
from honeyhost.manifest.syntax import excerpt
from honeyhost.manifest.types import (
    CAPABILITY_PATTERN,
    DURATION_PATTERN,
    ERROR_CODE_PATTERN,
    ITEM_PATTERN,
    STEP_PATTERN,
)
from honeyhost.names import PERMISSION_PATTERN, SLUG_PATTERN, closest

_KEY = "[key]"


@dataclass(frozen=True, slots=True)
class _Words:
    code: str
    message: str
    hint: str | None = None


_TEXT = _Words("text-expected", "expected text, found {kind}", "put quotes round it")
_MAPPING = _Words("mapping-expected", "expected 'key: value' lines, found {kind}")
_LIST = _Words("list-expected", "expected a list, found {kind}", "write '- ' before each entry")
_INTEGER = _Words("integer-expected", "expected a whole number, found {shown}")
_CONTROL = _Words("control-character", "the text has characters that cannot be seen", "take them out")

_KINDS: Mapping[str, _Words] = {
    "missing": _Words("missing-field", "the field '{field}' is missing", "add '{field}: …'"),
    "string_type": _TEXT,
    "string_unicode": _CONTROL,
    "string_too_long": _Words("text-too-long", "the text has {length} characters, and at most {max_length} are allowed"),
    "string_too_short": _Words("text-empty", "the text is empty"),
    "model_type": _MAPPING,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "too_short": _Words("list-empty", "the list is empty, and at least one entry is wanted"),
    "bool_type": _Words("truth-expected", "expected true or false, found {shown}", "write true or false"),
    "int_type": _INTEGER,
    "integer-expected": _INTEGER,
    "greater_than_equal": _Words("number-out-of-range", "{shown} is too small; the least is {ge}"),
    "less_than_equal": _Words("number-out-of-range", "{shown} is too large; the most is {le}"),
    "literal_error": _Words("choice-invalid", "{shown} is none of {expected}"),
    "label-invalid": _Words(
        "label-invalid", "expected text, or texts by language, found {kind}", "write 'Name', or {{en: Name}}"
    ),
    "label-text-invalid": _Words("label-invalid", "the text for '{language}' is {kind}", "write one text for each language"),
    "language-invalid": _Words("language-invalid", "'{tag}' is not a language tag", "write a tag such as en, ar or pt-BR"),
    "version-invalid": _Words(
        "version-invalid", "{shown} is not a version (PEP 440)", "write a version such as 1.2.0 or 1.2.0rc1"
    ),
    "specifier-invalid": _Words("specifier-invalid", "{shown} is not a version specifier (PEP 440)", "write '>=1.2,<2'"),
    "reference-invalid": _Words(
        "reference-invalid", "{shown} is not a reference", "write 'package.module:attribute' or '.module:attribute'"
    ),
    "path-escapes": _Words(
        "path-escapes",
        "{shown} does not stay inside the plugin",
        "write a path relative to plugin.yaml, with '/' and without '..'",
    ),
    "control-character": _CONTROL,
}
_PATTERNS: Mapping[str, _Words] = {
    SLUG_PATTERN: _Words(
        "slug-invalid",
        "{shown} is not a slug",
        "write lower-case letters a-z, digits and single hyphens, a letter first: my-plugin",
    ),
    PERMISSION_PATTERN: _Words(
        "permission-invalid", "{shown} is not a permission", "write 'resource.action' in lower case: patient.read"
    ),
    ITEM_PATTERN: _Words("id-invalid", "{shown} is not an id", "write letters, digits and _ . / : - without spaces"),
    STEP_PATTERN: _Words("id-invalid", "{shown} is not the id of a step", "write letters, digits, _ and -, a letter first"),
    CAPABILITY_PATTERN: _Words(
        "capability-invalid", "{shown} is not the name of a capability", "write lower-case words with dots: newsletter.send"
    ),
    ERROR_CODE_PATTERN: _Words(
        "error-code-invalid", "{shown} is not an error code", "write lower-case letters, digits, _ and -: export_failed"
    ),
    DURATION_PATTERN: _Words("duration-invalid", "{shown} is not a duration", "write 30s, 5m or 1h30m"),
}
_OTHER = _Words("value-invalid", "this value cannot be used")


def worded(cause: ValidationError, document: Document) -> Iterator[Problem]:
    """
    Each refusal as a located problem.
    """
    for refusal in cause.errors(include_url=False):
        yield _problem(refusal["type"], refusal["loc"], refusal["input"], refusal.get("ctx", {}), document)


def top_fields(cause: ValidationError) -> frozenset[str]:
    """
    The fields of the manifest that were refused, whole or in part.
    """
    return frozenset(
        str(refusal["loc"][0]) for refusal in cause.errors(include_url=False, include_input=False) if refusal["loc"]
    )


def _problem(kind: str, location: Sequence[str | int], found: Any, context: Mapping[str, Any], document: Document) -> Problem:
    words = _PATTERNS.get(context.get("pattern", ""), _OTHER) if kind == "string_pattern_mismatch" else _KINDS.get(kind, _OTHER)
    params = _params(location, found, context)
    path = joined(_existing(location, document.value))
    of_key = location[-1:] == (_KEY,)
    line, column = (document.positions.of_key(path) if of_key else document.positions.of(path)) or (None, None)
    hint = _hint(words, found, context)
    return error(
        words.code,
        words.message.format(**params),
        path=path or None,
        file=document.positions.file,
        line=line,
        column=column,
        hint=hint.format(**params) if hint else None,
        **{name: value for name, value in params.items() if f"{{{name}}}" in words.message},
    )


def _params(location: Sequence[str | int], found: Any, context: Mapping[str, Any]) -> dict[str, Any]:
    found = context.get("found", found)
    return {
        **{name: value for name, value in context.items() if name not in ("pattern", "error", "found")},
        "expected": ", ".join(_choices(context)),
        "field": location[-1] if location else "",
        "kind": _kind(found),
        "length": len(found) if isinstance(found, str) else 0,
        "shown": f"'{excerpt(found)}'" if isinstance(found, str) else _kind(found),
    }


def _hint(words: _Words, found: Any, context: Mapping[str, Any]) -> str | None:
    if not isinstance(found, str):
        return None if words is _TEXT and isinstance(found, dict | list) else words.hint
    if words.code == "choice-invalid":
        near = _near(found, _choices(context))
        return f"did you mean '{near}'?" if near else None
    if words.code == "specifier-invalid" and found.startswith(("^", "~")):
        return "write '>=1.2,<2' for the npm range '^1.2'"
    return words.hint


def _near(word: str, choices: Sequence[str]) -> str | None:
    by_lower = {choice.lower(): choice for choice in choices}
    return by_lower.get(closest(word.lower(), by_lower) or "")


def _choices(context: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(re.findall(r"'([^']*)'", str(context.get("expected", ""))))


def _existing(location: Sequence[str | int], value: Any) -> Iterator[str | int]:
    """
    The steps of a location that the document has, and one that is missing in it; a shorthand has none below it.
    """
    for step in location:
        if step == _KEY or not isinstance(value, dict | list):
            return
        yield step
        value = value.get(str(step)) if isinstance(value, dict) else value[int(step)]


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return f"'{excerpt(value)}'" if value else "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else "nothing"
