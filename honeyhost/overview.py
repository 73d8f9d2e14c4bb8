"""
The overview: what is wanted of a platform beside what each of its processes says that it runs.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from honeyhost.manager.snapshot import Snapshot
from honeyhost.propagation.instances import is_stale
from honeyhost.recorded import snapshot_path
from honeyhost.settings import Settings
from honeyhost.store.records import InstanceReport, PluginRecord
from honeyhost.store.stores import Stores

State = Literal["current", "behind", "stale"]
"""``stale``: it has not reported for so long that it is taken for gone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """
    One process, and in what it is behind.
    """

    report: InstanceReport
    state: State
    behind: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """
        The shape of ``status --json``.
        """
        report = self.report
        return {
            "id": report.id,
            "node": report.node,
            "pid": report.pid,
            "state": self.state,
            "behind": list(self.behind),
            "started_at": report.started_at.isoformat(),
            "seen_at": report.seen_at.isoformat(),
            "host_version": report.host_version,
            "python": report.python,
            "revision": report.revision,
            "snapshot": report.snapshot,
            "plugins": {slug: dict(facts) for slug, facts in report.plugins.items()},
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """
    The revision of the store and the digest of what was applied, the records of the plugins, and the processes.
    """

    revision: int
    snapshot: str | None
    records: Mapping[str, PluginRecord] = field(default_factory=dict)
    processes: tuple[Process, ...] = ()

    @property
    def alive(self) -> tuple[Process, ...]:
        """
        The processes that still report.
        """
        return tuple(process for process in self.processes if process.state != "stale")

    def runs(self, slug: str) -> Counter[tuple[str, str]]:
        """
        In which version and state so many processes have the plugin.
        """
        facts = (process.report.plugins.get(slug) for process in self.alive)
        return Counter((str(fact.get("version", "")), str(fact.get("state", ""))) for fact in facts if fact is not None)

    def left(self, slug: str) -> tuple[str, ...]:
        """
        Why a newer one could not take the plugin's place, from each process where it could not.
        """
        facts = (process.report.plugins.get(slug, {}) for process in self.alive)
        return tuple(str(fact["left"]) for fact in facts if fact.get("left"))

    def to_json(self) -> dict[str, Any]:
        """
        The document of ``status --json``, without its version.
        """
        return {
            "revision": self.revision,
            "snapshot": self.snapshot,
            "plugins": [self._plugin(record) for record in self.records.values()],
            "instances": [process.to_json() for process in self.processes],
        }

    def _plugin(self, record: PluginRecord) -> dict[str, Any]:
        actual = [
            {"version": version, "state": state, "instances": number}
            for (version, state), number in sorted(self.runs(record.slug).items())
        ]
        return {
            "slug": record.slug,
            "wanted": {"enabled": record.enabled, "version": record.version},
            "quarantine": record.quarantine,
            "actual": actual,
        }


def overview(settings: Settings, stores: Stores, *, now: datetime | None = None) -> Overview:
    """
    What is wanted and what runs, as the store and the snapshot say at this moment.

    Raises:
        StoreUnavailableError: if the database cannot be reached.
    """
    moment = now or datetime.now(UTC)
    snapshot = Snapshot.open(snapshot_path(settings))
    digest = snapshot.digest if snapshot is not None else None
    with stores.database.reading():
        revision = stores.database.revision()
        records = {record.slug: record for record in stores.plugins.all()}
        reports = stores.instances.all()
    processes = tuple(_process(report, revision, digest, moment) for report in reports)
    return Overview(revision=revision, snapshot=digest, records=records, processes=processes)


def _process(report: InstanceReport, revision: int, snapshot: str | None, now: datetime) -> Process:
    if is_stale(report, now):
        return Process(report=report, state="stale")
    behind = []
    if report.revision < revision:
        behind.append(f"has taken up revision {report.revision}, wanted {revision}")
    if snapshot is not None and report.snapshot != snapshot:
        runs = "what was not applied" if report.snapshot is None else f"snapshot {_short(report.snapshot)}"
        behind.append(f"runs {runs}, wanted {_short(snapshot)}")
    return Process(report=report, state="behind" if behind else "current", behind=tuple(behind))


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:8]
