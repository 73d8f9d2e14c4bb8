"""
``token list``: every access token.
"""

from datetime import UTC, datetime

from honeyhost.cli.opened import open_stores
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.glyphs import Mark
from honeyhost.cli.render.moments import moment
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import Line, Style, line, span
from honeyhost.cli.streams import Screen, Streams
from honeyhost.cli.tokens import rights, token_json
from honeyhost.settings import Settings
from honeyhost.store.records import TokenRecord

_COLUMNS = (
    Column(title="ID"),
    Column(title="NAME"),
    Column(title="STATE"),
    Column(title="USED", leaves=1),
    Column(title="RIGHTS"),
)


def run(streams: Streams, *, json: bool) -> int:
    """
    List them, the oldest first; no text of a token is known any more.
    """
    records = open_stores(Settings.load()).tokens.all()
    if json:
        write_json(streams.out, document({"tokens": [token_json(record) for record in records]}))
        return 0
    out = streams.out
    rows = [_row(out, record) for record in records]
    streams.answer(table(_COLUMNS, rows, out.width, indent=len(out.glyphs.none) and len(out.glyphs.none) + 1))
    if not rows:
        streams.aside([line("there are no tokens")])
        streams.next("honeyhost token create NAME --scope plugins.read")
    return 0


def _row(out: Screen, record: TokenRecord) -> list[Line]:
    mark, style, state = _state(out, record)
    used = "never" if record.last_used_at is None else moment(record.last_used_at, terminal=out.terminal)
    return [
        (out.glyphs.mark(mark), span(record.id, "bold")),
        line(record.name),
        line(span(state, style)),
        line(used),
        line(rights(record)),
    ]


def _state(out: Screen, record: TokenRecord) -> tuple[Mark, Style, str]:
    if record.revoked_at is not None:
        return "off", "dim", f"revoked {moment(record.revoked_at, terminal=out.terminal)}"
    if record.expires_at is None:
        return "good", "green", "valid"
    valid = record.valid_at(datetime.now(UTC))
    ends = moment(record.expires_at, terminal=out.terminal)
    return ("good", "green", f"valid, ends {ends}") if valid else ("off", "dim", f"ended {ends}")
