"""
Problems: what is wrong with a thing, where, and what to do about it.

A problem is a value. Validators return them, stages collect them, and one renderer for the terminal and one for HTTP word
them. Nothing here raises.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """
    One finding about a manifest, a distribution or a folder.

    ``code`` is a stable kebab-case word (``honeyhost explain CODE`` tells more), ``params`` the facts that the message was
    made from, so that it can be translated. ``path`` names the place inside the document (``nav[2].icon``); ``line`` and
    ``column`` count from one.
    """

    severity: Severity
    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    path: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None

    @property
    def place(self) -> str:
        """
        ``file:line:column``, as far as it is known.
        """
        numbers = (str(number) for number in (self.line, self.column) if number is not None)
        return "" if self.file is None else ":".join([self.file, *numbers])

    def at(self, *, file: str | None = None, line: int | None = None, column: int | None = None) -> "Problem":
        """
        The same problem with a place, where it has none yet.
        """
        return replace(
            self,
            file=self.file if self.file is not None else file,
            line=self.line if self.line is not None else line,
            column=self.column if self.column is not None else column,
        )

    def to_json(self) -> dict[str, Any]:
        """
        The shape that every ``--json`` document and every HTTP answer uses.
        """
        return {
            "severity": self.severity,
            "code": self.code,
            "params": dict(self.params),
            "message": self.message,
            "path": self.path,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "hint": self.hint,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """
    What a problem or error code means; each room lists its own in a ``codes.py``.
    """

    code: str
    meaning: str
    """One or two sentences for the person who meets it."""
    mend: str
    """What to do about it."""


def error(code: str, message: str, **facts: Any) -> Problem:
    """
    An error; ``facts`` are fields of :class:`Problem`, anything else becomes a parameter.
    """
    return _problem("error", code, message, facts)


def warning(code: str, message: str, **facts: Any) -> Problem:
    """
    A warning; ``facts`` as for :func:`error`.
    """
    return _problem("warning", code, message, facts)


def info(code: str, message: str, **facts: Any) -> Problem:
    """
    A remark; ``facts`` as for :func:`error`.
    """
    return _problem("info", code, message, facts)


def has_errors(problems: Iterable[Problem]) -> bool:
    """
    Whether any of the problems is an error.
    """
    return any(problem.severity == "error" for problem in problems)


_PLACE = frozenset({"path", "file", "line", "column", "hint"})


def _problem(severity: Severity, code: str, message: str, facts: Mapping[str, Any]) -> Problem:
    place = {key: value for key, value in facts.items() if key in _PLACE}
    params = {key: value for key, value in facts.items() if key not in _PLACE}
    return Problem(severity=severity, code=code, message=message, params=params, **place)
