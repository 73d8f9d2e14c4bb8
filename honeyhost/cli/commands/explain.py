"""
``explain``: what a code means and how to mend it.
"""

from honeyhost.cli.catalogue import catalogue, look_up
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import line, span, wrapped
from honeyhost.cli.streams import Streams
from honeyhost.diagnostics import Code


def run(streams: Streams, *, code: str | None, json: bool) -> int:
    """
    Explain one code, or list all of them.
    """
    found = (look_up(code),) if code is not None else tuple(catalogue().values())
    if json:
        write_json(streams.out, document({"codes": [_shape(each) for each in found]}))
    elif code is not None:
        _one(streams, found[0])
    else:
        rows = [[line(span(each.code, "cyan")), line(each.meaning)] for each in found]
        streams.answer(table([Column(title="CODE"), Column(title="MEANING")], rows, streams.out.width))
        streams.next("honeyhost explain CODE")
    return 0


def _one(streams: Streams, code: Code) -> None:
    for content in (
        line(span(code.code, "cyan")),
        line(code.meaning),
        line(span("help: ", "green"), code.mend),
    ):
        streams.answer(wrapped(content, streams.out.width))


def _shape(code: Code) -> dict[str, str]:
    return {"code": code.code, "meaning": code.meaning, "mend": code.mend}
