"""
The upgrade child: one plugin under load from real clients while its versions take turns; says what the clients saw.

``honeyhost`` swaps as a reload does, code compiled in a child process and all; ``purge`` takes the modules out of
``sys.modules`` and imports them again under the same names, as plugin systems commonly do.
"""

import asyncio
import gc
import http.client
import importlib
import json
import os
import shutil
import socket
import sys
import threading
import weakref
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from honeyhost import Host
from honeyhost.sdk import Caller

SLUG = "upgraded"
CLIENTS = 4
_MODULES = ("early", "late", "later")
_API = """\
import asyncio
from fastapi import APIRouter
from pydantic import BaseModel
from {package} import early

VERSION = {version!r}
router = APIRouter()


class Answer(BaseModel):
    versions: list[str]


@router.get("/versions")
async def versions() -> Answer:
    await asyncio.sleep(0.01)
    from {package} import late
    await asyncio.sleep(0.01)
    import {package}.later as later
    return Answer(versions=[VERSION, early.VERSION, late.VERSION, later.VERSION])
"""
Swap = Callable[[int], Awaitable[Any]]


def main() -> None:
    """
    ``KIND SWAPS`` in the working directory.
    """
    kind, swaps = sys.argv[1], int(sys.argv[2])
    sys.stdout.write(json.dumps(asyncio.run(KINDS[kind](swaps))) + "\n")
    sys.stdout.flush()
    os._exit(0)


def write(folder: Path, package: str, version: str) -> None:
    """
    The plugin in a version, whole and at once in the place of the one that lies there.
    """
    fresh, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    fresh.mkdir(parents=True)
    for name in _MODULES:
        (fresh / f"{name}.py").write_text(f"VERSION = {version!r}\n")
    (fresh / "__init__.py").touch()
    (fresh / "api.py").write_text(_API.format(package=package, version=version))
    manifest = f"name: {SLUG}\nversion: {version}.0.0\nrouters: [{{router: '.api:router', public: true}}]\n"
    (fresh / "plugin.yaml").write_text(manifest)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


async def _honeyhost(swaps: int) -> dict[str, Any]:
    package = f"plugins.{SLUG}"
    folder = Path("plugins") / SLUG
    write(folder, package, "1")
    host = Host(identity=_nobody)
    app = FastAPI(lifespan=host.lifespan)
    host.attach(app)
    generations: list[weakref.ref[Any]] = []

    async def swap(number: int) -> None:
        generations.append(weakref.ref(host.manager.generations[SLUG]))
        write(folder, package, str(number))
        await host.reload(SLUG)

    found = await _measured(app, f"/api/plugins/{SLUG}/versions", swaps, swap, host.manager.settled)
    return {**found, "alive": 1 + sum(reference() is not None for reference in generations)}


async def _purge(swaps: int) -> dict[str, Any]:
    folder, package = Path("purged") / "bench_upgrade", "bench_upgrade"
    write(folder, package, "1")
    sys.path.insert(0, "purged")
    sys.dont_write_bytecode = True
    app, slot, routers = FastAPI(), [], []

    def load() -> Any:
        importlib.invalidate_caches()
        made = FastAPI()
        router = importlib.import_module(f"{package}.api").router
        routers.append(weakref.ref(router))
        made.include_router(router)
        return made

    async def mounted(scope: Any, receive: Any, send: Any) -> None:
        await slot[0](scope, receive, send)

    async def swap(number: int) -> None:
        write(folder, package, str(number))
        for name in [name for name in sys.modules if name == package or name.startswith(package + ".")]:
            del sys.modules[name]
        slot[0] = load()
        await asyncio.sleep(0.05)

    async def settled() -> None:
        await asyncio.sleep(0.2)

    slot.append(load())
    app.mount("/plugin", mounted)
    found = await _measured(app, "/plugin/versions", swaps, swap, settled)
    return {**found, "alive": sum(reference() is not None for reference in routers)}


async def _measured(app: FastAPI, path: str, swaps: int, swap: Swap, settled: Callable[[], Awaitable[Any]]) -> dict[str, Any]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)
        first = _Client(listener.getsockname()[1], path)  # so that the first version is loaded before the second is written
        while not first.answers:  # noqa: ASYNC110 - a thread tells nobody
            await asyncio.sleep(0.01)
        await asyncio.to_thread(first.end)
        clients = [_Client(listener.getsockname()[1], path) for _ in range(CLIENTS)]
        sizes = []
        for number in range(swaps):
            await swap(2 - number % 2)
            if number in (swaps // 2 - 1, swaps - 1):
                await settled()
                gc.collect()
                sizes.append(_resident())
        for client in clients:
            await asyncio.to_thread(client.end)
        server.should_exit = True
        await serving
        await settled()
        gc.collect()
    answers = [answer for client in clients for answer in client.answers]
    return {
        "requests": len(answers) + sum(client.failed for client in clients),
        "failed": sum(client.failed for client in clients),
        "mixed": sum(len(set(answer)) != 1 for answer in answers),
        "bytes": max(0, sizes[1] - sizes[0]) / (swaps - swaps // 2),
    }


class _Client(threading.Thread):
    def __init__(self, port: int, path: str) -> None:
        super().__init__(daemon=True)
        self.answers: list[tuple[str, ...]] = []
        self.failed = 0
        self._port, self._path, self._over = port, path, threading.Event()
        self.start()

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        while not self._over.is_set():
            try:
                connection.request("GET", self._path)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status == 200:
                    self.answers.append(tuple(json.loads(body)["versions"]))
                else:
                    self.failed += 1
            except (OSError, http.client.HTTPException):
                self.failed += 1
                connection.close()

    def end(self) -> None:
        self._over.set()
        self.join(30)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def _nobody(_connection: Any) -> Caller | None:
    return None


KINDS: dict[str, Callable[[int], Awaitable[dict[str, Any]]]] = {"honeyhost": _honeyhost, "purge": _purge}
