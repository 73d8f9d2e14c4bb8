"""
The catalogue: every code that a problem, a reason or an error can have, from the ``codes`` module of each room.
"""

from collections.abc import Iterator
from importlib import import_module

from honeyhost.diagnostics import Code
from honeyhost.errors import UsageError
from honeyhost.names import closest

ROOMS = ("services", "manifest", "discovery", "resolver", "attach", "manager", "work", "packaging", "store", "cli")


class UnknownCodeError(UsageError):
    """
    Nothing has this code.
    """

    code = "unknown-code"


def catalogue() -> dict[str, Code]:
    """
    All codes by their word, in alphabetical order.
    """
    return dict(sorted((code.code, code) for room in ROOMS for code in _codes(room)))


def look_up(word: str) -> Code:
    """
    What a code means.

    Raises:
        UnknownCodeError: with the code that was probably meant.
    """
    known = catalogue()
    if word in known:
        return known[word]
    near = closest(word, known)
    hint = f"did you mean {near}?" if near else "honeyhost explain lists every code"
    raise UnknownCodeError(f"no problem, reason or error has the code '{word}'", hint=hint, code=word)


def _codes(room: str) -> Iterator[Code]:
    yield from import_module(f"honeyhost.{room}.codes").CODES
