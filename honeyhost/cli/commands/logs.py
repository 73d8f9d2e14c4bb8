"""
``logs``: what plugins and the host had to say, asked of a running host.
"""

from collections.abc import Mapping
from dataclasses import replace
from threading import Event as Moment
from typing import Any

from honeyhost.cli.output import document, write_json
from honeyhost.cli.remote import Event, HostUnreachableError, RemoteHost, remote_host
from honeyhost.cli.render.records import record_lines
from honeyhost.cli.render.text import line
from honeyhost.cli.streams import Streams
from honeyhost.errors import UsageError

_AGAIN = 1.0
"""Seconds between two tries to listen again."""


def run(  # noqa: PLR0913 - what can be typed
    streams: Streams,
    *,
    plugin: str | None,
    level: str | None,
    text: str | None,
    limit: int,
    before: int | None,
    follow: bool,
    url: str | None,
    token: str | None,
    json: bool,
) -> int:
    """
    Show the last records, the newest at the end; with ``follow`` go on until somebody stops it.
    """
    host = remote_host(url, token)
    wanted: dict[str, Any] = {"plugin": plugin, "level": level, "text": text, "limit": limit}
    if follow and before is not None:
        raise UsageError("what is older than a record does not come any more", hint="leave out --follow, or --before")
    if follow:
        return _Following(streams, json=json).follow(host, wanted)
    answer = host.get("/logs", {**wanted, "before": before})
    if json:
        write_json(streams.out, document(answer))
        return 0
    for record in reversed(answer["logs"]):
        streams.answer(record_lines(record, terminal=streams.out.terminal))
    _conclude(streams, answer, limit)
    return 0


def _conclude(streams: Streams, answer: Mapping[str, Any], limit: int) -> None:
    shown, total = answer["count"], answer["total"]
    said = f"{shown} of {total} records of {answer['instance']}" if total else f"no record of {answer['instance']} fits"
    streams.aside([line(said)])
    if shown == limit < total:
        streams.aside([line(f"older ones: --before {answer['logs'][-1]['sequence']}")])


class _Following:
    """
    One person who follows, over as many connections as it takes.
    """

    def __init__(self, streams: Streams, *, json: bool) -> None:
        self._streams = streams
        self._json = json
        self._last: str | None = None
        self._lost = False

    def follow(self, host: RemoteHost, wanted: Mapping[str, Any]) -> int:
        """
        Show what comes. A stream that ends is taken up where it ended; a host that never answered is an error.
        """
        while True:
            try:
                for event in host.events("/logs/stream", wanted, self._last):
                    self._last = event.id
                    self._show(event)
            except HostUnreachableError:
                if self._last is None:
                    raise
            self._lose()
            Moment().wait(_AGAIN)

    def _show(self, event: Event) -> None:
        if event.name == "process" and self._lost:
            self._lost = False
            self._streams.aside([line(f"goes on, with {event.data['instance']}")])
        if self._json and event.name != "process":
            write_json(replace(self._streams.out, terminal=False), event.data)
        elif event.name == "record":
            self._streams.answer(record_lines(event.data, terminal=self._streams.out.terminal))
        elif event.name == "missed":
            self._streams.aside([line(f"{event.data['missed']} records were missed")])
        self._streams.out.flush()

    def _lose(self) -> None:
        if not self._lost:
            self._lost = True
            self._streams.aside([line("the stream ended; listening again")])
