from collections.abc import Callable

import pytest

Ask = Callable[..., list[str]]


def job(name: str = "a", **fields: object) -> dict[str, object]:
    return {"id": name, "handler": ".a:f", "schedule": "0 3 * * *", **fields}


def test_a_job_has_a_schedule_a_zone_and_time_to_run(ask: Ask):
    assert ask(jobs=[job(timezone="Europe/Berlin", timeout="1h30m", args={"a": 1}), job("b", timezone="UTC")]) == []


def test_jobs_are_told_apart(ask: Ask):
    assert ask(jobs=[job(), job()]) == [
        "error[duplicate-id] jobs[1].id: the job 'a' stands twice, first in jobs[0] | keep one, or name the other differently"
    ]


def test_a_schedule_that_is_not_cron_is_refused(ask: Ask):
    assert ask(jobs=[job(schedule="0 3 * *"), job("b", schedule="@Daily")]) == [
        (
            "error[cron-invalid] jobs[0].schedule: '0 3 * *' is not a cron schedule: it has 4 fields, and five or six (seconds first) "
            "are wanted | write minute, hour, day, month and day of the week: '0 3 * * *'"
        ),
        (
            "error[cron-invalid] jobs[1].schedule: '@Daily' is not a cron schedule: it has 1 fields, and five or six (seconds first) "
            "are wanted | write '0 0 * * *'"
        ),
    ]


def test_a_zone_that_does_not_exist_is_named_with_what_was_meant(ask: Ask):
    assert ask(jobs=[job(timezone="Europe/Berln"), job("b", timezone="../../etc/passwd"), job("c", timezone="")]) == [
        "error[timezone-unknown] jobs[0].timezone: 'Europe/Berln' is not a time zone | did you mean 'Europe/Berlin'?",
        (
            "error[timezone-unknown] jobs[1].timezone: '../../etc/passwd' is not a time zone | "
            "write a name such as Europe/Berlin or UTC"
        ),
        "error[timezone-unknown] jobs[2].timezone: '' is not a time zone | write a name such as Europe/Berlin or UTC",
    ]


def test_a_machine_without_zones_refuses_none(ask: Ask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("honeyhost.manifest.rules.schedules.available_timezones", set)
    assert ask(jobs=[job(timezone="Mars/Olympus")]) == []


def test_a_limit_leaves_time(ask: Ask):
    assert ask(jobs=[job(timeout="0m0s")]) == [
        "error[duration-invalid] jobs[0].timeout: '0m0s' leaves no time | write 30s, 5m or 1h30m"
    ]
