"""
Records of a log as lines: moment, level, plugin, message, fields; longer texts of several lines below.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from honeyhost.cli.render.text import Line, Style, line, span

_STYLES: Mapping[str, Style] = {"error": "red", "warning": "yellow", "debug": "dim"}
_WIDEST = len("warning")
_INDENT = "    "


def record_lines(record: Mapping[str, Any], *, terminal: bool) -> list[Line]:
    """
    The lines of one record, as the host answers it.

    Args:
        record: with ``at``, ``level``, ``plugin``, ``message`` and ``fields``.
        terminal: whether a person reads it: then the moment is that of the clock on the wall.
    """
    level, fields = str(record["level"]), dict(record["fields"])
    below = {name: value for name, value in fields.items() if isinstance(value, str) and "\n" in value.strip()}
    first = line(
        span(_moment(record["at"], terminal=terminal), "dim"),
        " ",
        span(level.ljust(_WIDEST), _STYLES.get(level, "")),
        " ",
        span(record["plugin"] or "host", "bold"),
        " ",
        str(record["message"]),
        *_told(fields, below),
    )
    return [first, *_texts(below)]


def _moment(at: str, *, terminal: bool) -> str:
    if not terminal:
        return at
    return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _told(fields: Mapping[str, Any], below: Mapping[str, Any]) -> Iterator[Any]:
    for name, value in fields.items():
        if name not in below:
            yield span(f" {name}=", "dim")
            yield _value(value)


def _value(value: Any) -> str:
    """
    As it is, where it could be nothing else; otherwise as JSON.
    """
    plain = isinstance(value, str) and value and not set(value) & set(' "=\n')
    return value if plain else json.dumps(value, ensure_ascii=False)


def _texts(fields: Mapping[str, str]) -> Iterator[Line]:
    for text in fields.values():
        for piece in text.rstrip().split("\n"):
            yield line(_INDENT, span(piece, "dim"))
