"""
Glyphs: the one character in front of a row, in ASCII where the stream has no other letters.
"""

from dataclasses import dataclass
from typing import Literal

from honeyhost.cli.render.text import Span, Style

Mark = Literal["good", "off", "bad", "alert", "unknown", "note", "none"]

_STYLES: dict[Mark, Style] = {
    "good": "green",
    "off": "dim",
    "bad": "red",
    "alert": "yellow",
    "unknown": "yellow",
    "note": "dim",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Glyphs:
    """
    The characters of one stream; all empty for readers who asked for none.
    """

    good: str
    off: str
    bad: str
    alert: str
    unknown: str
    note: str
    none: str

    def mark(self, mark: Mark) -> Span:
        """
        The glyph with its colour and one blank behind it.
        """
        glyph: str = getattr(self, mark)
        return Span(f"{glyph} " if glyph else "", _STYLES.get(mark, ""))


UNICODE = Glyphs(good="✓", off="○", bad="✗", alert="!", unknown="?", note="-", none=" ")
ASCII = Glyphs(good="+", off="-", bad="x", alert="!", unknown="?", note="-", none=" ")
NO_GLYPHS = Glyphs(good="", off="", bad="", alert="", unknown="", note="", none="")


def glyphs_for(encoding: str, *, accessible: bool = False) -> Glyphs:
    """
    The glyphs that a stream of this encoding can show.
    """
    if accessible:
        return NO_GLYPHS
    try:
        (UNICODE.good + UNICODE.off + UNICODE.bad).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE
