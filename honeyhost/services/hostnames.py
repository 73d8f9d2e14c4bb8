"""
Host names, in the one spelling that grants are written in: lower case, ASCII, without a dot at the end.
"""

import re
from importlib import import_module

from honeyhost.services.unmeant import UnmeantError

_LONGEST = 253
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def host_name(text: str) -> str:
    """
    The name in its one spelling; names in other scripts in their ASCII form (``xn--…``).

    Raises:
        UnmeantError: if it is no name of a host.
    """
    name = _ascii(text.lower()) if len(text) <= _LONGEST + 1 else ""
    name = name.removesuffix(".")
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        raise UnmeantError(f"{text[:_LONGEST]!r} is no name of a host", hint="write it as 'api.example.com'")
    return name


def is_numeric(name: str) -> bool:
    """
    Whether a name reads as an address in one of its many spellings (``2130706433``, ``0x7f.1``): its last part is a number.
    """
    return _NUMBER.fullmatch(name.rpartition(".")[2]) is not None


def _ascii(name: str) -> str:
    if name.isascii():
        return name
    try:
        encoded: bytes = import_module("idna").encode(name, strict=True)
    except ImportError as missing:
        raise UnmeantError(f"{name!r} is not written in ASCII", hint="write it in its ASCII form, as 'xn--…'") from missing
    except UnicodeError:
        return ""
    return encoded.decode()
