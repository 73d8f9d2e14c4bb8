"""
Masks: secrets of a plugin, taken out of every text.
"""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

from honeyhost.names import MASK

SHORTEST = 4
"""Characters; what is shorter is no secret that could be told from other text."""


class Masks:
    """
    The secrets of one moment. Each is also known as JSON, Python and URLs spell it.
    """

    __slots__ = ("_spellings",)

    def __init__(self, secrets: frozenset[str]) -> None:
        self._spellings = frozenset(
            spelling for secret in secrets if len(secret) >= SHORTEST for spelling in _spellings(secret)
        )

    def text(self, text: str) -> str:
        """
        The text with a mask in the place of each secret.
        """
        found = [spelling for spelling in self._spellings if spelling in text]
        if not found:
            return text
        parts, end = [], 0
        for begin, after in _merged(place for spelling in found for place in _places(text, spelling)):
            parts += [text[end:begin], MASK]
            end = after
        return "".join([*parts, text[end:]])


@lru_cache(maxsize=64)
def masks_of(secrets: frozenset[str]) -> Masks:
    """
    The masks for these secrets; kept for the next record.
    """
    return Masks(secrets)


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    with_escapes = secret.encode("utf-8", "backslashreplace")
    yield quote(with_escapes, safe="")
    yield quote(with_escapes)
    yield quote_plus(with_escapes)


def _places(text: str, spelling: str) -> Iterator[tuple[int, int]]:
    """
    Where it stands, also where it overlaps itself.
    """
    begin = text.find(spelling)
    while begin >= 0:
        yield begin, begin + len(spelling)
        begin = text.find(spelling, begin + 1)


def _merged(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """
    The places in order; those that overlap or touch are one.
    """
    begin = end = -1
    for first, after in sorted(places):
        if first > end:
            if end >= 0:
                yield begin, end
            begin, end = first, after
        else:
            end = max(end, after)
    yield begin, end
