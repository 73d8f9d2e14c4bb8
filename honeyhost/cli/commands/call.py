"""
``call``: call a plugin's function in this process, and print its answer.
"""

import asyncio
import json as encoder
import sys
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder

from honeyhost.cli.assignments import read_object
from honeyhost.cli.output import document, write_json
from honeyhost.cli.streams import Streams
from honeyhost.errors import RefusedError
from honeyhost.host import Host
from honeyhost.settings import Settings


def run(  # noqa: PLR0913 - what can be typed
    streams: Streams, *, name: str, function: str, arguments: str | None, timeout: float | None, json: bool
) -> int:
    """
    Call it, with nothing served and no other plugin started than those that it calls.
    """
    text = sys.stdin.read() if arguments == "-" else arguments
    given = {} if text is None else read_object(text, "the value of JSON", hint="""write an object, as '{"year": 2026}'""")
    answer = _plain(asyncio.run(_called(Settings.load(), name, function, given, timeout)), name, function)
    if json:
        write_json(streams.out, document({"plugin": name, "function": function, "result": answer}))
    else:
        streams.out.write_utf8(encoder.dumps(answer, indent=2 if streams.out.terminal else None) + "\n")
    return 0


async def _called(settings: Settings, name: str, function: str, arguments: Mapping[str, Any], seconds: float | None) -> Any:
    host = Host(settings)
    detach = host.attach(FastAPI())
    try:
        return await host.call(name, function, arguments, timeout=seconds)
    finally:
        await host.manager.stop()
        detach()


def _plain(answer: Any, name: str, function: str) -> Any:
    try:
        return jsonable_encoder(answer)
    except (ValueError, TypeError, RecursionError) as cause:
        raise RefusedError(
            f"function '{function}' of plugin '{name}' answered a {type(answer).__name__}, which JSON cannot say",
            hint="let it answer with mappings, lists, texts and numbers",
            plugin=name,
            function=function,
        ) from cause
