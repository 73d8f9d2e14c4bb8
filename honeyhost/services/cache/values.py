"""
What may be kept: plain keys, JSON values, and times.
"""

import json
import math
from typing import Any

from honeyhost.services.unmeant import UnmeantError

LARGEST = 1024 * 1024
"""Bytes of a value, as JSON."""
LONGEST = 30 * 24 * 3600.0
"""Seconds that a value is kept at the most: a cache may always forget."""
_SHORTEST = 0.001
_KEY = 200


def read_key(key: str) -> str:
    """
    The key as it is. No sign in it means anything, also not a star.

    Raises:
        UnmeantError: if it is empty, too long, or not printable.
    """
    if not isinstance(key, str) or not 0 < len(key) <= _KEY or not key.isprintable():
        raise UnmeantError(f"a key is 1 to {_KEY} printable characters")
    return key


def read_value(value: Any) -> tuple[Any, int]:
    """
    The value as it comes back from JSON, equal to what was given and nobody else's to change; and its size in bytes.

    Raises:
        UnmeantError: if it is None, no JSON, too large, or would come back as another (tuples, keys that are numbers).
    """
    if value is None:
        raise UnmeantError("None is what a cache gives where it has nothing", hint="delete the key instead")
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        back = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise UnmeantError(f"the value is no JSON: {error}") from error
    if len(text) > LARGEST:
        raise UnmeantError(f"the value has {len(text)} bytes as JSON; the most is {LARGEST}")
    if back != value:
        raise UnmeantError(
            "the value would come back as another", hint="use lists for tuples, and texts for the keys of objects"
        )
    return back, len(text)


def read_seconds(ttl: float | None) -> float:
    """
    Seconds for which a value is kept.

    Raises:
        UnmeantError: if they are no number above 0.
    """
    if ttl is None:
        return LONGEST
    if not isinstance(ttl, int | float) or not math.isfinite(ttl) or ttl <= 0:
        raise UnmeantError("the ttl is no number of seconds above 0", hint="leave it out to keep the value for long")
    return max(_SHORTEST, min(ttl, LONGEST))
