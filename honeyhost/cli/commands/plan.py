"""
``plan``: what apply would change, with a digest to agree to.
"""

from honeyhost.applying import Planned
from honeyhost.applying import plan as make_plan
from honeyhost.cli.output import write_json
from honeyhost.cli.progress import Progress, mode_for
from honeyhost.cli.render.attachments import failure_json, failure_lines
from honeyhost.cli.render.changes import digest_digits, plan_lines, plan_total
from honeyhost.cli.render.problems import counted
from honeyhost.cli.render.text import Line, line, span
from honeyhost.cli.streams import Streams
from honeyhost.recorded import WAITING
from honeyhost.settings import Settings


def run(streams: Streams, *, check: bool, everything: bool, detail: bool, json: bool) -> int:
    """
    Show the plan; with ``check`` the exit code is 1 where it changes something.
    """
    planned = planned_with_progress(streams, Settings.load())
    if json:
        failures = [failure_json(failure.plugin, failure.version, failure.problem) for failure in planned.failures]
        write_json(streams.out, {**planned.plan.to_json(), "failures": failures})
    else:
        show(streams, planned, everything=everything, detail=detail)
        if not planned.plan.empty:
            streams.next(f"honeyhost apply --digest {digest_digits(planned.plan.digest)}")
    return int(check and not planned.plan.empty)


def planned_with_progress(streams: Streams, settings: Settings) -> Planned:
    """
    The plan; that new plugins are imported for it, each in turn, is told meanwhile.
    """
    with Progress(streams, mode_for(streams)) as progress:
        return make_plan(settings, progress=lambda slug: progress(f"importing {slug}"))


def show(streams: Streams, planned: Planned, *, everything: bool = False, detail: bool = False) -> None:
    """
    The changes, what cannot be attached, and the total.
    """
    streams.answer(plan_lines(planned.plan, planned.versions, streams.out.width, detail=detail))
    for failure in planned.failures:
        streams.answer(failure_lines(failure.plugin, failure.version, failure.problem, streams.out.glyphs))
    if everything:
        streams.answer(_unchanged(planned))
    elif planned.unchanged:
        streams.aside([line(f"  {counted(planned.unchanged, 'plugin')} unchanged (--all lists them)")])
    for name, version in _waiting(planned):
        streams.aside([line("  ", span(f"{name} {version}", "bold"), f" waits for an answer: honeyhost grant {name}")])
    streams.answer([plan_total(planned.plan)])


def _waiting(planned: Planned) -> list[tuple[str, str]]:
    """
    The plugins that are left out for no other reason than that nobody has answered what they ask for.
    """
    rejected = planned.survey.resolution.rejected
    return [
        (rejection.plugin.name, rejection.plugin.version)
        for rejection in rejected
        if all(reason.code == WAITING for reason in rejection.reasons)
    ]


def _unchanged(planned: Planned) -> list[Line]:
    changed = {change.plugin for change in planned.plan.changes} | {failure.plugin for failure in planned.failures}
    quiet = [plugin for plugin in planned.survey.resolution.accepted if plugin.name not in changed]
    return [line("  ", span(f"{plugin.name} {plugin.version}", "dim"), "  unchanged") for plugin in quiet]
