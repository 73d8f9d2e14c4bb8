"""
Scalars: plain text of a YAML document, and what it means where a field is free-form.
"""

import re
from math import isfinite
from typing import Any


class Plain(str):
    """
    A scalar that was written without quotes; free-form fields read it by the YAML 1.2 core rules.
    """

    __slots__ = ()


_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 400


def core_value(value: Any) -> Any:
    """
    The value with every plain scalar in it read by the YAML 1.2 core schema; quoted text stays text.
    """
    if isinstance(value, Plain):
        return _core_scalar(str(value))
    if isinstance(value, dict):
        return {str(key): core_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [core_value(item) for item in value]
    return value


def _core_scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text) and isfinite(number := float(text)):
        return number
    return text
