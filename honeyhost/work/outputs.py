"""
Outputs: what capabilities answer, as JSON.
"""

import json
from typing import Any

from fastapi.encoders import jsonable_encoder

from honeyhost.work.failures import unsayable


def written(slug: str, answer: Any) -> bytes:
    """
    The JSON text of an answer. Models, dataclasses, times and the like are spelled as FastAPI does it.

    Args:
        slug: the capability.
        answer: what its function returned.

    Raises:
        CallFailedError: if JSON cannot say it: an object of another kind, a number that is none, a mapping without end.
    """
    try:
        said = json.dumps(jsonable_encoder(answer), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return said.encode()
    except (ValueError, TypeError, RecursionError) as cause:
        raise unsayable(slug, answer) from cause
