"""
Rows: one for each plugin that was found, with the first of its reasons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any, Literal

from honeyhost.cli.render.glyphs import Mark
from honeyhost.cli.render.moments import moment
from honeyhost.cli.render.text import Line, Style, line, span
from honeyhost.diagnostics import Problem

State = Literal["accepted", "disabled", "rejected", "quarantined", "failed"]
_MARKS: dict[State, tuple[Mark, Style]] = {
    "accepted": ("good", "green"),
    "disabled": ("off", "dim"),
    "rejected": ("bad", "red"),
    "quarantined": ("alert", "yellow"),
    "failed": ("bad", "red"),
}
_FROM = {"entry-point": "wheel", "directory": "folder", "archive": "archive"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """
    What the list says about one find.
    """

    mark: Mark
    style: Style
    name: str
    version: str
    state: str
    origin: str
    why: Line = ()
    next: str = ""
    """The command that tells more, where something is wrong."""


def plugin_rows(listing: Mapping[str, Any], *, terminal: bool = False) -> tuple[Row, ...]:
    """
    A row for each plugin and for each thing that cannot be read, by name; from the ``list --json`` document.
    ``terminal`` says for whom moments are worded.
    """
    rows = [_plugin(entry, terminal=terminal) for entry in listing["plugins"]]
    rows += [_failure(entry) for entry in listing["failures"]]
    return tuple(sorted(rows, key=lambda row: row.name))


def _origin_word(origin: Mapping[str, Any]) -> str:
    return "editable" if origin.get("editable") else _FROM[origin["kind"]]


def _plugin(entry: Mapping[str, Any], *, terminal: bool) -> Row:
    state: State = entry["state"]
    mark, style = _MARKS[state]
    return Row(
        mark=mark,
        style=style,
        name=entry["name"],
        version=entry["version"],
        state=state,
        origin=_origin_word(entry["origin"]),
        why=_why(entry, terminal=terminal),
        next=f"honeyhost why {entry['name']}" if state in ("rejected", "quarantined", "failed") else "",
    )


def _why(entry: Mapping[str, Any], *, terminal: bool) -> Line:
    """
    The first reason of a rejected or failed plugin, who or what took another one out, else the first warning.
    """
    reasons = entry["reasons"]
    taken_out = taken_out_by(reasons[0], terminal=terminal) if reasons else ""
    if taken_out:
        return line(taken_out)
    if entry["state"] in ("rejected", "failed"):
        said = reasons[0]["message"].removeprefix(f"plugin '{entry['name']}' ").removeprefix(f"{entry['version']} ")
        return _first([reason["code"] for reason in reasons], said)
    warnings = [Problem(**problem) for problem in entry["problems"] if problem["severity"] == "warning"]
    if warnings:
        return _first([problem.code for problem in warnings], _short(warnings[0]))
    return line("served once it is installed") if entry["origin"]["kind"] == "archive" else ()


def taken_out_by(reason: Mapping[str, Any], *, terminal: bool) -> str:
    """
    What stands behind the word disabled or quarantined; nothing for any other reason, and where it is not known.
    """
    params = reason["params"]
    if reason["code"] == "quarantined":
        _, _, said = reason["message"].partition("' ")
        return f"{said}: {params['error']}" if params.get("error") else said
    if reason["code"] != "disabled" or "by" not in params:
        return ""
    return f"by {params['by']}, {moment(datetime.fromisoformat(params['at']), terminal=terminal)}"


def _failure(entry: Mapping[str, Any]) -> Row:
    problems = [Problem(**problem) for problem in entry["problems"]]
    errors = [problem for problem in problems if problem.severity == "error"] or problems
    location = entry["origin"]["location"]
    return Row(
        mark="unknown",
        style="yellow",
        name=entry["name"] or PurePath(location).name,
        version="-",
        state="unreadable",
        origin=_origin_word(entry["origin"]),
        why=_first([problem.code for problem in errors], _short(errors[0])) if errors else (),
        next=f"honeyhost check {entry['name'] or location}",
    )


def _first(codes: Sequence[str], text: str) -> Line:
    more = f" (+{len(codes) - 1})" if len(codes) > 1 else ""
    return line(span(codes[0], "cyan"), f"{more}: {text}")


def _short(problem: Problem) -> str:
    """
    The message behind the last part of its place: the folder stands in another column.
    """
    place = problem.place
    return f"{place.rpartition('/')[2]}: {problem.message}" if place else problem.message
