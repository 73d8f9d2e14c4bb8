"""
``check``: all problems of a manifest and of what it points at, without running code of a plugin.

The resolver's verdict on this host is ``why``'s matter; only ``--host-version`` asks it, for a host that is not here yet.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from honeyhost.cli.hypothesis import supposed
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.formats import concise, github
from honeyhost.cli.render.problems import counted, problem_lines
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import Streams
from honeyhost.cli.targets import Target, found_targets, named_targets
from honeyhost.diagnostics import Severity
from honeyhost.discovery import discover
from honeyhost.settings import Settings

_WORDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "remark"}


def run(streams: Streams, *, targets: Sequence[str], host_version: str | None, strict: bool, form: str) -> int:
    """
    Check the targets, or everything that is found; 1 where there are errors, with ``strict`` also where there are warnings.
    """
    checked = _checked(Settings.load(), targets, host_version)
    if form == "json":
        write_json(streams.out, document({"results": [target.to_json() for target in checked]}))
    elif form == "text":
        _tell(streams, checked)
    else:
        shape = concise if form == "concise" else github
        streams.answer(shape(target.target, problem) for target in checked for problem in target.problems)
    bad = {"error", "warning"} if strict else {"error"}
    return int(any(problem.severity in bad for target in checked for problem in target.problems))


def _checked(settings: Settings, words: Sequence[str], host_version: str | None) -> list[Target]:
    if words and host_version is None:
        return named_targets(words, settings)
    inventory = discover(settings.discovery_options())
    targets = named_targets(words, settings) if words else found_targets(inventory, settings)
    return targets if host_version is None else supposed(targets, inventory, settings, host_version)


def _tell(streams: Streams, targets: Iterable[Target]) -> None:
    codes: dict[Severity, list[str]] = {severity: [] for severity in _WORDS}
    for target in targets:
        for problem in target.problems:
            streams.answer(problem_lines(problem, target.sources, width=streams.out.width))
        counts = Counter(problem.severity for problem in target.problems)
        parts = [counted(counts[severity], word) for severity, word in _WORDS.items() if counts[severity]]
        streams.aside([line(span(target.name or target.target, "bold"), ": ", ", ".join(parts) or "no problems")])
        for problem in target.problems:
            codes[problem.severity].append(problem.code)
    worst = [*codes["error"], *codes["warning"]]
    if worst:
        streams.next(f"honeyhost explain {worst[0]}")
