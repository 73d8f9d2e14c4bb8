"""
``grant``: show what a plugin asks of the host, or answer it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from honeyhost.cli.finds import finds
from honeyhost.cli.keyboard import actor
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.glyphs import Mark
from honeyhost.cli.render.moments import moment
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import Line, Style, line, span
from honeyhost.cli.streams import Screen, Streams
from honeyhost.consent import Answer, Answers, purposes
from honeyhost.discovery import discover
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.errors import RefusedError, UsageError
from honeyhost.manifest.grants import request_digest
from honeyhost.recording import defaults_of
from honeyhost.services.grants import Grant
from honeyhost.settings import Settings
from honeyhost.standing import read_standing

_COLUMNS = (Column(title="GRANT"), Column(title="ANSWER"), Column(title="PURPOSE"))
_LOOKS: Mapping[Answer, tuple[Mark, Style, str]] = {
    "granted": ("good", "green", "granted"),
    "narrowed": ("alert", "yellow", "granted in part"),
    "withheld": ("off", "dim", "withheld"),
    "open": ("unknown", "yellow", "not answered"),
}


def run(  # noqa: PLR0913 - what can be typed
    streams: Streams,
    *,
    name: str,
    grants: Sequence[str],
    show: bool,
    everything: bool,
    without_new: bool,
    revoke: Sequence[str],
    json: bool,
) -> int:
    """
    Show the answers so far, or give others; a plugin that waited for them is attached by the next apply.
    """
    changing = bool(grants or everything or without_new or revoke)
    if show and changing:
        raise UsageError("--show changes nothing, and grants are given", hint=f"honeyhost grant {name} --show")
    settings = Settings.load()
    plugin = _plugin(settings, name)
    before = Answers.of(plugin.manifest, read_standing(settings).demanded().records.get(name))
    after, everybody = before, None
    if changing:
        after = before.revoking(revoke) if revoke else before
        after = after.granting([*grants, *(str(piece) for piece in before.asked if everything)], actor())
        after = after.closing() if without_new else after
        if after != before:
            everybody = _store(settings, plugin, after)
    if json:
        write_json(streams.out, document(_shape(plugin, after)))
        return 0
    _tell(streams, plugin, after)
    if everybody is not None:
        import_module("honeyhost.cli.taking_up").tell_taken_up(streams, everybody, "taken up")
    if after.waiting:
        streams.next(f"honeyhost grant {name} --all")
    elif before.waiting and before.digest is None:
        streams.next("honeyhost apply")
    return 0


def _plugin(settings: Settings, name: str) -> DiscoveredPlugin:
    named = finds(discover(settings.discovery_options()), name)
    if not named.plugins:
        raise RefusedError(f"plugin '{name}' cannot be read, so what it asks for is not known", hint=f"honeyhost check {name}")
    return named.plugins[0]


def _store(settings: Settings, plugin: DiscoveredPlugin, answers: Answers) -> Any:
    """
    Write the answers, and say by whom they were taken up.
    """
    opened = import_module("honeyhost.cli.opened")  # showing does without the database library
    stores = opened.open_stores(settings)
    changes = opened.changes_by_user(stores)
    record = changes.set_grants(plugin.name, answers.grants, answers.digest, defaults=defaults_of(plugin))
    taking_up = import_module("honeyhost.cli.taking_up")
    return taking_up.taken_up(stores, record.revision, seconds=taking_up.PATIENCE)


def _tell(streams: Streams, plugin: DiscoveredPlugin, answers: Answers) -> None:
    """
    A row for each piece that is asked for, and for each grant that is asked for no more.
    """
    out = streams.out
    said = purposes(plugin.manifest)
    rows = [_row(out, answers, piece, said.get(piece, "")) for piece in answers.asked]
    blank = out.glyphs.mark("none")
    rows += [[(blank, span(text, "bold")), line("granted"), line("asked for no more")] for text in answers.idle]
    streams.answer(table(_COLUMNS, rows, out.width, indent=len(out.glyphs.none) and len(out.glyphs.none) + 1))
    streams.aside([line(span(f"{plugin.name} {plugin.version}", "bold"), f" {_summary(answers)}")])


def _row(out: Screen, answers: Answers, piece: Grant, purpose: str) -> list[Line]:
    answer = answers.answer_to(piece)
    mark, style, word = _LOOKS[answer]
    part = ", ".join(str(grant) for grant in answers.granted if piece.covers(grant)) if answer == "narrowed" else ""
    said = f": {part}" if part else _by(answers.grants.get(str(piece)), out)
    return [
        (out.glyphs.mark(mark), span(str(piece), "bold")),
        line(span(word, style), said),
        line(purpose),
    ]


def _by(said: Any, out: Screen) -> str:
    """
    Who granted it, and when, as far as that was written down.
    """
    if not isinstance(said, Mapping) or "by" not in said:
        return ""
    try:
        at = moment(datetime.fromisoformat(str(said.get("at"))), terminal=out.terminal)
    except (ValueError, TypeError):
        return f" by {said['by']}"
    return f" by {said['by']}, {at}"


def _summary(answers: Answers) -> str:
    if not answers.asked:
        return "asks nothing of the host"
    if answers.waiting:
        said = "waits for an answer to" if answers.digest is None else "runs, and nobody has answered"
        return f"{said} {', '.join(map(str, answers.waiting))}"
    without = ", ".join(map(str, answers.without))
    return f"runs without {without}" if without else "has all that it asks for"


def _shape(plugin: DiscoveredPlugin, answers: Answers) -> dict[str, Any]:
    said = purposes(plugin.manifest)
    return {
        "plugin": {"name": plugin.name, "version": plugin.version},
        "asked": [
            {"grant": str(piece), "answer": answers.answer_to(piece), "purpose": said.get(piece) or None}
            for piece in answers.asked
        ],
        "grants": dict(answers.grants),
        "waiting": [str(piece) for piece in answers.waiting],
        "request": request_digest(answers.asked),
        "answered": answers.digest,
    }
