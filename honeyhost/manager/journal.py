"""
The boot journal: which plugin's code a process is running for the first time, written down before it does.

A process that dies meanwhile cannot say which plugin did it; its journal can. Each process writes a file of its own and keeps
it locked as long as it lives, so that the next one knows the files of the dead.
"""

import fcntl
import json
import logging
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from honeyhost.errors import PhaseTimeoutError
from honeyhost.store.clock import Clock, utc_now

logger = logging.getLogger("honeyhost")
STRIKES = 2
"""Times in a row that a plugin may hang or take the process with it, in one phase, before it is taken out."""
_ours: set[str] = set()
"""Names of the files that this process has locked: its own locks do not keep it out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Strike:
    """
    How often in a row a plugin did not get through a phase (``load``, ``init``, ``start``), and what is known of the last time.
    """

    slug: str
    phase: str
    count: int
    error: str
    at: datetime

    def to_json(self) -> dict[str, Any]:
        """
        The quarantine of a record: ``phase``, ``count``, ``error``, ``at``.
        """
        return {"phase": self.phase, "count": self.count, "error": self.error, "at": self.at.isoformat()}


class BootJournal:
    """
    The journal of one process, and the strikes that all of a platform's folder share.

    A folder that cannot be written is said once, and nothing is journalled: a host starts without.

    Args:
        folder: of the platform, for the journals of all its processes.
        now: the clock.
    """

    def __init__(self, folder: Path, *, now: Clock = utc_now) -> None:
        self.condemn: Callable[[Strike], None] = lambda _strike: None
        """Called where a plugin hung for the last time that is borne."""
        self._folder = folder
        self._now = now
        self._file: int | None = None
        self._name = ""
        self._pid = 0
        self._inside: dict[str, tuple[str, datetime]] = {}
        self._lock = Lock()
        self._said = False

    @contextmanager
    def guard(self, slug: str, phase: str) -> Iterator[None]:
        """
        Round the first run of a plugin's code in a phase.
        """
        self._enter(slug, phase)
        try:
            yield
        except PhaseTimeoutError as error:
            self._hung(slug, phase, error.message)
            raise
        else:
            self._passed(slug, phase)
        finally:
            self._leave(slug)

    def settle(self) -> tuple[Strike, ...]:
        """
        Count what processes were at when they died, and name the plugins that are not to be run again.
        """
        died = "the process ended while it ran"
        with self._writing() as strikes:
            for slug, phase, began in sorted(self._left_behind(), key=lambda left: left[2]):
                _count(strikes, Strike(slug=slug, phase=phase, count=1, error=died, at=self._now()), began)
            return tuple(strike for strike in strikes.values() if strike.count >= STRIKES)
        return ()

    def forget(self, slug: str) -> None:
        """
        Begin to count anew: the plugin is in quarantine, or another version of it is there.
        """
        with self._writing() as strikes:
            strikes.pop(slug, None)

    def close(self) -> None:
        """
        Take the journal of this process away.
        """
        with self._lock:
            self._shut()

    def _enter(self, slug: str, phase: str) -> None:
        with self._lock:
            self._leave_parent()
            self._inside[slug] = (phase, self._now())
            self._write()

    def _leave(self, slug: str) -> None:
        with self._lock:
            self._inside.pop(slug, None)
            self._write()

    def _hung(self, slug: str, phase: str, error: str) -> None:
        with self._writing() as strikes:
            now = self._now()
            strike = _count(strikes, Strike(slug=slug, phase=phase, count=1, error=error, at=now), now)
            if strike.count >= STRIKES:
                self.condemn(strike)

    def _passed(self, slug: str, phase: str) -> None:
        if not self._strikes.exists():
            return
        with self._writing() as strikes:
            if slug in strikes and strikes[slug].phase == phase:
                del strikes[slug]

    def _write(self) -> None:
        """
        The file as it has to be now; short enough for one write, and read up to its first line's end.
        """
        try:
            if self._file is None:
                self._open()
            found = {slug: [phase, began.isoformat()] for slug, (phase, began) in self._inside.items()}
            data = json.dumps(found).encode() + b"\n"
            if self._file is not None:
                os.pwrite(self._file, data, 0)
                os.ftruncate(self._file, len(data))
        except OSError as error:
            self._unwritable(error)

    def _leave_parent(self) -> None:
        """
        After a fork: the file, and what is in flight there, are the parent's.
        """
        if self._file is not None and self._pid != os.getpid():
            os.close(self._file)
            self._file = None
            self._inside.clear()

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._pid, self._name = os.getpid(), f"{os.getpid()}-{secrets.token_hex(4)}.json"
        fresh = (
            self._folder / f"{self._name}.new"
        )  # not found before it is locked: it would be taken for that of a dead process
        self._file = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        _ours.add(self._name)
        fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fresh.rename(self._folder / self._name)

    def _shut(self) -> None:
        if self._file is None or self._pid != os.getpid():
            return
        with suppress(OSError):
            (self._folder / self._name).unlink()
        os.close(self._file)
        _ours.discard(self._name)
        self._file = None

    def _left_behind(self) -> Iterable[tuple[str, str, datetime]]:
        for path in sorted(self._folder.glob("*-*.json")):
            if path.name in _ours:
                continue
            with suppress(OSError, ValueError, TypeError, AttributeError):
                yield from _read_dead(path)

    @property
    def _strikes(self) -> Path:
        return self._folder / "strikes"

    @contextmanager
    def _writing(self) -> Iterator[dict[str, Strike]]:
        """
        The strikes by slug, to be changed: one process after the other, whole or not at all.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            self._unwritable(error)
            yield {}
            return
        try:
            with self._lock:
                fcntl.lockf(lock, fcntl.LOCK_EX)
                strikes = _read_strikes(self._strikes)
                before = dict(strikes)
                yield strikes
                if strikes != before:
                    _replace(self._strikes, strikes)
        except OSError as error:
            self._unwritable(error)
        finally:
            os.close(lock)

    def _unwritable(self, error: OSError) -> None:
        if not self._said:
            self._said = True
            logger.warning("plugins that crash at start cannot be found out: %s", error)


def _count(strikes: dict[str, Strike], found: Strike, began: datetime) -> Strike:
    """
    One more strike, unless the last one was counted after this began: processes that die side by side die once.
    """
    known = strikes.get(found.slug)
    if known is not None and known.at >= began:
        return known
    again = known is not None and known.phase == found.phase
    strikes[found.slug] = replace(found, count=known.count + 1) if known is not None and again else found
    return strikes[found.slug]


def _read_dead(path: Path) -> Iterator[tuple[str, str, datetime]]:
    """
    What a process that has ended was at; nothing of one that lives. The file is gone afterwards.
    """
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        line = os.read(file, 1 << 20).partition(b"\n")[0]
        path.unlink()
        found: Mapping[str, Any] = json.loads(line or b"{}")
        for slug, (phase, began) in found.items():
            yield str(slug), str(phase), datetime.fromisoformat(began)
    finally:
        os.close(file)


def _read_strikes(path: Path) -> dict[str, Strike]:
    try:
        rows = json.loads(path.read_bytes())
        return {row["slug"]: Strike(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in rows}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _replace(path: Path, strikes: Mapping[str, Strike]) -> None:
    if not strikes:
        path.unlink(missing_ok=True)
        return
    rows = [{**asdict(strike), "at": strike.at.isoformat()} for strike in strikes.values()]
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)  # of a process that died here; no other is here now
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(json.dumps(rows).encode())
    beside.replace(path)
