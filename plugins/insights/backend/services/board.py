"""
The board: figures of a day, kept for a while where the operator lets the plugin keep them.
"""

from datetime import UTC, date, datetime
from typing import Any

from pydantic import ValidationError

from honeyhost.sdk import HostAPI, OperationError, PermissionNotGrantedError

from .records import Board, Figures, Keeping, Record
from .sources import gathered


class Kept(Record):
    """
    What lies in the cache.
    """

    figures: Figures
    computed_at: datetime


async def board(host: HostAPI, on: date | None = None) -> Board:
    """
    The board of a day, or of today (UTC).

    Raises:
        BoardUnavailableError: if there are no figures.
    """
    now = datetime.now(UTC)
    day = on if on is not None else now.date()
    key = f"board {host.version} {day}"
    seconds = host.config.get("cache_seconds")
    keeping, kept = await _looked_up(host, key) if seconds else ("off", None)
    age = (now - kept.computed_at).total_seconds() if kept is not None else 0.0
    if kept is not None and age < seconds:
        host.log.debug("figures from the cache", on=str(day), age=int(age))
        return Board(figures=kept.figures, computed_at=kept.computed_at, age_seconds=int(age), from_cache=True, cache=keeping)
    fresh = Kept(figures=await gathered(host, day), computed_at=now)
    host.log.debug("figures computed", on=str(day), cache=keeping)
    if keeping == "kept":
        keeping = await _put_away(host, key, fresh.model_dump(mode="json"), seconds)
    return Board(figures=fresh.figures, computed_at=now, age_seconds=0, from_cache=False, cache=keeping)


async def _looked_up(host: HostAPI, key: str) -> tuple[Keeping, Kept | None]:
    """
    What the cache has. Without a grant, or where it fails, the board goes on without it and says so.
    """
    try:
        found = await host.cache.get(key)
        return "kept", None if found is None else Kept.model_validate(found)
    except OperationError as error:
        return _without(host, error), None
    except ValidationError:
        return "kept", None


async def _put_away(host: HostAPI, key: str, value: Any, seconds: float) -> Keeping:
    try:
        await host.cache.set(key, value, ttl=seconds)
    except OperationError as error:
        return _without(host, error)
    return "kept"


def _without(host: HostAPI, error: OperationError) -> Keeping:
    if isinstance(error, PermissionNotGrantedError):
        return "not-granted"
    host.log.warning("the cache fails", code=error.code)
    return "failing"
