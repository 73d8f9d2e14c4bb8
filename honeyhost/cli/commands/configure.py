"""
``configure``: show a plugin's configuration, or merge into it.
"""

import json as encoder
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from honeyhost.cli.assignments import read_object, read_patch
from honeyhost.cli.finds import finds
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import Streams
from honeyhost.discovery import discover
from honeyhost.errors import RefusedError, UsageError
from honeyhost.manager.masking import masked
from honeyhost.recording import config_schema_of
from honeyhost.settings import Settings
from honeyhost.standing import read_standing

Schema = Mapping[str, Any] | None


def run(streams: Streams, *, name: str, assignments: Sequence[str], json: str | None, unset: Sequence[str]) -> int:
    """
    Show or change; what the plugin's schema refuses is told place by place, and nothing is changed.
    """
    settings = Settings.load()
    schema = _schema(settings, name)
    patch = _patch(assignments, json, unset, schema)
    if not patch and json is None:
        record = read_standing(settings).demanded().records.get(name)
        _show(streams, masked(schema, record.config if record is not None else {}))
        return 0
    changing = import_module("honeyhost.cli.changing")  # showing does without the libraries that changing needs
    changed = changing.change(settings, name, _merging(name, schema, patch))
    config = masked(schema, changed.after.config)
    if json is not None:
        body = {"plugin": {**changed.after.to_json(), "config": config, "revision": changed.after.revision}}
        write_json(streams.out, document({**body, **changing.outcome_json(changed)}))
        return 0
    changing.tell(streams, changed, "good", "is configured" if changed.differs else "is configured so already", json=False)
    _show(streams, config)
    return 0


def _schema(settings: Settings, name: str) -> Schema:
    named = finds(discover(settings.discovery_options()), name)
    if not named.plugins:
        raise RefusedError(f"plugin '{name}' cannot be read, so its configuration is not known", hint=f"honeyhost check {name}")
    return config_schema_of(named.plugins[0])


def _patch(assignments: Sequence[str], json: str | None, unset: Sequence[str], schema: Schema) -> dict[str, Any]:
    if json is None:
        return read_patch(assignments, unset, schema)
    if assignments or unset:
        raise UsageError("both --json and assignments are given", hint="say the change in one of the two ways")
    text = sys.stdin.read() if json == "-" else json
    return read_object(text, "the value of --json", hint="""write an object, as '{"from": "news@acme.example"}'""")


def _merging(name: str, schema: Schema, patch: Mapping[str, Any]) -> Callable[[Any, Any], Any]:
    """
    The :data:`honeyhost.cli.changing.Action` that merges the patch.
    """
    configured = import_module("honeyhost.manager.configuration").configured

    def merge(current: Mapping[str, Any]) -> Mapping[str, Any]:
        outcome: Mapping[str, Any] = configured(name, schema, current, patch)
        return outcome

    return lambda changes, defaults: changes.change_config(
        name, merge, shown=lambda config: masked(schema, config), defaults=defaults
    )


def _show(streams: Streams, config: Mapping[str, Any]) -> None:
    """
    One row for each value, its key with dots; programs say ``--json {}``.
    """
    rows = [
        [line(span(key, "bold")), line(value if value and isinstance(value, str) else encoder.dumps(value, ensure_ascii=False))]
        for key, value in _flat(config)
    ]
    if not rows:
        streams.aside([line("nothing is configured")])
    streams.answer(table([Column(title="KEY"), Column(title="VALUE")], rows, streams.out.width))


def _flat(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in config.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
