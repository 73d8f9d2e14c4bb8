"""
Documents: the body of a request, read within limits and as strict JSON.

What Python's reader lets pass is refused here: NaN and infinities, numbers too large for 64 bits, a key that stands twice,
text that no database keeps, and nesting without end.
"""

import asyncio
import json
import math
from typing import Any

from starlette.requests import ClientDisconnect, Request

from honeyhost.api.problems import ProblemError
from honeyhost.diagnostics import error

DEEPEST = 32
"""Levels of objects and lists."""
_LARGEST = 2**63
_DIGITS = 19


class _OddDocumentError(ValueError):
    """
    JSON that Python would read, and that is not taken.
    """


async def read_body(request: Request, *, limit: int, seconds: float) -> bytes:
    """
    The whole body of a request.

    Args:
        request: whose body was not read yet.
        limit: bytes.
        seconds: until all of it has to be there.

    Raises:
        ProblemError: 413 for a larger one, 408 for a slower one.
    """
    said = request.headers.get("content-length", "")
    if said.isdigit() and (len(said) > _DIGITS or int(said) > limit):
        raise _too_large(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise _too_large(limit)
    except TimeoutError:
        detail = f"the body did not arrive within {seconds:g} s"
        raise ProblemError(408, "body-too-slow", detail, headers={"Connection": "close"}) from None
    except ClientDisconnect:
        raise ProblemError(400, "body-incomplete", "the connection ended before the body did") from None
    return bytes(body)


def read_json(body: bytes) -> Any:
    """
    The document that a body spells.

    Raises:
        ProblemError: 422 where it is no JSON that can be kept; the body is not quoted.
    """
    try:
        document = json.loads(
            body.decode(), parse_constant=_no_constant, parse_int=_integer, parse_float=_float, object_pairs_hook=_object
        )
        _look_through(document, 1)
    except _OddDocumentError as odd:
        said = str(odd)
    except json.JSONDecodeError as fault:
        said = f"is no JSON: {fault.msg} at line {fault.lineno}, column {fault.colno}"
    except UnicodeDecodeError as fault:
        said = f"is not UTF-8 at byte {fault.start}"
    except RecursionError:
        said = f"is nested deeper than {DEEPEST} levels"
    else:
        return document
    raise ProblemError.invalid([error("json-invalid", f"the body {said}", part="body")])


def _too_large(limit: int) -> ProblemError:
    detail = f"the body is larger than {limit} bytes"
    return ProblemError(413, "content-too-large", detail, headers={"Connection": "close"}, limit=limit)


def _no_constant(word: str) -> Any:
    raise _OddDocumentError(f"holds {word}, which is no JSON")


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS + 1 or not -_LARGEST <= (number := int(digits)) < _LARGEST:
        raise _OddDocumentError("holds a whole number of more than 64 bits")
    return number


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _OddDocumentError("holds a number that is too large")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _OddDocumentError("holds an object with the same key twice")
    return made


def _look_through(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise _OddDocumentError(f"is nested deeper than {DEEPEST} levels")
    if isinstance(value, str):
        _demand_text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _demand_text(key)
            _look_through(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _look_through(item, depth + 1)


def _demand_text(text: str) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise _OddDocumentError("holds text with a character that cannot be kept")
