"""
Values: what a database gives, as a plugin gets it.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

_PLAIN = (str, int, float, bool, bytes, datetime, date, time, Decimal, UUID, list, dict)


def plain(value: Any) -> Any:
    """
    The value, or its text where its type is one of the driver's own: a network, a range, an interval.
    """
    return value if value is None or isinstance(value, _PLAIN) else str(value)
