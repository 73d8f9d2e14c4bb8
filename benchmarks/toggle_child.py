"""
The toggle child: one worker of a platform that is asked for a plugin without a pause, and says when its answers turned.

Starts, says ``ready``, asks until its input ends, and writes in JSON for each turn when the last old and the first new answer
were asked for, in nanoseconds of the clock that all processes of the machine share.
"""

import asyncio
import json
import sys
import time
from typing import Any

from asgi import TOKEN, receive, scope
from fastapi import FastAPI

from honeyhost import Host
from honeyhost.sdk import Caller

_PAUSE = 5e-4
"""Seconds between two requests, so that several workers and who toggles have turns on two cores."""


def main() -> None:
    """
    Ask for one path until the input ends: ``PATH PERMISSION``.
    """
    path, permission = sys.argv[1:3]
    caller = Caller(id="measured", permissions=frozenset({permission}))

    async def identity(connection: Any) -> Caller | None:
        return caller if (b"authorization", TOKEN) in connection.scope["headers"] else None

    host = Host(identity=identity)
    app = FastAPI(lifespan=host.lifespan)
    host.attach(app)
    turns = asyncio.run(_asked(app, path))
    sys.stdout.write(json.dumps(turns) + "\n")


async def _asked(app: Any, path: str) -> list[tuple[int, int]]:
    turns: list[tuple[int, int]] = []
    async with app.router.lifespan_context(app):
        before, status = time.monotonic_ns(), await _get(app, path)
        assert status == 200
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        ended = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
        while not ended.done():
            began = time.monotonic_ns()
            found = await _get(app, path)
            if found != status:
                turns.append((before, began))
                status = found
            before = began
            await asyncio.sleep(_PAUSE)
    return turns


async def _get(app: Any, path: str) -> int:
    statuses: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope(path), receive, send)
    return statuses[0]
