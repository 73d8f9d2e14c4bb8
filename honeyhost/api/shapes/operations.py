"""
The shapes of operations: what processes run, how they are, and why a plugin is not served.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from honeyhost.api.shapes.base import Shown


class HealthShape(Shown):
    """
    The process answers.
    """

    status: str


class ReadinessShape(Shown):
    """
    Whether the wanted plugins answer, and what is wanted is what runs.
    """

    status: str = Field(description="ready or failed")
    failed: list[str] = Field(description="plugins that should answer and do not")
    behind: list[str] = Field(description="in what the process is behind what is wanted")
    revision: int


class BehindShape(Shown):
    """
    One thing in which a process is behind.
    """

    kind: str
    message: str
    since: datetime
    plugin: str | None
    hint: str | None


class StatusShape(Shown):
    """
    What this process runs beside what is wanted.
    """

    instance: str
    wanted: int = Field(description="revision of the store")
    running: int = Field(description="revision that was taken up")
    snapshot: str | None
    behind: list[BehindShape]
    since: datetime | None
    drifted: bool


class InstanceShape(Shown):
    """
    What one process said last.
    """

    id: str
    node: str
    pid: int
    started_at: datetime
    seen_at: datetime
    host_version: str
    python: str
    revision: int
    snapshot: str | None
    plugins: Mapping[str, Mapping[str, Any]]


class CheckShape(Shown):
    """
    One rule and its fact.
    """

    model_config = ConfigDict(extra="allow")

    rule: str
    passed: bool
    fact: str | None
    source: str | None
    message: str | None


class WhyShape(Shown):
    """
    Every rule asked about one plugin, and the smallest change that would admit it.
    """

    model_config = ConfigDict(extra="allow")

    name: str
    verdict: str = Field(description="accepted or rejected")
    checks: list[CheckShape]
    smallest_change: str | None


class FindingShape(Shown):
    """
    One check of the doctor.
    """

    model_config = ConfigDict(extra="allow")

    id: str
    status: str = Field(description="ok, info, warning or error")
    message: str
    fix: str | None
