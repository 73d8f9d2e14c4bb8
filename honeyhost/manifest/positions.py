"""
Positions: where in a file each value of a manifest stands, and how the places of a document are written.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from json import dumps

from honeyhost.diagnostics import Problem

_SIMPLE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN_KEY = 60
_KEY_CODES = frozenset({"unknown-field", "key-invalid", "duplicate-key"})
"""Problems that speak of a key; everything else speaks of a value."""


@dataclass(frozen=True, slots=True)
class Positions:
    """
    Line and column (from one) of each path of a document; ``file`` is how the file is named to people.

    Paths are written as problems write them: ``nav[2].icon``. The key of a mapping has its own position under
    ``<path>`` in ``keys``, its value under ``<path>`` in ``values``.
    """

    file: str | None = None
    values: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    keys: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def of(self, path: str) -> tuple[int, int] | None:
        """
        The position of a value, else of the nearest thing around it that has one.
        """
        while path:
            if path in self.values:
                return self.values[path]
            path = _parent(path)
        return self.values.get("")

    def of_key(self, path: str) -> tuple[int, int] | None:
        """
        The position of a key, else that of its value.
        """
        return self.keys.get(path) or self.of(path)

    def located(self, problem: Problem) -> Problem:
        """
        The problem with file, line and column of its path, where it has no place of its own yet.
        """
        if problem.path is None or problem.line is not None:
            return problem if problem.file is not None or self.file is None else replace(problem, file=self.file)
        found = self.of_key(problem.path) if problem.code in _KEY_CODES else self.of(problem.path)
        line, column = found or (None, None)
        return problem.at(file=self.file, line=line, column=column)

    def all_located(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """
        Every problem with its place, in the order of the file; what has no line comes first.
        """
        found = [self.located(problem) for problem in problems]
        return tuple(sorted(found, key=lambda problem: (problem.line or 0, problem.column or 0)))


def child(path: str, key: str | int) -> str:
    """
    The path of what stands under a key or an index: ``nav``, ``nav[2]``, ``nav[2].icon``, ``texts["a.b"]``.
    """
    if isinstance(key, int):
        return f"{path}[{key}]"
    written = _written(key)
    return f"{path}{written}" if not path or written[0] == "[" else f"{path}.{written}"


def joined(location: Iterable[str | int]) -> str:
    """
    The path of a sequence of keys and indices.
    """
    path = ""
    for step in location:
        path = child(path, step)
    return path


@lru_cache(maxsize=1024)
def _written(key: str) -> str:
    """
    The key where it can stand in a path as it is, else the key in brackets and quotes.
    """
    if _SIMPLE_KEY.fullmatch(key) is not None and len(key) <= _SHOWN_KEY:
        return key
    return f"[{dumps(key[:_SHOWN_KEY])}]"


def _parent(path: str) -> str:
    cut = max(path.rfind("."), path.rfind("["))
    return path[:cut] if cut > 0 else ""
