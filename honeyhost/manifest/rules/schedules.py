"""
Schedules: jobs that come round at a time that exists.
"""

from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from honeyhost.diagnostics import Problem, error
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.positions import child
from honeyhost.manifest.rules.cron import cron_fault
from honeyhost.manifest.rules.repetition import repeated
from honeyhost.manifest.syntax import excerpt
from honeyhost.manifest.types import seconds
from honeyhost.names import closest

_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


def jobs(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Jobs are told apart, and each has a schedule, a zone and time to run.
    """
    yield from repeated([job.id for job in manifest.jobs], "jobs", "the job", below="id")
    for index, job in enumerate(manifest.jobs):
        path = child("jobs", index)
        yield from _schedule(job.schedule, child(path, "schedule"))
        yield from _timezone(job.timezone, child(path, "timezone"))
        yield from positive(job.timeout, child(path, "timeout"))


def positive(duration: str | None, path: str) -> Iterator[Problem]:
    """
    A limit leaves time for something to happen.
    """
    if duration is not None and not seconds(duration):
        yield error("duration-invalid", f"'{duration}' leaves no time", path=path, hint="write 30s, 5m or 1h30m")


def _schedule(text: str, path: str) -> Iterator[Problem]:
    fault = cron_fault(text)
    if fault is not None:
        instead = _NICKNAMES.get(text.lower())
        hint = f"write '{instead}'" if instead else "write minute, hour, day, month and day of the week: '0 3 * * *'"
        message = f"'{excerpt(text)}' is not a cron schedule: {fault}"
        yield error("cron-invalid", message, path=path, hint=hint, found=excerpt(text))


def _timezone(name: str, path: str) -> Iterator[Problem]:
    if name == "UTC" or _zone_exists(name):
        return
    zones = available_timezones()
    if zones:  # a machine without a time zone database cannot tell
        near = closest(name, zones)
        hint = f"did you mean '{near}'?" if near else "write a name such as Europe/Berlin or UTC"
        message = f"'{excerpt(name)}' is not a time zone"
        yield error("timezone-unknown", message, path=path, hint=hint, found=excerpt(name), near=near)


@lru_cache(maxsize=256)
def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
