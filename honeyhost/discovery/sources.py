"""
Sources: the places where plugins are looked for, behind one protocol.
"""

from dataclasses import dataclass
from typing import Protocol

from honeyhost.diagnostics import Problem
from honeyhost.discovery.readings import Found


@dataclass(frozen=True, slots=True)
class Look:
    """
    What one look at a source gave: plugins and failures, and findings that belong to none of them.
    """

    found: tuple[Found, ...] = ()
    findings: tuple[Problem, ...] = ()


class Source(Protocol):
    """
    A place where plugins are looked for.
    """

    def look(self) -> Look:
        """
        Everything that stands there. Never raises, and runs nothing that it finds.
        """
        ...
