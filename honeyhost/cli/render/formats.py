"""
Formats of a check for other programs: one line per problem, or annotations of GitHub Actions.
"""

from honeyhost.cli.render.text import Line, line
from honeyhost.diagnostics import Problem
from honeyhost.names import visible

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def concise(target: str, problem: Problem) -> Line:
    """
    ``file:line:column: severity[code]: message``; the target stands where no file is known.
    """
    return line(f"{problem.place or target}: {problem.severity}[{problem.code}]: {problem.message}")


def github(target: str, problem: Problem) -> Line:
    """
    A workflow command that marks the line in a pull request.
    """
    facts = {
        "title": problem.code,
        "file": problem.file or target,
        "line": problem.line,
        "col": problem.column,
    }
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in facts.items() if value is not None)
    hint = f" ({problem.hint})" if problem.hint else ""
    return line(f"::{_LEVELS[problem.severity]} {properties}::{_data(problem.message + hint)}")


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
