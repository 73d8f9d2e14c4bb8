"""
The boot child: one platform in a fresh interpreter, from its start to the first answer of its last plugin.

Says in JSON what that cost, and what the OpenAPI document costs after it. The clock of the CPU begins with the process, so
that starting the interpreter and importing the framework are in every figure.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from asgi import TOKEN, receive, scope

STATIC = "records/list"
TOGGLES = 3


class Started(NamedTuple):
    """
    An application, a path that it answers, and how the last plugin is switched off or on again.
    """

    app: Any
    path: str
    toggle: Callable[[], Awaitable[None]] | None = None


def main() -> None:
    """
    Start one kind of platform with so many plugins: ``KIND COUNT [openapi]``.
    """
    kind, count = sys.argv[1], int(sys.argv[2])
    sys.setrecursionlimit(100_000)  # the lifespans of included routers nest; without this 489 of them do not start
    started = KINDS[kind](count)
    report = asyncio.run(_measured(started, openapi="openapi" in sys.argv[3:]))
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()
    os._exit(0)


async def _measured(started: Started, *, openapi: bool) -> dict[str, Any]:
    async with started.app.router.lifespan_context(started.app):
        assert await _get(started.app, started.path) == 200
        report: dict[str, Any] = {"cpu": time.process_time(), "memory": _memory()}
        if openapi:
            report |= await _documented(started)
        return report


async def _documented(started: Started) -> dict[str, Any]:
    report = {"openapi": await _document(started.app), "memory_documented": _memory()}
    if started.toggle is not None:
        taken = []
        for _ in range(TOGGLES):
            await started.toggle()
            taken.append(await _document(started.app))
        report["toggled"] = sorted(taken)[TOGGLES // 2]
    return report


async def _document(app: Any) -> float:
    began = time.process_time()
    assert await _get(app, "/openapi.json") == 200
    return time.process_time() - began


async def _get(app: Any, path: str) -> int:
    statuses: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope(path), receive, send)
    return statuses[0]


def _memory() -> int:
    """
    The resident memory in bytes, now and not at its highest.
    """
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _bare(_: int) -> Started:
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/list")
    async def listed() -> dict[str, str]:
        return {"plugin": "none", "route": "list"}

    return Started(app, "/list")


def _honeyhost(count: int) -> Started:
    from fastapi import FastAPI

    from honeyhost import Host
    from honeyhost.sdk import Caller

    slug = f"bench-{count - 1:04d}"
    caller = Caller(id="measured", permissions=frozenset({f"{slug.replace('-', '_')}.read"}))

    async def identity(connection: Any) -> Caller | None:
        return caller if (b"authorization", TOKEN) in connection.scope["headers"] else None

    return _hosted(FastAPI, Host(identity=identity), slug)


def _honeyhost_with_tokens(count: int) -> Started:
    from fastapi import FastAPI

    from honeyhost import Host

    return _hosted(FastAPI, Host(), f"bench-{count - 1:04d}")


def _hosted(framework: Any, host: Any, slug: str) -> Started:
    app = framework(lifespan=host.lifespan)
    host.attach(app)
    if host.boot.snapshot is None:
        raise SystemExit("the snapshot does not fit")

    async def toggle() -> None:
        await host.manager.set_enabled(slug, enabled=slug not in host.live.fronts)

    return Started(app, f"/api/plugins/{slug}/{STATIC}", toggle)


def _walk_and_include(count: int) -> Started:
    import yaml
    from fastapi import FastAPI

    app, slug = FastAPI(), ""
    sys.path.insert(0, str(Path.cwd()))
    for folder in sorted(Path("plugins").iterdir()):
        manifest = yaml.safe_load((folder / "plugin.yaml").read_text(encoding="utf-8"))
        slug = manifest["name"]
        for entry in manifest["routers"]:
            module, _, attribute = entry["router"].partition(":")
            app.include_router(_attribute(f"plugins.{slug}{module}", attribute), prefix=f"/api/plugins/{slug}")
    return Started(app, f"/api/plugins/bench-{count - 1:04d}/{STATIC}")


def _entry_points_and_include(count: int) -> Started:
    from fastapi import FastAPI

    app = FastAPI()
    for slug, package in _declared():
        for router in _routers(package):
            app.include_router(router, prefix=f"/api/plugins/{slug}")
    return Started(app, f"/api/plugins/bench-{count - 1:04d}/{STATIC}", _including(app))


def _entry_points_and_add(count: int) -> Started:
    from fastapi import FastAPI

    app = FastAPI()
    for slug, package in _declared():
        for router in _routers(package):
            for route in router.routes:
                app.add_api_route(f"/api/plugins/{slug}{route.path}", route.endpoint, methods=list(route.methods))
    return Started(app, f"/api/plugins/bench-{count - 1:04d}/{STATIC}", _including(app))


def _entry_points_and_mount(count: int) -> Started:
    from fastapi import FastAPI

    app = FastAPI()
    for slug, package in _declared():
        mounted = FastAPI()
        for router in _routers(package):
            mounted.include_router(router)
        app.mount(f"/api/plugins/{slug}", mounted)
    return Started(app, f"/api/plugins/bench-{count - 1:04d}/{STATIC}")


def _stevedore_and_include(count: int) -> Started:
    from fastapi import FastAPI
    from stevedore import ExtensionManager

    app = FastAPI()
    for extension in sorted(ExtensionManager("honeyframe.plugins"), key=lambda found: found.name):
        for router in _routers(extension.module_name):
            app.include_router(router, prefix=f"/api/plugins/{extension.name}")
    return Started(app, f"/api/plugins/bench-{count - 1:04d}/{STATIC}")


def _including(app: Any) -> Callable[[], Awaitable[None]]:
    """
    The last route taken out of the framework's list, and put back: a host that is made of included routers has no other way.
    """
    taken: list[Any] = []

    async def toggle() -> None:
        if taken:
            app.router.routes.append(taken.pop())
        else:
            taken.append(app.router.routes.pop())
        app.openapi_schema = None

    return toggle


def _declared() -> Iterator[tuple[str, str]]:
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group="honeyframe.plugins")):  # the one that is asked is the last one
        entry.load()
        yield entry.name, entry.module


def _routers(package: str) -> list[Any]:
    return [_attribute(f"{package}.routers.{part}", "router") for part in ("records", "reports")]


def _attribute(module: str, name: str) -> Any:
    from importlib import import_module

    return getattr(import_module(module), name)


KINDS: dict[str, Callable[[int], Started]] = {
    "bare": _bare,
    "honeyhost": _honeyhost,
    "honeyhost-tokens": _honeyhost_with_tokens,
    "walk-include": _walk_and_include,
    "include": _entry_points_and_include,
    "flat": _entry_points_and_add,
    "mount": _entry_points_and_mount,
    "stevedore": _stevedore_and_include,
}
