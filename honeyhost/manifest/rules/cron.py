"""
Cron: whether a schedule of five or six fields can ever come round.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_YEAR = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEK = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = {name: number for number, name in enumerate(_YEAR, 1)}
_DAYS = {name: number for number, name in enumerate(_WEEK)}
_LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_RANGE = re.compile(r"(?P<first>\*|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>[0-9]{1,4}))?")


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    least: int
    most: int
    words: Mapping[str, int] = field(default_factory=dict)


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 7, _DAYS),
)
_SECOND = _Field("second", 0, 59)


def cron_fault(schedule: str) -> str | None:
    """
    What is wrong with a schedule, or None where it is one.
    """
    parts = schedule.split()
    if len(parts) not in (5, 6):
        return f"it has {len(parts)} fields, and five or six (seconds first) are wanted"
    fields = _FIELDS if len(parts) == len(_FIELDS) else (_SECOND, *_FIELDS)
    meant = []
    for spec, text in zip(fields, parts, strict=True):
        numbers = _numbers(spec, text)
        if numbers is None:
            return f"'{text[:40]}' is no {spec.name} ({spec.least}-{spec.most})"
        meant.append(numbers)
    days, months, weekday = meant[-3], meant[-2], parts[-1]
    if weekday == "*" and not any(min(days) <= _LONGEST.get(month, 31) for month in months):
        return "the day does not exist in that month"
    return None


def _numbers(spec: _Field, text: str) -> frozenset[int] | None:
    found: set[int] = set()
    for item in text.split(","):
        numbers = _range(spec, item)
        if not numbers:
            return None
        found.update(numbers)
    return frozenset(found)


def _range(spec: _Field, item: str) -> range | None:
    match = _RANGE.fullmatch(item)
    if match is None or (match["first"] == "*" and match["last"]):
        return None
    step = int(match["step"] or 1)
    first = spec.least if match["first"] == "*" else _number(spec, match["first"])
    last = _last(spec, match, first)
    if first is None or last is None or not 1 <= step <= spec.most:
        return None
    return range(first, last + 1, step)


def _last(spec: _Field, match: re.Match[str], first: int | None) -> int | None:
    if match["last"]:
        return _number(spec, match["last"])
    return spec.most if match["first"] == "*" or match["step"] else first


def _number(spec: _Field, text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= 2:  # noqa: PLR2004 - no field has longer numbers
        number = int(text)
        return number if spec.least <= number <= spec.most else None
    return spec.words.get(text.lower())
