"""
Assignments: the values that were given for settings, each with the place it was given at.

A later layer wins over an earlier one: ``honeyhost.toml``, the seed platform's two variables, ``HONEYHOST_*``, arguments.
What is given for a setting that holds a mapping adds up, key by key.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from honeyhost.diagnostics import Problem, error

PREFIX = "HONEYHOST_"
FILE = "honeyhost.toml"
ARGUMENT = "argument"
CODE = "settings-invalid"

_SEED_VARIABLES = {"INSTALL_DIR": "install_dir", "DATA_DIR": "data_dir"}
"""Set by the seed platform's service unit."""
_OF_CLIENTS = frozenset({"URL", "TOKEN"})
"""Where a running host is, and the token for it: of commands that ask one, and no settings of a platform."""
# compiled where a variable or a broken file asks for them: most starts do not
_OF_ORCHESTRATORS = r"(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)"
_LINKS = ("tcp://", "udp://", "sctp://")
_TOML_PLACE = r" \(at (?:line (\d+), column (\d+)|end of document)\)$"


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """
    One value for one setting; ``place`` is a variable's name, ``honeyhost.toml`` or ``argument``.
    """

    name: str
    value: Any
    place: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """
    Everything that was given, weakest first, and what could not be read.
    """

    assignments: tuple[Assignment, ...] = ()
    text: str = field(default="", repr=False)
    """The text of the file, for line numbers."""
    problems: tuple[Problem, ...] = ()

    @classmethod
    def read(
        cls, arguments: Mapping[str, Any], *, nested: Iterable[str], folder: Path, environment: Mapping[str, str]
    ) -> "Given":
        """
        Look at all places.

        Args:
            arguments: Values from the program itself.
            nested: Settings that hold a mapping: ``HONEYHOST_PINS__FINANCE`` gives one key of one.
            folder: Where ``honeyhost.toml`` may lie.
            environment: The process environment, or one like it.
        """
        text, document, problems = _file(folder / FILE)
        assignments = (
            *(Assignment(name=name, value=value, place=FILE) for name, value in document.items()),
            *_seed_variables(environment),
            *_variables(environment, frozenset(nested)),
            *(Assignment(name=name, value=value, place=ARGUMENT) for name, value in arguments.items()),
        )
        return cls(assignments=assignments, text=text, problems=problems)

    def values(self) -> dict[str, Any]:
        """
        The value in force of every setting that was given one.
        """
        values: dict[str, Any] = {}
        for one in self.assignments:
            values[one.name] = _added(values.get(one.name), one.value)
        return values

    def about(self, name: str) -> tuple[Assignment, ...]:
        """
        The assignments that the value in force is made of.
        """
        kept: tuple[Assignment, ...] = ()
        for one in self.assignments:
            if one.name == name:
                adds = bool(kept) and isinstance(one.value, Mapping) and isinstance(kept[-1].value, Mapping)
                kept = (*kept, one) if adds else (one,)
        return kept

    def source(self, name: str) -> str:
        """
        Where the value in force came from, in words a person can follow: ``honeyhost.toml:3``.
        """
        return ", ".join(self.place(one) for one in self.about(name)) or "default"

    def place(self, assignment: Assignment) -> str:
        """
        The place of one assignment, with the line where it has one.
        """
        line = self.line(assignment)
        return assignment.place if line is None else f"{assignment.place}:{line}"

    def line(self, assignment: Assignment) -> int | None:
        """
        The line of an assignment in the file.
        """
        return line_of(assignment.name, self.text) if assignment.place == FILE else None


def variable(name: str) -> str:
    """
    The environment variable of a setting.
    """
    return PREFIX + name.upper()


def line_of(name: str, text: str) -> int | None:
    """
    The line on which a top-level key or table of a valid TOML text begins; the first one where it has several.

    The parser gives no places, but it says of a run of lines whether they are complete: statements are told apart so.
    """
    pending: list[str] = []
    table = ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        pending.append(line)
        try:
            statement = tomllib.loads("\n".join(pending))
        except tomllib.TOMLDecodeError:
            continue
        begins_table = pending[0].lstrip().startswith("[")
        if name in statement and (begins_table or not table):
            return number - len(pending) + 1
        table = next(iter(statement)) if begins_table else table
        pending = []
    return None


def _added(before: Any, value: Any) -> Any:
    if isinstance(before, Mapping) and isinstance(value, Mapping):
        return {**before, **value}
    return value


def _seed_variables(environment: Mapping[str, str]) -> Iterator[Assignment]:
    for key, name in _SEED_VARIABLES.items():
        if environment.get(key):
            yield Assignment(name=name, value=environment[key], place=key)


def _variables(environment: Mapping[str, str], nested: frozenset[str]) -> Iterator[Assignment]:
    """
    An empty variable counts as none: that is what ``X=${UNSET}`` in a service file makes of it.
    """
    for key in sorted(environment):
        value = environment[key]
        name = key.removeprefix(PREFIX)
        if not value or name == key or name in _OF_CLIENTS or _is_link(name, value):
            continue
        setting, _, part = name.lower().partition("__")
        if part and setting in nested:
            yield Assignment(name=setting, value={_slug(part): value}, place=key)
        else:
            yield Assignment(name=name.lower(), value=_mapping(value) if setting in nested else value, place=key)


def _mapping(text: str) -> Any:
    """
    What a JSON object says, so that it can be added to; any other text is left to be refused.
    """
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict) else text


def _is_link(name: str, value: str) -> bool:
    """
    Container orchestrators describe a service named ``honeyhost`` to every neighbour by variables of this prefix.
    """
    return re.fullmatch(_OF_ORCHESTRATORS, name) is not None or (name.endswith("PORT") and value.startswith(_LINKS))


def _slug(part: str) -> str:
    """
    A slug has hyphens, and at most one underscore, in front; a variable cannot have hyphens.
    """
    return part[:1] + part[1:].replace("_", "-")


def _file(path: Path) -> tuple[str, Mapping[str, Any], tuple[Problem, ...]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return text, tomllib.loads(text), ()
    except FileNotFoundError:
        return "", {}, ()
    except tomllib.TOMLDecodeError as cause:
        return "", {}, (_broken(str(cause)),)
    except UnicodeDecodeError:
        return "", {}, (error(CODE, f"{FILE} cannot be read: it is not UTF-8", file=FILE),)
    except OSError as cause:
        return "", {}, (error(CODE, f"{FILE} cannot be read: {os.strerror(cause.errno or 0)}", file=FILE),)


def _broken(said: str) -> Problem:
    match = re.search(_TOML_PLACE, said)
    line, column = (int(match[1]), int(match[2])) if match and match[1] else (None, None)
    where = f"{FILE}:{line}:{column}" if line else FILE
    why = said[: match.start()] if match else said
    return error(CODE, f"{where} is not TOML: {why[:1].lower()}{why[1:]}", file=FILE, line=line, column=column)
