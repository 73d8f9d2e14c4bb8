"""
Served platforms for tests: ``honeyhost serve`` as a shell starts it, and connections that stay with one of its workers.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

LIMIT = 30.0
TOKEN = "hht_administrator_of-a-test"
PROBE = """
import os

from fastapi import APIRouter, WebSocket

router = APIRouter()


@router.get("/pid")
async def pid() -> int:
    return os.getpid()


@router.get("/version")
async def version() -> str:
    return "one"


@router.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"{os.getpid()} {text}")
"""


def probing(slug: str, **manifest: Any) -> tuple[str, dict[str, Any], dict[str, str]]:
    """
    What ``platform.add`` takes for a plugin that says which process answers.
    """
    entry = {"label": slug, "path": f"/{slug}/start"}
    document = {"routers": [{"router": ".backend.probe:router", "permission": f"{slug}.read"}], "nav": [entry], **manifest}
    return slug, document, {"backend/probe.py": PROBE}


def until(condition: Callable[[], Any], *, what: str, limit: float = LIMIT) -> Any:
    """
    The first answer of a condition that is true.
    """
    deadline = time.monotonic() + limit
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"within {limit:g} s it did not come to pass: {what}"
        time.sleep(0.01)


@dataclass
class Served:
    """
    A running ``honeyhost serve``.
    """

    process: "subprocess.Popen[str]"
    lines: list[str]
    errors: Any
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def address(self) -> str:
        """
        Where it serves.
        """
        return next(line for line in self.lines if line.startswith("honeyhost serves at ")).split()[-1]

    def client(self) -> httpx.Client:
        """
        A client with one connection, which stays with the worker that took it.
        """
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=None)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        client = httpx.Client(base_url=self.address, headers=headers, limits=limits, timeout=LIMIT)
        return self.stack.enter_context(client)

    def workers(self, count: int) -> dict[int, httpx.Client]:
        """
        A client for each of so many workers, by the worker's process id.
        """
        found: dict[int, httpx.Client] = {}

        def one_more() -> bool:
            client = self.client()
            answer = client.get("/api/plugins/probe/pid")
            if answer.status_code == 200 and answer.json() not in found:
                found[answer.json()] = client
            else:
                client.close()
            return len(found) == count

        until(one_more, what=f"{count} workers answer")
        return found

    def told(self) -> str:
        """
        What it has said on standard error.
        """
        descriptor = self.errors.fileno()  # its position is shared with the program, which goes on writing
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode()

    def end(self) -> None:
        """
        End it, with every worker.
        """
        self.stack.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(LIMIT)


@contextmanager
def served(*words: str, command: str = "serve", **environ: str) -> Iterator[Served]:
    """
    ``honeyhost serve``, or another command that serves, on a free port, ready.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "honeyhost", command, "--port", "0", *words],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "HONEYHOST_ADMIN_TOKEN": TOKEN, **environ},
        )
        started = Served(process, [], errors)
        try:
            assert process.stdout is not None
            while not (started.lines and started.lines[-1].startswith("administrator token")):
                line = process.stdout.readline()
                assert line, started.told()
                started.lines.append(line.rstrip("\n"))
            until(lambda: _answers(started), what="it answers")
            yield started
        finally:
            started.end()
            assert process.stdout is not None
            process.stdout.close()


def _answers(started: Served) -> bool:
    assert started.process.poll() is None, started.told()
    return httpx.get(started.address + "/healthz", timeout=LIMIT).status_code == 200
