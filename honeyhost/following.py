"""
Following: how one process stays in step with what the store says of the plugins, whoever changed it.

A change on this machine is seen before the next answer, by a mark that all processes share. One from elsewhere, or made by
hand, is heard by a watcher within milliseconds, and a slow look finds what nobody said.
"""

import asyncio
import itertools
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from honeyhost.errors import StoreError, StoreUnavailableError
from honeyhost.propagation.drift import Drift
from honeyhost.propagation.last_known import FILE_NAME, last_known
from honeyhost.propagation.mark import SharedMark
from honeyhost.propagation.watcher import Watcher
from honeyhost.store.records import PluginRecord, StoredRecords

logger = logging.getLogger("honeyhost")
_LOOK = 5.0
_LOOK_WHILE_AWAY = 0.5
_LAST_SECONDS = 2.0

Records = Mapping[str, PluginRecord]


class Following:
    """
    The records of the plugins, as this process has taken them up.

    Args:
        read: what the store says now; StoreError where it cannot be asked.
        mark: shared with the other processes of the machine; None where there cannot be one.
        drift: told while the store cannot be asked.
        every: seconds between two looks that nothing asked for.
    """

    def __init__(
        self, read: Callable[[], StoredRecords], *, mark: SharedMark | None, drift: Drift, every: float = _LOOK
    ) -> None:
        self.known = StoredRecords()
        """The records that were taken up last."""
        self.mark = mark
        self.seen = 0 if mark is None else mark.value()
        """The mark as it was before the records were read last."""
        self._read = read
        self._drift = drift
        self._every = every
        self._take_up: Callable[[Records, Records], None] = lambda _before, _after: None
        self._tickets = itertools.count(1)
        self._taken = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None

    @property
    def records(self) -> Records:
        """
        The records by slug; another mapping after every change.
        """
        return self.known.records

    @property
    def away(self) -> bool:
        """
        Whether the store could not be asked the last time.
        """
        return any(fact.kind == "database" for fact in self._drift.facts)

    def begin(self, folder: Path, *, refuse: bool) -> Records:
        """
        The records at the start of the process: those of the store or, where that cannot be asked, the last known ones.

        Args:
            folder: where last known records are.
            refuse: whether a start without the store is none.

        Raises:
            StoreError: it cannot be asked, and the process may not go on without it or knows nothing.
        """
        known = last_known(folder)
        self.known = StoredRecords(revision=known.revision) if known is not None else self.known
        try:
            self.known = self._asked()
        except StoreError as error:
            if refuse or known is None:
                raise _refusal(error, folder, refuse=refuse) from error
            self.known = known
            self._lost(error)
        return self.records

    def on_change(self, take_up: Callable[[Records, Records], None]) -> None:
        """
        Let every later change be taken up by a function of the records before and after it; it is called on the event loop.
        """
        self._take_up = take_up

    def look(self) -> None:
        """
        Take up what was changed, before the next answer: the mark is another one.

        On the event loop it is done at once. Another thread waits for the event loop to do it; where there is none, nothing
        is started or stopped anyway.
        """
        if self.mark is None:
            return
        if not self._at_home():
            if self._loop is not None:
                with suppress(RuntimeError, TimeoutError):  # the loop has ended, or is busy: then it looks when it is not
                    asyncio.run_coroutine_threadsafe(self._looked(), self._loop).result(_LAST_SECONDS)
            return
        seen, ticket = self.mark.value(), next(self._tickets)
        try:
            found = self._asked_in_time()
        except StoreError as error:
            self.seen = seen
            self._lost(error)
            self.wake()
            return
        self._take(ticket, found, seen)

    async def refresh(self) -> bool:
        """
        Take up what the store says now, and say whether it could be asked.
        """
        seen = 0 if self.mark is None else self.mark.value()
        ticket = next(self._tickets)
        try:
            found = await asyncio.to_thread(self._asked)
        except StoreError as error:
            self._lost(error)
            return False
        self._take(ticket, found, seen)
        return True

    def wake(self) -> None:
        """
        Have the store asked soon. May be called from any thread.
        """
        if self._loop is not None and self._wake is not None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self, watcher: Watcher | None) -> None:
        """
        Follow until cancelled.
        """
        self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        stop = threading.Event()
        threads = [] if watcher is None else [threading.Thread(target=watcher.run, args=(self.wake, stop), daemon=True)]
        for thread in threads:
            thread.name = "honeyhost watcher"
            thread.start()
        try:
            while True:
                with suppress(TimeoutError):
                    # Not wait_for: in Python 3.11 that one forgets a cancellation which comes together with the event.
                    async with asyncio.timeout(_LOOK_WHILE_AWAY if self.away else self._every):
                        await self._wake.wait()
                self._wake.clear()
                self._share_mark()
                await self.refresh()
        finally:
            stop.set()
            self._loop = self._wake = None
            for thread in threads:
                await asyncio.to_thread(thread.join, _LAST_SECONDS)

    def _share_mark(self) -> None:
        """
        See that the mark is the one that others open: its folder may have been emptied meanwhile.
        """
        if self.mark is not None and not self.mark.in_place():
            with suppress(OSError):
                self.mark = self.mark.again()

    async def _looked(self) -> None:
        if self.mark is not None and self.mark.value() != self.seen:
            self.look()

    def _at_home(self) -> bool:
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            return False
        return self._loop is None or self._loop is here

    def _asked(self) -> StoredRecords:
        found = self._read()
        if found.revision == 0 and self.known.revision > 0:
            raise StoreUnavailableError(
                "the database is empty or is not there, and this platform had one",
                hint=f"bring it back; to begin anew, remove {FILE_NAME} from data_dir and start again",
            )
        return found

    def _asked_in_time(self) -> StoredRecords:
        """
        The same for the event loop, which waits for a database that hangs no longer than it has to.
        """
        outcome: Future[StoredRecords] = Future()
        threading.Thread(target=_settle, args=(outcome, self._asked), name="honeyhost look", daemon=True).start()
        try:
            return outcome.result(_LAST_SECONDS)
        except TimeoutError:
            message = f"the database did not answer within {_LAST_SECONDS:g} s"
            raise StoreUnavailableError(message, hint="see whether its server runs") from None

    def _take(self, ticket: int, found: StoredRecords, seen: int) -> None:
        """
        Take up what was read, unless something that was read later was taken up meanwhile.
        """
        if self._drift.mended("database"):
            logger.info("the database answers again")
        if ticket < self._taken:
            return
        self._taken, self.seen = ticket, seen
        before, self.known = self.known, found
        if before.records == found.records:
            self.known = StoredRecords(records=before.records, revision=found.revision)
            return
        self._take_up(before.records, found.records)

    def _lost(self, error: StoreError) -> None:
        message = f"what is wanted cannot be read: {error.message}"
        if self._drift.found("database", message, hint=error.hint):
            logger.warning("%s; this process goes on with what it knows", message)


def _settle(outcome: "Future[StoredRecords]", ask: Callable[[], StoredRecords]) -> None:
    try:
        outcome.set_result(ask())
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits
        outcome.set_exception(error)


def _refusal(error: StoreError, folder: Path, *, refuse: bool) -> StoreError:
    why = (
        "database_failure = last-known lets the host start on what it knew"
        if refuse
        else f"there is no last known state in {folder / FILE_NAME} to start on"
    )
    return type(error)(error.message, hint="; ".join(filter(None, (error.hint, why))))
