"""
The excerpt: one line of a source with a caret under the word that a problem speaks of.
"""

import re

from honeyhost.cli.render.text import Line, Span, cells, line, span
from honeyhost.names import visible

LONGEST = 400
"""Characters of a line that are quoted where no terminal says less; a manifest may be one line of 256 KiB."""
_QUOTES = {'"': re.compile(r'"(?:[^"\\]|\\.)*"?'), "'": re.compile(r"'(?:[^']|'')*'?")}
_FLOW_WORD = re.compile(r"(?:(?!\s+#|:(?:\s|$))[^,\[\]{}])*")
_BLOCK_WORD = re.compile(r"(?:(?!\s+#|:(?:\s|$)).)*")


def excerpt(source: str, number: int, column: int | None, *, width: int | None = None) -> list[Line]:
    """
    The line of the source and the caret line below it; nothing where the source has no such line.
    """
    rows = source.splitlines()
    if not 1 <= number <= len(rows):
        return []
    row = rows[number - 1].lstrip("\ufeff") if number == 1 else rows[number - 1]
    gutter = f"{number} | "
    row, column = _window(row, column, (width - len(gutter)) if width is not None else LONGEST)
    quoted = line(span(gutter, "dim"), row)
    if column is None or column > len(row) + 1:
        return [quoted]
    before = cells(visible(row[: column - 1]))
    carets = "^" * max(1, cells(visible(word_at(row, column))))
    blank = " " * (len(gutter) - 2)
    return [quoted, (Span(f"{blank}| ", "dim"), Span(" " * before), Span(carets, "red"))]


def word_at(row: str, column: int) -> str:
    """
    The YAML scalar that begins at the column (from one): quoted to its quote, plain to its end.
    """
    start = column - 1
    first = row[start : start + 1]
    if first in _QUOTES:
        match = _QUOTES[first].match(row, start)
    else:
        before = row[:start]
        flow = before.count("[") + before.count("{") > before.count("]") + before.count("}")
        match = (_FLOW_WORD if flow else _BLOCK_WORD).match(row, start)
    return match.group().rstrip() if match else ""


def _window(row: str, column: int | None, room: int) -> tuple[str, int | None]:
    """
    The part of a long line that has the column in it, and the column in that part.
    """
    room = max(room, 20)
    if len(row) <= room:
        return row, column
    at = (column or 1) - 1
    start = max(0, min(at - room // 3, len(row) - room))
    return row[start : start + room], None if column is None else column - start
