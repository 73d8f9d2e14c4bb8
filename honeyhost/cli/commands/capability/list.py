"""
``capability list``: every capability of the attached plugins, also of those that are switched off.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.glyphs import Mark
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import Line, line, span
from honeyhost.cli.streams import Screen, Streams
from honeyhost.host import Host
from honeyhost.settings import Settings

_COLUMNS = (Column(title="CAPABILITY"), Column(title="PLUGIN"), Column(title="STATE", leaves=1), Column(title="PERMISSION"))
_MARKS: Mapping[str, Mark] = {"disabled": "off", "quarantined": "alert", "failed": "bad"}


def run(streams: Streams, *, json: bool) -> int:
    """
    List them by slug.
    """
    rows = sorted(_rows(Settings.load()), key=lambda row: str(row["slug"]))
    if json:
        write_json(streams.out, document({"capabilities": rows}))
        return 0
    out = streams.out
    cells = [_cells(out, row) for row in rows]
    streams.answer(table(_COLUMNS, cells, out.width, indent=len(out.glyphs.none) and len(out.glyphs.none) + 1))
    if not rows:
        streams.aside([line("no plugin publishes a capability")])
        streams.next("honeyhost list")
    return 0


def _rows(settings: Settings) -> Iterator[dict[str, Any]]:
    host = Host(settings)
    detach = host.attach(FastAPI())
    try:
        for plugin in host.manager.plugins:
            state = host.manager.state(plugin.slug)
            for slug, permission in plugin.capabilities.items():
                yield {"slug": slug, "plugin": plugin.slug, "state": state, "permission": permission}
    finally:
        detach()


def _cells(out: Screen, row: Mapping[str, Any]) -> list[Line]:
    permission = row["permission"]
    return [
        (out.glyphs.mark(_MARKS.get(row["state"], "good")), span(row["slug"], "bold")),
        line(row["plugin"]),
        line(row["state"]),
        line(permission) if permission is not None else line(span("none", "dim")),
    ]
