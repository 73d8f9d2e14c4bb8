"""
Colour: whether a stream gets any, and the sixteen colours of the user's own theme.

Colour is never the only carrier: the glyph and the word say the same.
"""

from collections.abc import Mapping
from typing import Literal

from honeyhost.cli.render.text import Line, Span

When = Literal["auto", "always", "never"]

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def wanted(when: When, environ: Mapping[str, str], *, terminal: bool) -> bool:
    """
    Whether one stream is coloured: ``--color``, then ``NO_COLOR``, then ``FORCE_COLOR`` and ``CLICOLOR_FORCE``, then a dumb
    terminal, then whether it is a terminal at all.
    """
    if when != "auto":
        return when == "always"
    if environ.get("NO_COLOR"):
        return False
    if _forced(environ.get("FORCE_COLOR")) or _forced(environ.get("CLICOLOR_FORCE")):
        return True
    return terminal and environ.get("TERM") != "dumb"


def paint(content: Line, *, colour: bool) -> str:
    """
    The line as text, with the colours where they are wanted, without blanks at its end.
    """
    plain = "".join(part.text for part in content).rstrip()
    if not colour:
        return plain
    return "".join(_painted(part) for part in _cut(content, len(plain)))


def _forced(value: str | None) -> bool:
    return value not in (None, "", "0")


def _cut(content: Line, length: int) -> list[Span]:
    parts: list[Span] = []
    for part in content:
        text = part.text[:length]
        length -= len(text)
        if text:
            parts.append(Span(text, part.style))
    return parts


def _painted(part: Span) -> str:
    code = _CODES.get(part.style)
    return part.text if code is None else f"\x1b[{code}m{part.text}\x1b[0m"
