"""
``audit``: who changed what, and when.
"""

import json as encoder
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from honeyhost.cli.opened import open_stores
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.changes import short_digest
from honeyhost.cli.render.moments import moment
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import Line, line, span
from honeyhost.cli.streams import Screen, Streams
from honeyhost.settings import Settings
from honeyhost.store.records import AuditRecord

_COLUMNS = (
    Column(title="ID", leaves=1),
    Column(title="WHEN"),
    Column(title="WHO"),
    Column(title="WHAT"),
    Column(title="ON"),
    Column(title="DETAILS"),
)


def run(  # noqa: PLR0913 - what can be typed
    streams: Streams, *, target: str | None, actor: str | None, limit: int, before: int | None, json: bool
) -> int:
    """
    The newest first; the next page is told where there may be one.
    """
    records = open_stores(Settings.load()).audit.all(limit=limit, before=before, target=target, actor=actor)
    if json:
        write_json(streams.out, document({"records": [_shape(record) for record in records]}))
        return 0
    streams.answer(table(_COLUMNS, [_row(streams.out, record) for record in records], streams.out.width))
    if not records:
        streams.aside([line("nothing was changed")])
    elif len(records) == limit:
        only = {"--plugin": target, "--actor": actor, "--before": str(records[-1].id)}
        words = [word for option, value in only.items() if value is not None for word in (option, value)]
        streams.next(shlex.join(["honeyhost", "audit", *words]))
    return 0


def _row(out: Screen, record: AuditRecord) -> list[Line]:
    return [
        line(span(str(record.id), "dim")),
        line(moment(record.at, terminal=out.terminal)),
        line(record.actor),
        line(span(record.action, "cyan")),
        line(span(record.target, "bold")),
        line(_details(record.details)),
    ]


def _details(details: Mapping[str, Any]) -> str:
    """
    What differs between before and after, where both are there; every other detail as it is.
    """
    others = {name: value for name, value in details.items() if name not in ("before", "after", "changed")}
    said = [f"{name} {_value(value)}" for name, value in others.items() if value is not None and value != []]
    if "before" in details and "after" in details:
        said = [*_differences(details["before"], details["after"], details.get("changed", ())), *said]
    return ", ".join(said)


def _differences(before: Any, after: Any, names: Iterable[str]) -> Iterator[str]:
    """
    By name where there are names; a secret that was changed looks the same before and after.
    """
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        yield f"{_value(before)} -> {_value(after)}"
        return
    for name in names or sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key)):
        old, new = _at(before, name), _at(after, name)
        yield f"{name} changed" if old == new else f"{name} {_value(old)} -> {_value(new)}"


def _at(values: Any, name: str) -> Any:
    """
    The value with this name, which may be a key itself or lead through several.
    """
    while isinstance(values, Mapping):
        if name in values:
            return values[name]
        step, dot, name = name.partition(".")
        if not dot:
            return None
        values = values.get(step)
    return None


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, str) and value:
        return short_digest(value) if value.startswith("sha256:") else value
    return encoder.dumps(value, ensure_ascii=False, sort_keys=True)


def _shape(record: AuditRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "at": record.at.isoformat(),
        "actor": record.actor,
        "action": record.action,
        "target": record.target,
        "details": dict(record.details),
    }
