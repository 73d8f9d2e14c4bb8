"""
Moments: relative for people in front of a terminal, with date and zone everywhere else.
"""

from datetime import UTC, datetime, timedelta

_STEPS = (
    (timedelta(minutes=1), timedelta(seconds=1), "second"),
    (timedelta(hours=1), timedelta(minutes=1), "minute"),
    (timedelta(days=1), timedelta(hours=1), "hour"),
    (timedelta(days=60), timedelta(days=1), "day"),
)
_MONTH = timedelta(days=30)


def moment(at: datetime, *, terminal: bool, now: datetime | None = None) -> str:
    """
    The moment as the stream's reader wants it: ``3 days ago``, or ``2026-11-22T09:00:00+00:00``.
    """
    if not terminal:
        return at.isoformat(timespec="seconds")
    away = (now or datetime.now(UTC)) - at
    if abs(away) < timedelta(seconds=1):
        return "now"
    return f"in {span_of(-away)}" if away < timedelta(0) else f"{span_of(away)} ago"


def span_of(length: timedelta) -> str:
    """
    A length of time in its one largest unit: ``4 minutes``.
    """
    for limit, unit, word in _STEPS:
        if length < limit:
            return _counted(length // unit, word)
    return _counted(length // _MONTH, "month")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
