import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from honeyhost.errors import CallTimeoutError, PluginDisabledError
from honeyhost.sdk import OperationFailedError, OperationLimitedError
from honeyhost.testing import FakeHost
from plugins.insights.backend.insights import Insights
from plugins.insights.backend.services.board import board
from plugins.insights.backend.services.errors import BoardUnavailableError

pytestmark = pytest.mark.anyio

DAY = date(2026, 8, 31)
KEY = "board 1.0.0 2026-08-31"


def calls(host: FakeHost) -> list[tuple[str, Any]]:
    return [(f"{asked.args['plugin']}.{asked.args['function']}", asked.args["args"]) for asked in host.asked("plugins.call")]


def said(host: FakeHost) -> list[tuple[str, str]]:
    return [(asked.args["level"], asked.args["message"]) for asked in host.asked("log.write")]


def grown_older(host: FakeHost, seconds: float) -> None:
    kept = json.loads(host.cache.values[KEY])
    kept["computed_at"] = (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()
    host.cache.values[KEY] = json.dumps(kept)


async def test_the_census_is_asked_for_the_period_of_the_books(host: FakeHost) -> None:
    shown = await board(host, DAY)
    assert calls(host) == [
        ("finance.trial_balance", {"on": "2026-08-31"}),
        ("healthcare.census", {"since": "2026-01-01", "until": "2026-08-31"}),
    ]
    assert (shown.figures.patients, str(shown.figures.income_per_patient)) == (24, "812.50")
    assert (shown.from_cache, shown.age_seconds, shown.cache) == (False, 0, "kept")


async def test_without_a_day_it_is_of_today(host: FakeHost) -> None:
    await board(host)
    assert calls(host)[0][1] == {"on": str(datetime.now(UTC).date())}


async def test_kept_figures_are_shown_with_their_age_and_ask_nobody(host: FakeHost) -> None:
    first = await board(host, DAY)
    grown_older(host, 42.5)
    second = await board(host, DAY)
    assert (second.figures, second.from_cache, second.age_seconds) == (first.figures, True, 42)
    assert len(calls(host)) == 2
    assert said(host) == [("debug", "figures computed"), ("debug", "figures from the cache")]


async def test_another_day_has_figures_of_its_own(host: FakeHost) -> None:
    await board(host, DAY)
    await board(host, date(2026, 7, 31))
    assert len(calls(host)) == 4


async def test_the_cache_is_told_when_to_forget_them(host: FakeHost) -> None:
    host.configuration["cache_seconds"] = 7
    await board(host, DAY)
    assert host.asked("cache.set")[0].args["ttl"] == 7


async def test_figures_that_are_older_than_is_configured_now_are_not_shown(host: FakeHost) -> None:
    await board(host, DAY)
    grown_older(host, 30)
    host.configuration["cache_seconds"] = 20
    assert not (await board(host, DAY)).from_cache


async def test_zero_seconds_leave_the_cache_alone(host: FakeHost) -> None:
    host.configuration["cache_seconds"] = 0
    shown = [await board(host, DAY) for _ in range(2)]
    assert [(one.from_cache, one.cache) for one in shown] == [(False, "off")] * 2
    assert host.asked("cache.get") == host.asked("cache.set") == []


async def test_something_else_under_the_key_is_no_board(host: FakeHost) -> None:
    host.cache.values[KEY] = '{"figures": 7}'
    assert not (await board(host, DAY)).from_cache
    assert (await board(host, DAY)).from_cache


@pytest.mark.parametrize("granted", [[], ["cache:read"]])
async def test_without_the_grant_figures_are_computed_each_time_and_the_board_says_so(
    host: FakeHost, granted: list[str]
) -> None:
    host.grants[2:] = granted
    shown = [await board(host, DAY) for _ in range(2)]
    assert [(one.from_cache, one.cache) for one in shown] == [(False, "not-granted")] * 2
    assert len(calls(host)) == 4


@pytest.mark.parametrize("operation", ["cache.get", "cache.set"])
async def test_a_cache_that_fails_is_done_without(host: FakeHost, operation: str) -> None:
    host.answers(operation, OperationFailedError("the cache is not there"))
    shown = await board(host, DAY)
    assert (shown.from_cache, shown.cache, shown.figures.patients) == (False, "failing", 24)
    assert ("warning", "the cache fails") in said(host)


@pytest.mark.parametrize(
    ("function", "answer", "why"),
    [
        ("census", PluginDisabledError("off"), "healthcare does not answer (plugin-disabled)"),
        ("trial_balance", CallTimeoutError("late"), "finance does not answer (call-timeout)"),
        ("trial_balance", OperationLimitedError("often"), "finance does not answer (operation-limited)"),
        ("census", {"patients": "many"}, "healthcare answers in a form that is not known here"),
    ],
)
async def test_without_one_of_the_others_there_is_no_board(
    host: FakeHost, answers: dict[str, Any], function: str, answer: Any, why: str
) -> None:
    answers[function] = answer
    with pytest.raises(BoardUnavailableError) as caught:
        await board(host, DAY)
    assert str(caught.value) == f"the board has no figures: {why}"
    assert said(host)[-1] == ("warning", "no figures")
    assert host.cache.values == {}


@pytest.mark.parametrize("withheld", ["plugin_call:healthcare.census", "plugin_call:finance.trial_balance"])
async def test_a_call_that_was_not_granted_is_named(host: FakeHost, withheld: str) -> None:
    host.grants.remove(withheld)
    with pytest.raises(BoardUnavailableError, match=f"^the board has no figures: the operator has not granted {withheld}$"):
        await board(host, DAY)


async def test_the_capability_answers_json(host: FakeHost) -> None:
    plugin = Insights()
    plugin.host = host
    answer = await plugin.board(on="2026-08-31")
    assert json.loads(json.dumps(answer)) == answer
    assert (answer["figures"]["result"], answer["figures"]["busiest_doctor"]["name"]) == ("-8573.42", "Farid Al-Masri")
    assert (await plugin.board())["figures"]["on"] == "2026-08-31"
