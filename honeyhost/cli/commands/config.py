"""
``config``: every setting, its value, and where it came from.
"""

from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import Streams
from honeyhost.settings import Settings


def run(streams: Streams, *, json: bool) -> int:
    """
    Print the settings; secrets are masked.
    """
    origins = Settings.load().origins()
    if json:
        write_json(streams.out, document({"settings": [origin.to_json() for origin in origins]}))
        return 0
    columns = [Column(title="SETTING"), Column(title="FROM", leaves=1), Column(title="VALUE")]
    rows = [[line(span(origin.name, "bold")), line(span(origin.source, "dim")), line(origin.value)] for origin in origins]
    streams.answer(table(columns, rows, streams.out.width))
    return 0
