"""
What an apply did, plugin by plugin.

::

    ✓ healthcare   attached      4 contributions   imported in 212 ms
    ✗ reports      rolled back   route-conflict: GET /api/plugins/reports/daily
                                 reports/plugin.yaml:22:7
"""

from collections.abc import Sequence
from typing import Any

from honeyhost.cli.render.glyphs import Glyphs, Mark
from honeyhost.cli.render.problems import counted, help_line
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import Line, indented, line, span
from honeyhost.diagnostics import Problem

Attached = tuple[str, int, float]
"""Plugin, number of contributions, milliseconds of import."""
Failed = tuple[str, Problem]

_COLUMNS = (Column(title=""), Column(title=""), Column(title=""))


def attachment_lines(attached: Sequence[Attached], failed: Sequence[Failed], glyphs: Glyphs, width: int | None) -> list[Line]:
    """
    A row for each plugin that was attached or rolled back.
    """
    rows = [
        [_head(glyphs, "good", name), line(span("attached", "green")), line(_brought(number, milliseconds))]
        for name, number, milliseconds in attached
    ]
    rows += [[_head(glyphs, "bad", name), line(span("rolled back", "red")), _told(problem)] for name, problem in failed]
    return table(_COLUMNS, rows, width)


def failure_lines(plugin: str, version: str, problem: Problem, glyphs: Glyphs) -> list[Line]:
    """
    A plugin that an apply would leave out, and why.
    """
    lines = [line(glyphs.mark("bad"), span(f"{plugin} {version}", "bold"), " cannot be attached: ", *_told(problem))]
    return [*lines, indented(help_line(problem.hint), 2)] if problem.hint else lines


def failure_json(plugin: str, version: str, problem: Problem) -> dict[str, Any]:
    """
    The same for programs.
    """
    return {"plugin": plugin, "version": version, "problem": problem.to_json()}


def duration(seconds: float) -> str:
    """
    A span of time for people.
    """
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _head(glyphs: Glyphs, mark: Mark, name: str) -> Line:
    return glyphs.mark(mark), span(name, "bold")


def _brought(number: int, milliseconds: float) -> str:
    return f"{counted(number, 'contribution')}   imported in {duration(milliseconds / 1000)}"


def _told(problem: Problem) -> Line:
    place = problem.place
    return line(span(problem.code, "cyan"), f": {problem.message}", span(f" ({place})" if place else "", "dim"))
