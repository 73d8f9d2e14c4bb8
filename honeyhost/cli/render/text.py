"""
Text: lines made of styled spans, measured and wrapped by the cells that a terminal shows.

Every text that reaches a screen becomes a span, and a span is visible text: this is the one place where escapes, controls and
bidi overrides of foreign text lose their effect.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from honeyhost.names import visible

Style = Literal["", "bold", "dim", "red", "green", "yellow", "cyan"]


@dataclass(frozen=True, slots=True)
class Span:
    """
    A piece of a line in one style.
    """

    text: str
    style: Style = ""


Line = tuple[Span, ...]


def span(text: str, style: Style = "") -> Span:
    """
    Text, foreign or ours, made safe for a terminal.
    """
    return Span(visible(text), style)


def line(*parts: str | Span) -> Line:
    """
    A line of spans and of plain text.
    """
    return tuple(part if isinstance(part, Span) else span(part) for part in parts)


def joined(parts: Iterable[Line], separator: str) -> Line:
    """
    Several lines as one, the separator between those that are not empty.
    """
    found: list[Span] = []
    for part in parts:
        if part and found:
            found.append(Span(separator))
        found.extend(part)
    return tuple(found)


def indented(rest: Line, cells: int) -> Line:
    """
    The line, moved to the right.
    """
    return (Span(" " * cells), *rest) if cells else rest


def cells(text: str) -> int:
    """
    How many cells of a terminal the text takes: wide characters two, combining marks none.
    """
    return len(text) if text.isascii() else sum(_cells(character) for character in text)


def line_cells(content: Line) -> int:
    """
    How many cells the line takes.
    """
    return sum(cells(part.text) for part in content)


def padded(content: Line, width: int) -> Line:
    """
    The line, filled with blanks up to a width; a longer one stays as it is.
    """
    missing = width - line_cells(content)
    return (*content, Span(" " * missing)) if missing > 0 else content


def wrapped(content: Line, width: int | None) -> list[Line]:
    """
    The line broken at blanks so that each part fits; a word that is wider than the width is never cut.
    """
    if width is None or line_cells(content) <= width:
        return [content]
    lines: list[list[Span]] = [[]]
    used = 0
    for word in _words(content):
        size = sum(cells(part.text) for part in word)
        if used and used + 1 + size > width:
            lines.append([])
            used = 0
        if used:
            lines[-1].append(Span(" "))
            used += 1
        lines[-1].extend(word)
        used += size
    return [tuple(parts) for parts in lines]


def _words(content: Line) -> Iterable[Sequence[Span]]:
    """
    The words of a line; a word may change its style in the middle (``code`` and its colon).
    """
    word: list[Span] = []
    for part in content:
        for number, piece in enumerate(part.text.split(" ")):
            if number and word:
                yield word
                word = []
            if piece:
                word.append(Span(piece, part.style))
    if word:
        yield word


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
