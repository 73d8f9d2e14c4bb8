"""
Problems on a terminal: code and message, the place, the line with a caret under it, the help.

::

    error[unknown-permission]: "patient.raed" is not in the permission catalog
      --> plugins/healthcare/plugin.yaml:31:5   permissions[0]
    31 |   - patient.raed
       |     ^^^^^^^^^^^^
    help: did you mean "patient.read"?
"""

from collections.abc import Mapping

from honeyhost.cli.render.excerpt import excerpt
from honeyhost.cli.render.text import Line, Style, line, span
from honeyhost.diagnostics import Problem

Sources = Mapping[str, str]
"""The text of files that may be quoted, by the name that problems give them."""

STYLES: dict[str, Style] = {"error": "red", "warning": "yellow", "info": "cyan"}


def problem_lines(problem: Problem, sources: Sources | None = None, *, width: int | None = None) -> list[Line]:
    """
    The problem as a person reads it; an error quotes its line where the source is at hand.
    """
    lines = [headline(problem)]
    place = problem.place
    if place or problem.path:
        path = f"   {problem.path}" if place and problem.path else problem.path or ""
        lines.append(line("  ", span("--> ", "cyan"), span(place), span(path, "dim")))
    lines += _quoted(problem, sources or {}, width)
    if problem.hint:
        lines.append(help_line(problem.hint))
    return lines


def headline(problem: Problem) -> Line:
    """
    ``error[code]: message``.
    """
    style = STYLES[problem.severity]
    return line(span(problem.severity, style), "[", span(problem.code, "cyan"), "]: ", problem.message)


def help_line(hint: str) -> Line:
    """
    The next thing to do.
    """
    return line(span("help: ", "green"), hint)


def counted(number: int, word: str) -> str:
    """
    ``1 error``, ``2 errors``.
    """
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _quoted(problem: Problem, sources: Sources, width: int | None) -> list[Line]:
    source = sources.get(problem.file or "")
    if problem.severity != "error" or source is None or problem.line is None:
        return []
    return excerpt(source, problem.line, problem.column, width=width)
