"""
Refusals: what was wrong with the settings, all of it at once, without a secret in the text.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from honeyhost.diagnostics import Problem, error
from honeyhost.errors import SettingsError
from honeyhost.names import closest
from honeyhost.settings.assignments import CODE, PREFIX, Assignment, Given, variable

SECRET = frozenset({"admin_token", "database_url", "cache_url", "databases", "database_roles", "mail_url", "platform_config"})
"""Settings whose values may hold a secret: they are never shown in a message."""

SHOWN_BY = "honeyhost config shows every setting"
_LONGEST_SHOWN = 80
_WORDS = {
    "bool_parsing": "true or false is needed",
    "bool_type": "true or false is needed",
    "byte_size": "a number of bytes is needed, or text such as 10MiB",
    "byte_size_unit": "a number of bytes is needed, or text such as 10MiB",
    "float_parsing": "a number is needed",
    "float_type": "a number is needed",
    "string_type": "text is needed",
}
"""What the library says in its own terms."""
_NOT_THE_CAUSE = "default_factory_not_called"  # a default could not be made, because a setting above it was refused


def refusal(given: Given, cause: ValidationError | None, known: Iterable[str]) -> SettingsError | None:
    """
    The error with every problem, or None where there is none.

    Args:
        given: What was given, with what could not be read of it.
        cause: What the model said about the values.
        known: The names of all settings.
    """
    names = tuple(known)
    problems = [*given.problems, *_unknown(given, names)]
    if cause is not None:
        problems += _refused(given, cause, names)
    if not problems:
        return None
    if len(problems) == 1:
        return SettingsError(problems[0].message, hint=problems[0].hint)
    return SettingsError(f"{len(problems)} settings cannot be used", problems, hint=SHOWN_BY)


def _unknown(given: Given, names: tuple[str, ...]) -> Iterator[Problem]:
    for one in given.assignments:
        if one.name in names:
            continue
        meant = closest(one.name, names)
        in_environment = one.place.startswith(PREFIX)
        spelt = one.place if in_environment else f"{one.name} ({given.place(one)})"
        hint = f"did you mean {variable(meant) if in_environment else meant}?" if meant else SHOWN_BY
        yield error(CODE, f"there is no setting {spelt}", hint=hint, **_place(given, one))


def _refused(given: Given, cause: ValidationError, names: tuple[str, ...]) -> Iterator[Problem]:
    for found in cause.errors(include_url=False):
        name, path = str(found["loc"][0]), _path(found["loc"])
        if found["type"] == "missing" and len(found["loc"]) == 1:
            yield error(CODE, f"the setting {name} is needed", hint=f"set {variable(name)}", path=path)
        elif name in names and found["type"] != _NOT_THE_CAUSE:
            one = given.about(name)[-1]
            why, hint = _why(name, found)
            message = f"the setting {path} ({given.place(one)}) cannot be used: {why}"
            yield error(CODE, message, hint=hint, path=path, **_place(given, one))


def _path(location: tuple[int | str, ...]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location if part != "[key]")
    return "".join(parts).removeprefix(".")


def _why(name: str, found: Mapping[str, Any]) -> tuple[str, str | None]:
    value = found["input"]
    said = _WORDS.get(found["type"]) or found["msg"][:1].lower() + found["msg"][1:]
    if name in SECRET or not isinstance(value, (str, int, float)) or len(str(value)) > _LONGEST_SHOWN:
        return said, None
    if found["type"] == "literal_error":
        choices = [part.strip("'") for part in found["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        meant = closest(str(value), choices)
        return f"'{value}' is none of {', '.join(choices)}", f"did you mean '{meant}'?" if meant else None
    return f"'{value}': {said}", None


def _place(given: Given, one: Assignment) -> dict[str, Any]:
    line = given.line(one)
    return {} if line is None else {"file": one.place, "line": line}
