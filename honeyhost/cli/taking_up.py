"""
Taking up: what became of a change in the processes that serve.

A process takes a change up at once and reports it a moment later. That moment is waited for, so that a person who reads that
a plugin is disabled need not ask another command whether it is; a process that does not report in time is told of, and no
failure.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from honeyhost.cli.render.text import line
from honeyhost.cli.streams import Streams
from honeyhost.propagation.instances import is_stale
from honeyhost.store.records import InstanceReport
from honeyhost.store.stores import Stores

PATIENCE = 1.5
"""Seconds that reports are waited for: within one a running host takes a change up."""
_EVERY = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenUp:
    """
    The processes that serve, and those of them that run what was changed.
    """

    serving: tuple[InstanceReport, ...]
    current: tuple[InstanceReport, ...]

    def to_json(self) -> dict[str, int]:
        """
        The two counts.
        """
        return {"serving": len(self.serving), "current": len(self.current)}

    def failures(self, slug: str) -> tuple[str, ...]:
        """
        What each process says in which the plugin failed.
        """
        facts = (report.plugins.get(slug, {}) for report in self.current)
        return tuple(str(fact.get("error") or "it does not say why") for fact in facts if fact.get("state") == "failed")


def taken_up(
    stores: Stores,
    revision: int,
    *,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> TakenUp:
    """
    Who has taken up the revision of the store, once all have or after so many seconds. Nobody is waited for where none serves.

    Raises:
        StoreUnavailableError: if the database cannot be reached.
    """
    ends = clock() + seconds
    while True:
        now = datetime.now(UTC)
        serving = tuple(report for report in stores.instances.all() if not is_stale(report, now))
        current = tuple(report for report in serving if report.revision >= revision)
        if len(current) == len(serving) or clock() >= ends:
            return TakenUp(serving=serving, current=current)
        sleep(_EVERY)


def tell_taken_up(streams: Streams, found: TakenUp, word: str = "taken up") -> None:
    """
    One line beside the answer, and what to ask where somebody is late.
    """
    serving, current = len(found.serving), len(found.current)
    if not serving:
        streams.aside([line("no process reports; it holds from the next start on")])
        return
    processes = "process" if serving == 1 else "processes"
    late = current < serving
    streams.aside([line(f"{word} by {current} of {serving} {processes}{' so far' if late else ''}")])
    if late:
        streams.next("honeyhost status")
