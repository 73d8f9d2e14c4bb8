"""
Turns: how writers that cannot see each other come one after another.

Each statement is a transaction of its own, so a rule that looks at other rows ("nobody is booked twice") stands in the
statement that writes. In SQLite that is enough: writers queue. In PostgreSQL two statements at the same moment each miss what
the other one writes. Therefore the statement also gives the row its number, one above the highest that it sees: two that missed
each other want the same number, the primary key gives it to one, and the other is tried again and sees what has happened.
"""

from collections.abc import Awaitable, Callable

from .errors import ClinicUnavailableError

ATTEMPTS = 20
LARGEST = 2**31 - 1
"""The largest number that a row can have."""


async def written(write: Callable[[], Awaitable[int]], refuse: Callable[[], Awaitable[None]]) -> None:
    """
    Write, again where another writer was faster.

    Args:
        write: how many rows one statement has written; none, where a rule stands against it or its number was taken.
        refuse: raises what stands against it, if anything does.

    Raises:
        ClinicUnavailableError: if others were faster each time.
    """
    for _ in range(ATTEMPTS):
        if await write():
            return
        await refuse()
    raise ClinicUnavailableError("too many changes are made at once; try again")
