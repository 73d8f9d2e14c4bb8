"""
``check``: all problems of a manifest and of what it points at, without running code of a plugin.

The resolver's verdict on this host is ``why``'s matter; only ``--host-version`` asks it, for a host that is not here yet.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.formats import concise, github
from honeyhost.cli.render.problems import counted, problem_lines
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import Streams
from honeyhost.cli.verdicts import Verdicts
from honeyhost.diagnostics import Problem, has_errors
from honeyhost.discovery import Located, locate
from honeyhost.errors import UnknownPluginError
from honeyhost.manifest.references import check_references
from honeyhost.names import closest
from honeyhost.settings import Settings
from honeyhost.survey import discovery_options, survey


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """
    All problems of one target. ``sources`` are the texts that may be quoted.
    """

    target: str
    name: str | None
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """
        The shape of the interface.
        """
        return {
            "target": self.target,
            "name": self.name,
            "valid": not has_errors(self.problems),
            "problems": [problem.to_json() for problem in self.problems],
        }


def run(streams: Streams, *, targets: Sequence[str], host_version: str | None, strict: bool, form: str) -> int:
    """
    Check the targets, or everything that is found; 1 where there are errors, with ``strict`` also where there are warnings.
    """
    results = _results(Settings.load(), targets, host_version)
    if form == "json":
        write_json(streams.out, document({"results": [result.to_json() for result in results]}))
    elif form == "text":
        for result in results:
            _tell(streams, result)
        _conclude(streams, results)
    else:
        shape = concise if form == "concise" else github
        streams.answer(shape(result.target, problem) for result in results for problem in result.problems)
    bad = {"error", "warning"} if strict else {"error"}
    return int(any(problem.severity in bad for result in results for problem in result.problems))
