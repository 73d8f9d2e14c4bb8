"""
``why``: every rule asked about one plugin, and the smallest change that would admit it.
"""

from typing import Any

from honeyhost.cli.finds import Finds, finds
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.problems import counted, place_of, problem_lines
from honeyhost.cli.render.text import line, span
from honeyhost.cli.render.verdict import verdict_lines
from honeyhost.cli.streams import Streams
from honeyhost.discovery.inventory import DiscoveryFailure
from honeyhost.resolver.explanation import Explanation, explain
from honeyhost.settings import Settings
from honeyhost.survey import Survey, survey


def run(streams: Streams, *, name: str, verbose: bool, json: bool) -> int:
    """
    Explain the verdict on everything of this name; a verdict is an answer, so the exit code is 0.
    """
    found = survey(Settings.load())
    named = finds(found.inventory, name)
    explanations = [explain(found.resolution, plugin) for plugin in named.plugins]
    if json:
        shapes = [explanation.to_json() for explanation in explanations]
        shapes += [_failure_json(name, failure) for failure in named.failures]
        others = {"others": shapes[1:]} if shapes[1:] else {}
        write_json(streams.out, document({**shapes[0], **others}))
        return 0
    _tell(streams, found, named, explanations, verbose=verbose)
    codes = [check.reason.code for told in explanations for check in told.failed if check.reason is not None]
    codes += [problem.code for failure in named.failures for problem in failure.problems]
    if codes:
        streams.next(f"honeyhost explain {codes[0]}")
    return 0


def _tell(streams: Streams, found: Survey, named: Finds, explanations: list[Explanation], *, verbose: bool) -> None:
    for plugin, explanation in zip(named.plugins, explanations, strict=True):
        if len(named.plugins) > 1:
            streams.answer([line(span(str(plugin.origin), "dim"))])
        note = ", and disabled" if found.state_of(plugin) == "disabled" else ""
        if plugin.origin.kind == "archive":
            note = ", and served once it is installed"
        streams.answer(verdict_lines(explanation, streams.out.glyphs, streams.out.width, verbose=verbose, note=note))
    for failure in named.failures:
        errors = sum(problem.severity == "error" for problem in failure.problems)
        headline = line(span(named.name, "bold"), " is ", span("unreadable", "yellow"), f": {counted(errors, 'error')}")
        streams.answer([headline, line("  ", span(str(failure.origin), "dim"))])
        for problem in failure.problems:
            streams.answer(problem_lines(problem, width=streams.out.width))


def _failure_json(name: str, failure: DiscoveryFailure) -> dict[str, Any]:
    """
    What cannot be read was asked one rule only, and each error is a way to fail it.
    """
    errors = [problem for problem in failure.problems if problem.severity == "error"]
    checks = [
        {
            "rule": "manifest",
            "passed": False,
            "fact": problem.code,
            "source": place_of(problem) or failure.origin.location,
            "message": problem.message,
        }
        for problem in errors
    ]
    hints = [problem.hint for problem in errors if problem.hint]
    return {"name": name, "verdict": "rejected", "checks": checks, "smallest_change": hints[0] if hints else None}
