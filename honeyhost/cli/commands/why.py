"""
``why``: every rule asked about one plugin, and the smallest change that would admit it.
"""

from honeyhost.cli.finds import Finds, finds
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.problems import counted, problem_lines
from honeyhost.cli.render.rows import taken_out_by
from honeyhost.cli.render.text import line, span
from honeyhost.cli.render.verdict import verdict_lines
from honeyhost.cli.streams import Streams
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.explaining import verdicts
from honeyhost.recorded import WAITING
from honeyhost.resolver.explanation import Explanation, explain
from honeyhost.settings import Settings
from honeyhost.survey import Survey, survey


def run(streams: Streams, *, name: str, verbose: bool, json: bool) -> int:
    """
    Explain the verdict on everything of this name; a verdict is an answer, so the exit code is 0.
    """
    found = survey(Settings.load())
    named = finds(found.inventory, name)
    if json:
        write_json(streams.out, document(verdicts(found, name) or {}))
        return 0
    explanations = [explain(found.resolution, plugin) for plugin in named.plugins]
    _tell(streams, found, named, explanations, verbose=verbose)
    for finding in found.standing.findings:
        streams.aside(problem_lines(finding))
    codes = [check.reason.code for told in explanations for check in told.failed if check.reason is not None]
    codes += [problem.code for failure in named.failures for problem in failure.problems]
    codes += [failed.code for plugin in named.plugins if (failed := found.failure_of(plugin)) is not None]
    if codes and set(codes) == {WAITING}:
        streams.next(f"honeyhost grant {name}")
    elif codes:
        streams.next(f"honeyhost explain {codes[0]}")
    elif found.standing.wish(name) == "quarantined":
        streams.next(f"honeyhost release {name}")
    return 0


def _tell(streams: Streams, found: Survey, named: Finds, explanations: list[Explanation], *, verbose: bool) -> None:
    for plugin, explanation in zip(named.plugins, explanations, strict=True):
        if len(named.plugins) > 1:
            streams.answer([line(span(str(plugin.origin), "dim"))])
        note = _note(found, plugin, terminal=streams.out.terminal) if found.state_of(plugin) != "rejected" else ""
        if plugin.origin.kind == "archive":
            note = ", and served once it is installed"
        streams.answer(verdict_lines(explanation, streams.out.glyphs, streams.out.width, verbose=verbose, note=note))
    for failure in named.failures:
        errors = sum(problem.severity == "error" for problem in failure.problems)
        headline = line(span(named.name, "bold"), " is ", span("unreadable", "yellow"), f": {counted(errors, 'error')}")
        streams.answer([headline, line("  ", span(str(failure.origin), "dim"))])
        for problem in failure.problems:
            streams.answer(problem_lines(problem, width=streams.out.width))


def _note(found: Survey, plugin: DiscoveredPlugin, *, terminal: bool) -> str:
    """
    That an accepted plugin was taken out all the same, and by whom or what; or why it failed.
    """
    wish, failed = found.standing.wish(plugin.name), found.failure_of(plugin)
    if wish == "accepted":
        return "" if failed is None else f", and failed: {failed.said}"
    (reason,) = found.standing.reasons(plugin.name)
    by = taken_out_by(reason, terminal=terminal)
    return f", and {wish}" + (": " if wish == "quarantined" else " " if by else "") + by
