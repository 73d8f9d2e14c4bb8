"""
The clock: what time the store writes down.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """
    The time of this machine, with its zone.
    """
    return datetime.now(UTC)
