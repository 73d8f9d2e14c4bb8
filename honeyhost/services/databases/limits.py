"""
Limits: how long a statement may take, and how much it may give.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from honeyhost.services.databases.outcomes import Failed, Overdue, Refused
from honeyhost.services.databases.stopping import Stop

_SIZE = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """
    What an operator lets one statement take: seconds, rows, and bytes of texts and binary values in them.
    """

    seconds: float
    rows: int
    size: int = _SIZE


class Deadline:
    """
    The moment at which a statement has to be done; earlier where nobody waits for it any longer.
    """

    __slots__ = ("_stop", "_until")

    def __init__(self, seconds: float, stop: Stop) -> None:
        self._until = time.monotonic() + seconds
        self._stop = stop

    def over(self) -> bool:
        """
        Whether it has passed.
        """
        return self._stop.asked or time.monotonic() > self._until

    def check(self) -> None:
        """
        Nothing, if there is time left.

        Raises:
            Overdue: if there is none.
        """
        if self.over():
            raise Overdue


def collected(columns: Sequence[str], rows: Iterable[Sequence[Any]], limits: Limits) -> list[dict[str, Any]]:
    """
    Rows by column, as many as may be.

    Raises:
        Refused: if two columns have one name.
        Failed: if there are too many, or they are too large.
    """
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise Refused(f"two columns of the answer are called '{twice[0]}'", hint="name them apart with AS")
    return list(_bounded(columns, rows, limits))


def _bounded(columns: Sequence[str], rows: Iterable[Sequence[Any]], limits: Limits) -> Iterator[dict[str, Any]]:
    size = 0
    for number, row in enumerate(rows):
        if number == limits.rows:
            raise Failed(
                f"the answer has more than {limits.rows} rows", reason="limit", hint="ask for fewer, with WHERE and LIMIT"
            )
        size += sum(len(value) for value in row if isinstance(value, (str, bytes)))
        if size > limits.size:
            raise Failed(f"the answer has more than {limits.size} bytes", reason="limit", hint="ask for fewer rows or columns")
        yield dict(zip(columns, row, strict=True))
