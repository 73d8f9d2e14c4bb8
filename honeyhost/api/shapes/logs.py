"""
The shapes of logs.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from honeyhost.api.shapes.base import Shown

RECORD: Mapping[str, Any] = {
    "sequence": 412,
    "at": "2026-11-25T10:02:28.114+00:00",
    "plugin": "healthcare",
    "level": "warning",
    "message": "the import left out 3 patients",
    "fields": {"file": "patients.csv"},
    "process": 12189,
}


class LogShape(Shown):
    """
    One record.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [dict(RECORD)]})

    sequence: int = Field(description="its number in the process, which only grows")
    at: datetime = Field(description="in UTC")
    plugin: str | None = Field(description="null for the host's own")
    level: Literal["debug", "info", "warning", "error"]
    message: str
    fields: Mapping[str, Any] = Field(description="what else it says; secrets read as ********")
    process: int = Field(description="the number that the system gave the process")


class LogsShape(Shown):
    """
    Records of the process that answers.
    """

    logs: list[LogShape] = Field(description="the newest first")
    count: int = Field(description="how many are in this answer")
    total: int = Field(description="how many are kept for which the filters hold, on this page and all others")
    instance: str = Field(description="the process, as status and instances call it")


class ClearedLogsShape(Shown):
    """
    What was forgotten.
    """

    cleared: int = Field(description="how many records")
    instance: str = Field(description="the process that had them")
