"""
``list``: every plugin that was found, usable or not, as rows of one table.
"""

from collections import Counter
from collections.abc import Sequence

from honeyhost.cli.output import write_json
from honeyhost.cli.render.problems import problem_lines
from honeyhost.cli.render.rows import Row, plugin_rows
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import Line, line, span
from honeyhost.cli.streams import Streams
from honeyhost.settings import Settings
from honeyhost.survey import survey

COLUMNS = (
    Column(title="PLUGIN"),
    Column(title="VERSION", leaves=2),
    Column(title="STATE"),
    Column(title="FROM", leaves=1),
    Column(title="WHY"),
)


def run(streams: Streams, *, json: bool) -> int:
    """
    Print the table; reading is no failure, so the exit code is 0 whatever stands in it.
    """
    settings = Settings.load()
    found = survey(settings)
    if json:
        write_json(streams.out, found.to_json())
        return 0
    rows = plugin_rows(found)
    glyphs = streams.out.glyphs
    cells = [[(glyphs.mark(row.mark), span(row.name, "bold")), *_cells(row)] for row in rows]
    indent = len(glyphs.none) and len(glyphs.none) + 1
    streams.answer(table(COLUMNS, cells, streams.out.width, indent=indent))
    for finding in found.inventory.findings:
        streams.aside(problem_lines(finding))
    _conclude(streams, rows, settings)
    return 0


def _cells(row: Row) -> list[Line]:
    return [line(row.version), line(span(row.state, row.style)), line(span(row.origin, "dim")), row.why]


def _conclude(streams: Streams, rows: Sequence[Row], settings: Settings) -> None:
    """
    The counts, and what to look at first.
    """
    if not rows:
        places = f"no plugins in the environment, in {settings.bundled_root} or in {settings.customer_root}"
        streams.aside([line(places)])
        streams.next(f"mkdir -p {settings.customer_root}")
        return
    counts = Counter(row.state for row in rows)
    parts = ", ".join(f"{number} {state}" for state, number in counts.items())
    streams.aside([line(f"{len(rows)} found: {parts}")])
    first = next((row for row in rows if row.next), None)
    streams.next(first.next if first is not None else "honeyhost plan")
