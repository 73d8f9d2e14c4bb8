"""
``capability run``: run a capability in this process, and print its output.
"""

import asyncio
import json as encoder
import sys
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from honeyhost.cli.assignments import read_object
from honeyhost.cli.output import document, write_json
from honeyhost.cli.streams import Streams
from honeyhost.host import Host
from honeyhost.settings import Settings
from honeyhost.work.outputs import written


def run(streams: Streams, *, slug: str, given: str | None, timeout: float | None, json: bool) -> int:
    """
    Run it as the host itself, with nothing served and no other plugin started than those that are called.
    """
    text = sys.stdin.read() if given == "-" else given
    arguments = {} if text is None else read_object(text, "the value of JSON", hint="""write an object, as '{"year": 2026}'""")
    answer = asyncio.run(_answer(Settings.load(), slug, arguments, timeout))
    output = encoder.loads(written(slug, answer))
    if json:
        write_json(streams.out, document({"capability": slug, "output": output}))
    else:
        streams.out.write_utf8(encoder.dumps(output, indent=2 if streams.out.terminal else None) + "\n")
    return 0


async def _answer(settings: Settings, slug: str, given: Mapping[str, Any], seconds: float | None) -> Any:
    host = Host(settings)
    detach = host.attach(FastAPI())
    try:
        return await host.run_capability(slug, given, timeout=seconds)
    finally:
        await host.manager.stop()
        detach()
