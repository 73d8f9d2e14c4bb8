"""
Instances: the processes of a platform, as each reports itself.
"""

import os
import platform
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from honeyhost.store.records import InstanceReport

STALE_AFTER = timedelta(seconds=30)
"""A process that has not reported for so long is taken for gone."""
DROPPED_AFTER = timedelta(minutes=10)
"""Its row goes after so long."""


def utc_now() -> datetime:
    """
    Now.
    """
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Instance:
    """
    This process. No two have the same id, also where a process comes back with the same number on the same machine.
    """

    id: str
    node: str
    pid: int
    started_at: datetime
    host_version: str
    python: str = field(default_factory=platform.python_version)

    @classmethod
    def of_this_process(cls, host_version: str, *, now: Callable[[], datetime] = utc_now) -> Self:
        """
        The instance that begins now. To be made after a fork.
        """
        node, pid = platform.node() or "localhost", os.getpid()
        identifier = f"{node}-{pid}-{secrets.token_hex(4)}"
        return cls(id=identifier, node=node, pid=pid, started_at=now(), host_version=host_version)

    def report(
        self, *, revision: int, snapshot: str | None, plugins: Mapping[str, Mapping[str, Any]], at: datetime
    ) -> InstanceReport:
        """
        What this process says that it runs at a moment.
        """
        return InstanceReport(
            id=self.id,
            node=self.node,
            pid=self.pid,
            started_at=self.started_at,
            seen_at=at,
            host_version=self.host_version,
            python=self.python,
            revision=revision,
            snapshot=snapshot,
            plugins=plugins,
        )


def is_stale(report: InstanceReport, now: datetime) -> bool:
    """
    Whether the process has not been heard of for so long that it is taken for gone.
    """
    return now - report.seen_at > STALE_AFTER
