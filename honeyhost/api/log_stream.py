"""
The log stream: records told to pages and programs while they are open (server-sent events).

A number of a record means something in one process only, so the id of an event names the process too: whoever comes back with
it to that process misses nothing that is still kept, and whoever comes to another one is told all that this one keeps.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from honeyhost.api.events import MOST_LISTENERS, server_is_ending
from honeyhost.api.hosted import Hosted
from honeyhost.api.problems import ProblemError
from honeyhost.names import visible
from honeyhost.services.logs import Listener, LogRecord, News

COMMENT = 15.0
"""Seconds between two questions whether the caller may still listen; a comment tells that the stream is alive."""
_LOOK = 0.5
"""Seconds between two looks whether the server is about to end."""
_ID = re.compile(r"(?:(?P<instance>.+):)?(?P<sequence>[0-9]{1,15})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """
    What one listener asked for: whose records, at or above which level, with which text; after which event, and else how many
    of those before.
    """

    plugin: str | None = None
    level: str | None = None
    text: str | None = None
    last_event: str | None = None
    limit: int = 0


class LogStream:
    """
    The records of one host, for any number of listeners.
    """

    def __init__(self, host: Hosted) -> None:
        self._host = host
        self._open = 0

    def listen(self, asked: Asked, admitted: Callable[[], Awaitable[bool]]) -> AsyncIterator[str]:
        """
        The stream of one listener; it ends when ``admitted`` says no, which is asked every quarter of a minute, and when the
        server ends.

        Raises:
            ProblemError: 503, where too many listen already.
        """
        if self._open >= MOST_LISTENERS:
            detail = f"{MOST_LISTENERS} listen to the log of this process already"
            raise ProblemError(503, "too-many-listeners", detail, headers={"Retry-After": "30"})
        return self._stream(asked, admitted)

    async def _stream(self, asked: Asked, admitted: Callable[[], Awaitable[bool]]) -> AsyncIterator[str]:
        instance, buffer = self._host.status().instance, self._host.logs
        self._open += 1
        try:
            after, last = self._begin(asked, instance)
            filters: dict[str, Any] = {"plugin": asked.plugin, "level": asked.level, "text": asked.text}
            with buffer.subscribe(**filters, after=after, last=last) as listener:
                yield event("process", {"instance": instance}, f"{instance}:{listener.begin}")
                async for news in _while_admitted(listener, admitted):
                    yield _told(news, instance)
        finally:
            self._open -= 1

    def _begin(self, asked: Asked, instance: str) -> tuple[int | None, int]:
        """
        The number after which the stream begins, or how many records of before it begins with. An id that this process did
        not give stands for a time that it knows nothing of.
        """
        if asked.last_event is None:
            return None, asked.limit
        found = _ID.fullmatch(asked.last_event)
        if found is None or found["instance"] not in (None, instance):
            return None, self._host.logs.size
        return int(found["sequence"]), 0


async def _while_admitted(listener: Listener, admitted: Callable[[], Awaitable[bool]]) -> AsyncIterator[News | None]:
    """
    What the listener hears; None now and then where that is nothing.
    """
    loop = asyncio.get_running_loop()
    due = loop.time() + COMMENT
    while not server_is_ending():
        news = await _comes(listener)
        if news is not None:
            yield news
        if loop.time() >= due:
            if not await admitted():
                return
            due = loop.time() + COMMENT
            yield None


async def _comes(listener: Listener) -> News | None:
    try:
        async with asyncio.timeout(_LOOK):
            return await listener.next()
    except TimeoutError:
        return None


def _told(news: News | None, instance: str) -> str:
    if news is None:
        return ": still here\n\n"
    missed = event("missed", {"missed": news.missed}) if news.missed else ""
    return missed + "".join(event("record", row(record), f"{instance}:{record.sequence}") for record in news.records)


def event(name: str, data: Any, number: str | None = None) -> str:
    """
    One server-sent event. JSON has no line ends of its own, so the data is one line.
    """
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {name}\ndata: {json.dumps(data)}\n\n"


def row(record: LogRecord) -> dict[str, Any]:
    """
    A record as it is answered: what cannot be seen in its texts is made visible, and lines stay lines.
    """
    made: dict[str, Any] = _visible(record.to_json())
    return made


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return "\n".join(map(visible, value.split("\n")))
    if isinstance(value, list):
        return [_visible(item) for item in value]
    return {visible(key): _visible(item) for key, item in value.items()} if isinstance(value, dict) else value
