"""
``state export``: write down what operators decided.
"""

import json as encoder
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from honeyhost.cli.opened import open_stores
from honeyhost.cli.output import write_json
from honeyhost.cli.render.problems import counted
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import Streams
from honeyhost.discovery import discover
from honeyhost.errors import NotWritableError
from honeyhost.manager.masking import masked
from honeyhost.recording import config_schemas
from honeyhost.settings import Settings
from honeyhost.store.state import export_state


def run(streams: Streams, *, file: Path | None, json: bool) -> int:
    """
    Write the document to a file that only its owner may read, or to standard output.

    Raises:
        NotWritableError: if the file cannot be written.
    """
    settings = Settings.load()
    schema_of = config_schemas(discover(settings.discovery_options()))

    def shown(slug: str, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return masked(schema_of(slug), config)

    document = export_state(open_stores(settings).database, shown)
    if file is None or str(file) == "-":
        write_json(streams.out, document)
        return 0
    _write(file, encoder.dumps(document, ensure_ascii=False, indent=2) + "\n")
    if json:
        write_json(streams.out, {"version": 1, "file": str(file)})
    else:
        plugins = counted(len(document.get("plugins", ())), "plugin")
        streams.answer([line(streams.out.glyphs.mark("good"), "wrote ", span(str(file), "bold"), f": {plugins}")])
    return 0


def _write(file: Path, text: str) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as stream:  # noqa: PTH123 - from a descriptor
            stream.write(text)
    except OSError as cause:
        message = f"{file} cannot be written: {cause.strerror or cause}"
        raise NotWritableError(message, hint="name another file", file=str(file)) from cause
