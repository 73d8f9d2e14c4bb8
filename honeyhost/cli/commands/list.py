"""
``list``: every plugin that was found, usable or not, as rows of one table.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from honeyhost.cli.output import write_json
from honeyhost.cli.render.problems import problem_lines
from honeyhost.cli.render.rows import Row, plugin_rows
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import Line, line, span
from honeyhost.cli.streams import Streams
from honeyhost.diagnostics import Problem
from honeyhost.errors import MissingExtraError, StoreUnavailableError
from honeyhost.recorded import recorded_listing
from honeyhost.settings import Settings

COLUMNS = (
    Column(title="PLUGIN"),
    Column(title="VERSION", leaves=2),
    Column(title="STATE"),
    Column(title="FROM", leaves=1),
    Column(title="WHY"),
)

_STORE_TROUBLE = (StoreUnavailableError.code, MissingExtraError.code)


def run(streams: Streams, *, json: bool) -> int:
    """
    Print the table; reading is no failure, so the exit code is 0 whatever stands in it.
    """
    settings = Settings.load()
    recorded = recorded_listing(settings)
    listing = recorded if recorded is not None else _looked(settings)
    if json:
        write_json(streams.out, listing)
        return 0
    rows = plugin_rows(listing, terminal=streams.out.terminal)
    glyphs = streams.out.glyphs
    cells = [[(glyphs.mark(row.mark), span(row.name, "bold")), *_cells(row)] for row in rows]
    indent = len(glyphs.none) and len(glyphs.none) + 1
    streams.answer(table(COLUMNS, cells, streams.out.width, indent=indent))
    for finding in listing["findings"]:
        streams.aside(problem_lines(Problem(**finding)))
    if rows:
        _conclude(streams, listing, rows, applied=recorded is not None)
    else:
        _nothing(streams, settings)
    return 0


def _looked(settings: Settings) -> Mapping[str, Any]:
    """
    What looking finds, where something has changed since it was recorded; the rooms for that are only then loaded.
    """
    found: Mapping[str, Any] = import_module("honeyhost.survey").survey(settings).to_json()
    return found


def _cells(row: Row) -> list[Line]:
    return [line(row.version), line(span(row.state, row.style)), line(span(row.origin, "dim")), row.why]


def _nothing(streams: Streams, settings: Settings) -> None:
    """
    Where plugins were looked for in vain.
    """
    places = f"no plugins in the environment, in {settings.bundled_root} or in {settings.customer_root}"
    streams.aside([line(places)])
    streams.next(f"mkdir -p {settings.customer_root}")


def _conclude(streams: Streams, listing: Mapping[str, Any], rows: Sequence[Row], *, applied: bool) -> None:
    """
    The counts, and what to do first; nothing where all that was found is well and applied.
    """
    counts = Counter(row.state for row in rows)
    parts = ", ".join(f"{number} {state}" for state, number in counts.items())
    streams.aside([line(f"{len(rows)} found: {parts}")])
    first = next((row for row in rows if row.next), None)
    if first is not None:
        streams.next(first.next)
    elif any(finding["code"] in _STORE_TROUBLE for finding in listing["findings"]):
        streams.next("honeyhost doctor")
    elif not applied:
        streams.next("honeyhost plan")
