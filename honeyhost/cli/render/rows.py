"""
Rows: one for each plugin that was found, with the first of its reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from honeyhost.cli.render.glyphs import Mark
from honeyhost.cli.render.problems import place_of
from honeyhost.cli.render.text import Line, Style, line, span
from honeyhost.diagnostics import Problem
from honeyhost.discovery.inventory import DiscoveredPlugin, DiscoveryFailure, Origin
from honeyhost.survey import State, Survey

_MARKS: dict[State, tuple[Mark, Style]] = {
    "accepted": ("good", "green"),
    "disabled": ("off", "dim"),
    "rejected": ("bad", "red"),
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


def plugin_rows(survey: Survey) -> tuple[Row, ...]:
    """
    A row for each plugin and for each thing that cannot be read, by name.
    """
    rows = [_plugin(survey, plugin) for plugin in survey.inventory]
    rows += [_failure(failure) for failure in survey.inventory.failures]
    return tuple(sorted(rows, key=lambda row: row.name))


def origin_word(origin: Origin) -> str:
    """
    Where a plugin came from, in one word.
    """
    return "editable" if origin.editable else _FROM[origin.kind]


def _plugin(survey: Survey, plugin: DiscoveredPlugin) -> Row:
    state = survey.state_of(plugin)
    mark, style = _MARKS[state]
    return Row(
        mark=mark,
        style=style,
        name=plugin.name,
        version=plugin.version,
        state=state,
        origin=origin_word(plugin.origin),
        why=_why(survey, plugin, state),
        next=f"honeyhost why {plugin.name}" if state == "rejected" else "",
    )


def _why(survey: Survey, plugin: DiscoveredPlugin, state: State) -> Line:
    """
    The first reason of a rejected plugin, the first warning about any other one.
    """
    if state == "rejected":
        reasons = survey.resolution.reasons_of(plugin)
        return _first([reason.code for reason in reasons], reasons[0].message.removeprefix(f"{reasons[0].subject} "))
    warnings = [problem for problem in survey.problems_of(plugin) if problem.severity == "warning"]
    if warnings:
        return _first([problem.code for problem in warnings], _short(warnings[0]))
    return line("served once it is installed") if plugin.origin.kind == "archive" else ()


def _failure(failure: DiscoveryFailure) -> Row:
    errors = [problem for problem in failure.problems if problem.severity == "error"] or list(failure.problems)
    name = failure.name or PurePath(failure.origin.location).name
    return Row(
        mark="unknown",
        style="yellow",
        name=name,
        version="-",
        state="unreadable",
        origin=origin_word(failure.origin),
        why=_first([problem.code for problem in errors], _short(errors[0])) if errors else (),
        next=f"honeyhost check {failure.name or failure.origin.location}",
    )


def _first(codes: Sequence[str], text: str) -> Line:
    more = f" (+{len(codes) - 1})" if len(codes) > 1 else ""
    return line(span(codes[0], "cyan"), f"{more}: {text}")


def _short(problem: Problem) -> str:
    """
    The message behind the last part of its place: the folder stands in another column.
    """
    place = place_of(problem)
    return f"{place.rpartition('/')[2]}: {problem.message}" if place else problem.message
