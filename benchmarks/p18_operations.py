"""
P18, operations: what a plugin pays for asking its host, over the library that does the work.
"""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from ground import Ground
from outcome import Headline, Row, Verdict, ratio
from scale import Scale
from timing import Case, Sample, interleaved, repeated

from honeyhost.manager.given import Facts, GivenHost
from honeyhost.manager.tasks import Tasks
from honeyhost.services import Services, ServiceSettings
from honeyhost.services.published import Capabilities

_METHOD = (
    "CPU time of one operation of all threads. honeyhost looks at the grants of the moment and at the last minute, counts and "
    "times, and turns errors into its own; the database is asked about each table, under an authorizer. The floor of each is "
    "the library alone, used as it is meant: one connection in a thread, one cashews cache, one dictionary."
)
_GRANTS = {"db:read:core_org": {}, "cache:readwrite": {}, "config:org": {}, "plugin_call:billing": {}}
_SQL = "SELECT id, name FROM core_org WHERE id = :id"
_PAIRS: Mapping[str, tuple[str, float | None, str]] = {
    "host.db.query, one row": (
        "sqlite3 in a thread",
        2.5,
        "an authorizer, and a statement that is prepared anew",
    ),
    "host.cache.get": ("cashews in memory, JSON", 2.0, "keys and values are held against their bounds, and the guard is 1 us"),
    "host.cache.set": ("cashews in memory, set JSON", 2.25, "what was written is read again: both caches keep the same"),
    "host.plugins.call": ("asyncio.timeout round the call", 1.0, "grants, minute, figures"),
    "host.log.info": ("logging to nobody", 2.5, "bounds, masking, the ring and the platform's logging"),
    "host.config.platform": ("a dictionary", None, ""),
}
"""By operation: the floor, the target, and what the difference is made of."""


def measure(ground: Ground, scale: Scale) -> Headline:
    """
    Each operation beside its floor.
    """
    samples = asyncio.run(_samples(ground, scale))
    rows = []
    verdicts = []
    for name, (floor, target, why) in _PAIRS.items():
        rows.append(Row(name=floor, value=samples[floor].cpu, unit="s", ratio=1.0, lacks="no grants, no limits, no figures"))
        found = ratio(samples[name].cpu, samples[floor].cpu)
        rows.append(Row(name=name, value=samples[name].cpu, unit="s", ratio=found, who="honeyhost"))
        if target is not None:
            verdicts.append(Verdict(claim=f"{name}, to {floor}", actual=found, target=target, why=why))
    return Headline(identifier="P18", title="Operations of the host", method=_METHOD, rows=rows, verdicts=verdicts)


async def _samples(ground: Ground, scale: Scale) -> dict[str, Sample]:
    folder = ground.root / "operations"
    folder.mkdir(exist_ok=True)
    file = folder / "platform.db"
    _fill(file)
    services = Services(
        ServiceSettings(databases={"default": f"sqlite:///{file}"}, platform_config={"org": "Acme"}, operation_limits=_LIMITS)
    )
    host = _host(services)
    try:
        return await interleaved({**await _ours(host), **await _floors(file)}, scale.rounds)
    finally:
        await services.close()


_LIMITS = dict.fromkeys(("db_query", "cache_get", "cache_set", "platform_config_get", "plugin_call"), 10**9)
"""The limit is looked at each time, and never met."""


async def _ours(host: GivenHost) -> dict[str, Case]:
    await host.cache.set("beds", {"free": 3}, 3600)
    return {
        "host.db.query, one row": _awaited(lambda: host.db.query(_SQL, {"id": 1})),
        "host.cache.get": _awaited(lambda: host.cache.get("beds")),
        "host.cache.set": _awaited(lambda: host.cache.set("beds", {"free": 3}, 3600)),
        "host.config.platform": repeated(lambda: host.config.platform("org")),
        "host.plugins.call": _awaited(lambda: host.plugins.call("billing", "total")),
        "host.log.info": repeated(lambda: host.log.info("a bed is free", ward=3)),
    }


async def _floors(file: Path) -> dict[str, Case]:
    import logging

    from cashews import Cache

    connection = sqlite3.connect(file, check_same_thread=False)
    cache = Cache()
    cache.setup("mem://", check_interval=0)
    await cache.set("beds", json.dumps({"free": 3}), 3600)
    shared = {"org": "Acme"}
    logger = logging.getLogger("bench.floor")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
    return {
        "sqlite3 in a thread": _awaited(lambda: asyncio.to_thread(_read, connection)),
        "cashews in memory, JSON": _awaited(lambda: _get(cache)),
        "cashews in memory, set JSON": _awaited(lambda: cache.set("beds", json.dumps({"free": 3}), 3600)),
        "a dictionary": repeated(lambda: shared.get("org")),
        "asyncio.timeout round the call": _awaited(_within),
        "logging to nobody": repeated(lambda: logger.info("a bed is free", extra={"ward": 3})),
    }


async def _get(cache: Any) -> Any:
    return json.loads(await cache.get("beds"))


async def _within() -> None:
    async with asyncio.timeout(30):
        await _answer("clinic", "billing", "total")


def _read(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    cursor = connection.execute(_SQL, {"id": 1})
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _fill(file: Path) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("CREATE TABLE IF NOT EXISTS core_org (id integer PRIMARY KEY, name text)")
        connection.execute("INSERT OR REPLACE INTO core_org VALUES (1, 'Acme')")
    connection.close()


def _host(services: Services) -> GivenHost:
    return GivenHost(
        "clinic",
        "1.0.0",
        facts=Facts(
            config=lambda _: {},
            defaults=lambda _: {},
            secrets=lambda _: frozenset(),
            grants=lambda _: _GRANTS,
            call=lambda: _answer,
            capabilities=lambda: Capabilities(lambda _: None, _run),
            translate=lambda: lambda _, key, __, ___: key,
        ),
        services=services,
        tasks=Tasks("clinic"),
        loop=asyncio.get_running_loop,
    )


async def _answer(caller: str, plugin: str, function: str, args: Mapping[str, Any] | None = None) -> str:  # noqa: ARG001 - a call
    return "answer"


async def _run(caller: str, slug: str, given: Mapping[str, Any] | None = None) -> str:  # noqa: ARG001 - a run
    return "answer"


def _awaited(operation: Callable[[], Awaitable[object]]) -> Case:
    async def case(count: int) -> None:
        for _ in range(count):
            await operation()

    return case
