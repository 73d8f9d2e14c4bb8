"""
P10, toggle: how long after a commit the last stale answer is given, over several workers; and what it costs each request to
know.
"""

import asyncio
import json
import os
import sqlite3
import statistics
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fixtures
from asgi import receive, scope
from fastapi import FastAPI
from ground import Ground, Platform
from outcome import Headline, Row, Verdict, ratio
from scale import MANY, Scale
from timing import Case, interleaved

from honeyhost import Host
from honeyhost.following import Following
from honeyhost.propagation.mark import SharedMark, mark_path
from honeyhost.sdk import Caller
from honeyhost.settings import Settings
from honeyhost.store.plugins import PluginTable
from honeyhost.wiring import open_database, stores_of

WORKERS = (2, 4)
_APART = 0.08
"""Seconds between two toggles: more than any of them may take to arrive."""
_TARGET = 0.05
_METHOD = (
    "Staleness: workers ask a plugin's route without a pause while it is toggled; the figure is the time from the end of the "
    "commit to the moment when the last stale answer was asked for, over all workers and toggles (0: none). 'this machine' "
    "writes as every process of honeyhost does, 'by hand' as another machine or a person does. Price: CPU time for what a "
    "request does to know whether anything was changed. List: CPU time of one GET of the list of all plugins, without a socket."
)
Toggle = Callable[[bool], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Store:
    """
    One kind of database under a platform, and the two ways in which it is written.
    """

    name: str
    settings: Settings
    environment: dict[str, str]
    by_hand: Toggle


def measure(ground: Ground, scale: Scale) -> Headline:
    """
    Staleness over all kinds of databases, workers and writers, and the price of not being stale.
    """
    platform = ground.folders(1)
    toggles = 20 if scale.rounds < 30 else 60
    rows, verdicts, notices = [], [], []
    for kind, opened in (("SQLite", _sqlite), ("PostgreSQL", _postgres)):
        with opened(platform) as store:
            if store is None:
                notices.append(f"{kind} is left out: TEST_POSTGRES_URL names none")
                continue
            for workers in WORKERS:
                for word, toggle in (("this machine", _as_honeyhost(store.settings)), ("by hand", store.by_hand)):
                    stale = _staleness(platform, store, workers, toggle, toggles)
                    name = f"{kind}, {workers} workers, {word}"
                    rows.append(Row(name=name, value=statistics.median(stale), wall=max(stale), unit="s"))
                    verdicts.append(Verdict(claim=f"{name}: p99", actual=_p99(stale), target=_TARGET, unit="s"))
    prices = asyncio.run(_prices(platform, scale))
    read = prices["a read per request"]
    rows += [Row(name=f"price: {name}", value=price, unit="s", ratio=ratio(price, read)) for name, price in prices.items()]
    ours = ratio(prices["honeyhost: the shared mark"], read)
    verdicts.append(Verdict(claim="price of the check to a read per request", actual=ours, target=0.01))
    lists = asyncio.run(_lists(ground, scale))
    each = lists[_EACH]
    rows += [Row(name=name, size=scale.largest, value=cpu, unit="s", ratio=ratio(cpu, each)) for name, cpu in lists.items()]
    if scale.largest >= MANY:
        claim = f"list of {scale.largest} plugins, to FastAPI making it for each request"
        verdicts.append(Verdict(claim=claim, actual=ratio(lists[_MADE_ONCE], each), target=0.2))
    return Headline(identifier="P10", title="Toggle", method=_METHOD, rows=rows, verdicts=verdicts, notices=notices)


def _staleness(platform: Platform, store: _Store, workers: int, toggle: Toggle, toggles: int) -> list[float]:
    """
    Seconds from each commit to the last stale question of each worker.
    """
    slug = fixtures.slug_of(0)
    path, permission = f"/api/plugins/{slug}/records/list", f"{slug.replace('-', '_')}.read"
    with ExitStack() as stack:
        children = [stack.enter_context(_child(platform, store, path, permission)) for _ in range(workers)]
        commits = []
        for number in range(toggles):
            toggle(bool(number % 2))
            commits.append(time.monotonic_ns())
            time.sleep(_APART)
        turns = [_turns(child) for child in children]
    assert all(len(found) == toggles for found in turns), "every worker has seen every toggle"
    stale = [(old - commit) / 1e9 for found in turns for commit, (old, _) in zip(commits, found, strict=True)]
    return [max(0.0, seconds) for seconds in stale]


@contextmanager
def _child(platform: Platform, store: _Store, path: str, permission: str) -> Iterator["subprocess.Popen[str]"]:
    command = platform.child("toggle_child", path, permission)
    process = subprocess.Popen(
        command.words,
        cwd=command.folder,
        env={**os.environ, **command.environment, **store.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def _turns(child: "subprocess.Popen[str]") -> list[tuple[int, int]]:
    answer, _ = child.communicate(timeout=30)
    turns: list[tuple[int, int]] = json.loads(answer)
    return turns


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


def _as_honeyhost(settings: Settings) -> Toggle:
    slug = fixtures.slug_of(0)

    def toggle(enabled: bool) -> None:  # noqa: FBT001 - a wish
        stores_of(settings).changes("bench").set_enabled(slug, enabled)

    return toggle


@contextmanager
def _sqlite(platform: Platform) -> Iterator[_Store]:
    settings = Settings(install_dir=platform.folder, data_dir=platform.folder / ".honeyhost")
    open_database(settings.database_url)
    file = settings.data_dir / "honeyhost.db"

    def by_hand(enabled: bool) -> None:  # noqa: FBT001
        with closing(sqlite3.connect(file, timeout=10)) as connection, connection:
            connection.execute("UPDATE hh_plugins SET enabled = ?", [enabled])

    _register(settings)
    yield _Store(name="SQLite", settings=settings, environment={}, by_hand=by_hand)


@contextmanager
def _postgres(platform: Platform) -> Iterator[_Store | None]:
    base = os.environ.get("TEST_POSTGRES_URL", "")
    if not base or find_spec("psycopg") is None:
        yield None
        return
    driver = import_module("psycopg")
    schema = f"bench_{uuid.uuid4().hex}"
    plain = base.replace("+psycopg", "")
    with driver.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        url = f"{base}?options=-csearch_path%3D{schema}"
        settings = Settings(install_dir=platform.folder, data_dir=platform.folder / ".honeyhost", database_url=url)
        _register(settings)

        def by_hand(enabled: bool) -> None:  # noqa: FBT001
            connection.execute(f"UPDATE {schema}.hh_plugins SET enabled = %s", [enabled])  # noqa: S608 - our schema

        connection.execute(f"SET search_path TO {schema}")
        try:
            yield _Store(name="PostgreSQL", settings=settings, environment={"HONEYHOST_DATABASE_URL": url}, by_hand=by_hand)
        finally:
            open_database(url).close()
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


def _register(settings: Settings) -> None:
    defaults = import_module("honeyhost.store.records").PluginDefaults(slug=fixtures.slug_of(0), version=fixtures.VERSION)
    stores = stores_of(settings)
    stores.plugins.register([defaults])
    stores.plugins.set_enabled(defaults.slug, True)


_MADE_ONCE, _KNOWN, _EACH = "list: honeyhost", "list: honeyhost, 304", "list: FastAPI, made for each request"


async def _lists(ground: Ground, scale: Scale) -> dict[str, float]:
    platform = ground.folders(scale.largest)
    app = FastAPI()
    Host(Settings(install_dir=platform.folder), identity=_reader).attach(app)
    path = "/api/plugin-host/plugins"
    status, headers, body = await _got(app, path)
    assert status == 200, status
    rows, tag = json.loads(body), headers[b"etag"]
    plain = FastAPI()

    @plain.get(path)
    async def plugins() -> list[dict[str, Any]]:
        return list(rows)

    cases: dict[str, Case] = {
        _MADE_ONCE: _asked(app, path, 200),
        _KNOWN: _asked(app, path, 304, (b"if-none-match", tag)),
        _EACH: _asked(plain, path, 200),
    }
    return {name: sample.cpu for name, sample in (await interleaved(cases, scale.rounds)).items()}


async def _reader(_connection: Any) -> Caller:
    return Caller(id="measured", scopes=frozenset({"plugins.read"}))


def _asked(app: Any, path: str, wanted: int, *more: tuple[bytes, bytes]) -> Case:
    async def case(count: int) -> None:
        for _ in range(count):
            status, _headers, _body = await _got(app, path, *more)
            assert status == wanted, status

    return case


async def _got(app: Any, path: str, *more: tuple[bytes, bytes]) -> tuple[int, dict[bytes, bytes], bytes]:
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    asked = scope(path)
    asked["headers"] = [*asked["headers"], *more]
    await app(asked, receive, send)
    return said[0]["status"], dict(said[0]["headers"]), b"".join(message.get("body", b"") for message in said[1:])


async def _prices(platform: Platform, scale: Scale) -> dict[str, float]:
    settings = Settings(install_dir=platform.folder, data_dir=platform.folder / ".honeyhost")
    cases = {
        "honeyhost: the shared mark": _case(_mark_check(settings.data_dir)),
        "TTL cache, stale for its time": _case(_ttl_check()),
        "a read per request": _case(_read_check(settings)),
    }
    return {name: sample.cpu for name, sample in (await interleaved(cases, scale.rounds)).items()}


def _case(check: Callable[[], object]) -> Case:
    async def case(count: int) -> None:
        for _ in range(count):
            check()

    return case


def _mark_check(folder: Path) -> Callable[[], object]:
    mark = SharedMark(mark_path(folder))
    following = Following(lambda: None, mark=mark, drift=None)  # type: ignore[arg-type, return-value] # nothing is read
    live = object()

    def current() -> object:
        if following.mark is not None and following.mark.value() != following.seen:
            following.look()
        return live

    return current


def _ttl_check() -> Callable[[], object]:
    kept: list[float] = [time.monotonic() + 3600]
    return lambda: kept[0] > time.monotonic()


def _read_check(settings: Settings) -> Callable[[], object]:
    table, slug = PluginTable(open_database(settings.database_url)), fixtures.slug_of(0)
    return lambda: table.get(slug)
