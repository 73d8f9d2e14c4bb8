"""
Bounds: foreign values as JSON that is small enough to be kept. What is left out is said in its place.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from honeyhost.names import MASK, called_secret
from honeyhost.services.logs.masks import Masks

LONGEST_MESSAGE = 8192
"""Characters of a message, and of a traceback."""
LONGEST_TEXT = 4096
"""Characters of one value."""
LONGEST_NAME = 100
"""Characters of a key."""
MOST = 64
"""Members of one object or list."""
DEEPEST = 6
"""Objects and lists inside each other."""
LARGEST = 16_384
"""Characters of all fields of a record together."""
REST = "…"
"""Stands in front of what was left out."""
_WIDEST = 2**63


def shortened(text: str, limit: int) -> str:
    """
    The beginning of a text, and how much more there was.
    """
    return text if len(text) <= limit else f"{text[:limit]}{REST} ({len(text) - limit} more characters)"


def ending(text: str, limit: int) -> str:
    """
    The end of a text, and how much there was before it.
    """
    return text if len(text) <= limit else f"({len(text) - limit} more characters) {REST}{text[-limit:]}"


def spelled(value: Any) -> str:
    """
    A value as text, whatever it does when it is asked for one.
    """
    try:
        if isinstance(value, str):
            return str.__str__(value)  # the text itself, also of a member of an enumeration
        return f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else str(value)
    except Exception:  # noqa: BLE001 - foreign code
        return f"<{type(value).__name__}, which cannot be shown>"


def bounded(fields: Mapping[Any, Any], masks: Masks) -> dict[str, Any]:
    """
    The fields as JSON within the bounds, without secrets: those that are known, and those that are called like one.
    """
    kept = _Bounding(masks).value(fields, DEEPEST)
    return kept if isinstance(kept, dict) else {REST: kept}


class _Bounding:
    """
    One way through the fields of a record.
    """

    def __init__(self, masks: Masks) -> None:
        self._masks = masks
        self._left = LARGEST

    def value(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        try:
            if isinstance(value, Mapping):
                return self._mapping(value, depth) if depth else f"{REST} ({len(value)} more)"
            if isinstance(value, list | tuple | set | frozenset):
                return self._list(value, depth) if depth else f"{REST} ({len(value)} more)"
            if isinstance(value, int | float) and _is_json(value):
                return int(value) if isinstance(value, int) else float(value)
        except Exception:  # noqa: BLE001 - foreign code
            return f"<{type(value).__name__}, which cannot be shown>"
        return self._text(spelled(value))

    def _mapping(self, values: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for number, (key, value) in enumerate(values.items()):
            if self._is_full(number):
                found[REST] = f"{len(values) - number} more"
                break
            word = spelled(key)
            name = self._name(word, found)
            found[name] = MASK if _is_secret(word, value) else self.value(value, depth - 1)
        return found

    def _list(self, values: Iterable[Any], depth: int) -> list[Any]:
        items = list(values)
        found: list[Any] = []
        for number, value in enumerate(items):
            if self._is_full(number):
                found.append(f"{REST} {len(items) - number} more")
                break
            found.append(self.value(value, depth - 1))
        return found

    def _is_full(self, number: int) -> bool:
        self._left -= 1
        return number == MOST or self._left <= 0

    def _name(self, word: str, found: Mapping[str, Any]) -> str:
        """
        A key of its own, also where several look the same behind their masks.
        """
        name = shown = self._text(word, LONGEST_NAME)
        number = 1
        while name in found:
            number += 1
            name = f"{shown} ({number})"
        return name

    def _text(self, text: str, limit: int = LONGEST_TEXT) -> str:
        shown = shortened(self._masks.text(text), max(0, min(limit, self._left)))
        self._left -= len(shown)
        return shown


def _is_secret(name: str, value: Any) -> bool:
    return value is not None and value != "" and not isinstance(value, bool | int | float) and called_secret(name)


def _is_json(value: float) -> bool:
    return -_WIDEST <= value < _WIDEST if isinstance(value, int) else math.isfinite(value)
