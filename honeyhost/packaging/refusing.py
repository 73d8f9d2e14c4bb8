"""
Refusing: how a build ends that would make a wheel which no host accepts.
"""

from collections.abc import Iterable

from honeyhost.diagnostics import Problem
from honeyhost.names import visible


def refusal(problems: Iterable[Problem]) -> SystemExit:
    """
    The end of a build, with all problems as text. Build frontends show it as it is: the person who builds wants to know
    what is wrong with the plugin, and no traceback of a backend.
    """
    lines = [line for problem in problems for line in worded(problem)]
    return SystemExit("\n".join(["honeyhost: this plugin is not built:", *lines]))


def worded(problem: Problem) -> list[str]:
    """
    A problem in lines of plain text.
    """
    place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part is not None)
    lines = [f"{problem.severity}[{problem.code}]: {visible(problem.message)}"]
    if place or problem.path:
        lines.append(f"  --> {visible(place)}" + (f"   {visible(problem.path)}" if problem.path else ""))
    if problem.hint:
        lines.append(f"  help: {visible(problem.hint)}")
    return lines
