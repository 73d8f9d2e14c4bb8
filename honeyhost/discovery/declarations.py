"""
Declarations: what an ``entry_points.txt`` says about our group, and what is wrong with how it says it.

Source: the entry points specification of packaging.python.org, section "File format".
"""

import re
from dataclasses import dataclass

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.discovery.distributions import GROUP

_VALUE = re.compile(
    r"(?P<module>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\s*(?::\s*(?P<attribute>[A-Za-z_][\w.]*))?\s*(?:\[[^\]]*\])?"
)
_LOOKS_LIKE_GROUP = re.compile(r"honeyframe[\W_]*plugins?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Declaration:
    """
    One line of our group: the name that the plugin shall have, and the module that carries it.
    """

    name: str
    value: str
    line: int

    @property
    def attribute(self) -> str:
        """
        The name of the object in the module; ``manifest`` where the value gives none.
        """
        match = _VALUE.fullmatch(self.value)
        return (match["attribute"] if match else None) or "manifest"

    @property
    def module(self) -> str | None:
        """
        The dotted name of the module, or None where the value is no entry point.
        """
        match = _VALUE.fullmatch(self.value)
        return match["module"] if match else None


@dataclass(frozen=True, slots=True)
class Declarations:
    """
    All lines of our group, and the problems of the file. An error among them means that the file has no single reading.
    """

    entries: tuple[Declaration, ...]
    problems: tuple[Problem, ...]
    declared: bool
    """Whether the group is there at all, be it empty."""


def parse(data: bytes) -> Declarations:
    """
    The declarations in the bytes of an ``entry_points.txt``. Never raises.
    """
    reading = _Reading()
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        reading.line(number, line.strip())
    return Declarations(tuple(reading.entries), tuple(reading.problems), reading.seen_group)


class _Reading:
    """
    One pass over the lines.
    """

    def __init__(self) -> None:
        self.entries: list[Declaration] = []
        self.problems: list[Problem] = []
        self._section: str | None = None
        self.seen_group = False

    def line(self, number: int, line: str) -> None:
        if not line or line.startswith(("#", ";")):
            return
        if line.startswith("["):
            self._open(number, line)
        elif "=" not in line:
            self._report(number, line)
        elif self._section == GROUP:
            name, _, value = line.partition("=")
            self._add(Declaration(name.strip(), value.strip(), number))

    def _open(self, number: int, line: str) -> None:
        section = line[1:-1].strip() if line.endswith("]") else None
        if section == GROUP:
            if self.seen_group:
                self.problems.append(error("entry-point-repeated", f"the group [{GROUP}] stands there twice", line=number))
            self.seen_group = True
        elif _LOOKS_LIKE_GROUP.fullmatch(line.strip("[] \t")):
            message = f"the group {line} is not read, because it is not spelt [{GROUP}]"
            self.problems.append(warning("entry-point-group-misspelt", message, line=number, hint=f"write [{GROUP}]"))
        self._section = section

    def _report(self, number: int, line: str) -> None:
        message = f"line {number} is neither a group nor 'name = module:attribute'"
        severity = error if self._section == GROUP else warning
        self.problems.append(severity("entry-points-damaged", message, line=number, found=line[:100]))

    def _add(self, entry: Declaration) -> None:
        if any(known.name == entry.name for known in self.entries):
            message = f"the entry point '{entry.name}' stands there twice"
            self.problems.append(error("entry-point-repeated", message, line=entry.line, name=entry.name))
        self.entries.append(entry)
