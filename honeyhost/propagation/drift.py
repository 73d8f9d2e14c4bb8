"""
Drift: in what a process is behind what is wanted, and since when.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from honeyhost.propagation.instances import utc_now

Kind = Literal["database", "records", "snapshot", "plugin"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Behind:
    """
    One thing in which this process is behind: ``database`` (what is wanted cannot be read), ``records`` (not taken up yet),
    ``snapshot`` (another one was applied), ``plugin`` (one runs another version than is wanted).
    """

    kind: Kind
    message: str
    since: datetime
    plugin: str | None = None
    hint: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """
    What one process runs beside what is wanted.

    ``wanted`` is the revision of the store as it was last read, ``running`` the one that was taken up; both are 0 where
    nothing was ever stored.
    """

    instance: str
    wanted: int
    running: int
    snapshot: str | None
    behind: tuple[Behind, ...] = ()
    since: datetime | None = None
    """The moment since which it has been behind without a break; None while it is not."""
    drifted: bool = False
    """Whether that is longer than the grace time: then the process is not ready."""


class Drift:
    """
    The things in which this process is behind, kept from when they were first found until they are mended.
    """

    def __init__(self, grace: timedelta, *, now: Callable[[], datetime] = utc_now) -> None:
        self._grace = grace
        self._now = now
        self._facts: dict[tuple[Kind, str | None], Behind] = {}

    def found(self, kind: Kind, message: str, *, plugin: str | None = None, hint: str | None = None) -> bool:
        """
        Note that this process is behind, and say whether that is news.
        """
        known = self._facts.get((kind, plugin))
        since = known.since if known is not None else self._now()
        fact = Behind(kind=kind, message=message, since=since, plugin=plugin, hint=hint)
        self._facts[kind, plugin] = fact
        return fact != known

    def mended(self, kind: Kind, plugin: str | None = None) -> bool:
        """
        Note that it is behind in this no more, and say whether it was.
        """
        return self._facts.pop((kind, plugin), None) is not None

    def keep_plugins(self, slugs: frozenset[str]) -> None:
        """
        Forget what was found of other plugins than these.
        """
        self._facts = {key: fact for key, fact in self._facts.items() if key[0] != "plugin" or key[1] in slugs}

    @property
    def facts(self) -> tuple[Behind, ...]:
        """
        All of them, the oldest first.
        """
        return tuple(sorted(self._facts.values(), key=lambda fact: (fact.since, fact.kind, fact.plugin or "")))

    @property
    def since(self) -> datetime | None:
        """
        Since when anything has been behind.
        """
        return min((fact.since for fact in self._facts.values()), default=None)

    @property
    def drifted(self) -> bool:
        """
        Whether anything has been behind for longer than the grace time.
        """
        since = self.since
        return since is not None and self._now() - since > self._grace
