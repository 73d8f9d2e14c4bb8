"""
Reporting: what a process says of itself, so that others see what it runs, and what it keeps for a start without the store.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from honeyhost.errors import HoneyhostError
from honeyhost.propagation.instances import DROPPED_AFTER, Instance, utc_now
from honeyhost.propagation.last_known import keep
from honeyhost.store.records import InstanceReport, StoredRecords

logger = logging.getLogger("honeyhost")
_FIRST = 1.0
"""Seconds before the first report: the database library is imported for it, and that is kept off the way of a start."""
_PRUNE_EVERY = timedelta(minutes=1)


class Reports(Protocol):
    """
    Where processes report.
    """

    def report(self, report: InstanceReport) -> None:
        """
        Write what a process runs.
        """
        ...

    def forget(self, instance: str) -> bool:
        """
        Drop the report of a process.
        """
        ...

    def prune(self, before: datetime) -> int:
        """
        Drop the reports of processes that went without a word.
        """
        ...


class Reporting:
    """
    The reports of one process: one every ``heartbeat`` seconds, and one soon after each change.

    Args:
        instance: this process.
        reports: opened at the first use; raises where there is no database library.
        running: what it runs: revision, snapshot, and what to say of each plugin.
        known: the records to keep in ``folder`` for a start without the store.
    """

    def __init__(  # noqa: PLR0913 - each is a part of its own
        self,
        instance: Instance,
        reports: Callable[[], Reports],
        *,
        running: Callable[[], tuple[int, str | None, Mapping[str, Mapping[str, Any]]]],
        known: Callable[[], StoredRecords],
        folder: Path,
        heartbeat: float,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._instance = instance
        self._reports = reports
        self._running = running
        self._known = known
        self._folder = folder
        self._heartbeat = heartbeat
        self._now = now
        self._changed = asyncio.Event()
        self._pruned: datetime | None = None
        self._reported = False
        self._over = False
        self._writing = Lock()

    def soon(self) -> None:
        """
        Report soon: something has changed.
        """
        self._changed.set()

    async def run(self) -> None:
        """
        Report until cancelled.
        """
        await asyncio.sleep(_FIRST)
        while True:
            self._changed.clear()
            await asyncio.to_thread(self._once)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._heartbeat):
                    await self._changed.wait()

    async def end(self) -> None:
        """
        Take the report back: the process ends.
        """
        self._over = True
        await asyncio.to_thread(self._take_back)

    def _take_back(self) -> None:
        with self._writing:  # a report may be on its way
            if self._reported:
                with suppress(HoneyhostError):
                    self._reports().forget(self._instance.id)

    def _once(self) -> None:
        with self._writing:
            if not self._over:
                self._report()

    def _report(self) -> None:
        self._keep()
        revision, snapshot, plugins = self._running()
        now = self._now()
        try:
            reports = self._reports()
            reports.report(self._instance.report(revision=revision, snapshot=snapshot, plugins=plugins, at=now))
            self._reported = True
            if self._pruned is None or now - self._pruned >= _PRUNE_EVERY:
                reports.prune(now - DROPPED_AFTER)
                self._pruned = now
        except (HoneyhostError, ModuleNotFoundError) as error:
            logger.debug("this process cannot report: %s", error)

    def _keep(self) -> None:
        known = self._known()
        if known.revision == 0:
            return
        try:
            keep(self._folder, known)
        except OSError as error:
            logger.debug("the last known state cannot be kept: %s", error)
