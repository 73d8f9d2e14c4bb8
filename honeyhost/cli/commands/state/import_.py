"""
``state import``: take up what ``state export`` wrote.
"""

import sys
from pathlib import Path

from honeyhost.cli.assignments import read_object
from honeyhost.cli.opened import changes_by_user, open_stores
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.problems import counted
from honeyhost.cli.render.text import line
from honeyhost.cli.streams import Streams
from honeyhost.errors import UsageError
from honeyhost.settings import Settings

_HINT = "honeyhost state export FILE writes one"


def run(streams: Streams, *, file: Path, dry_run: bool, check: bool, json: bool) -> int:
    """
    Import, or with ``dry_run`` and ``check`` only say what would change; with ``check`` it exits 1 where anything would.
    """
    what = "standard input" if str(file) == "-" else str(file)
    stored = read_object(_text(file), what, hint=_HINT)
    trying = dry_run or check
    changes = changes_by_user(open_stores(Settings.load())).import_state(stored, dry_run=trying)
    if json:
        write_json(streams.out, document({"changes": list(changes), "done": not trying}))
    else:
        streams.answer(line(change) for change in changes)
        total = counted(len(changes), "change") if changes else "nothing differs"
        streams.aside([line(f"{total}{', none of it done' if trying and changes else ''}")])
    return int(check and bool(changes))


def _text(file: Path) -> str:
    if str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        said = cause.strerror if isinstance(cause, OSError) else "it is not UTF-8"
        raise UsageError(f"{file} cannot be read: {said}", hint=_HINT) from cause
