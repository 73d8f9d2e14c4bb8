"""
``apply``: carry the plan out.
"""

from honeyhost.applying import Applied
from honeyhost.applying import apply as carry_out
from honeyhost.cli.commands import plan as plan_command
from honeyhost.cli.output import document, write_json
from honeyhost.cli.progress import Progress, mode_for
from honeyhost.cli.render.attachments import attachment_lines, duration, failure_json
from honeyhost.cli.render.changes import short_digest
from honeyhost.cli.render.text import line, span, wrapped
from honeyhost.cli.streams import Streams
from honeyhost.errors import PlanChangedError
from honeyhost.settings import Settings


def run(streams: Streams, *, digest: str | None, check: bool, json: bool) -> int:
    """
    Apply; 1 where a plugin was rolled back. With ``check`` nothing is done, and the exit code says whether something would be.
    """
    if check:
        return plan_command.run(streams, check=True, everything=False, detail=False, json=json)
    settings = Settings.load()
    try:
        applied = applied_with_progress(streams, settings, digest=digest)
    except PlanChangedError:
        if not json:
            plan_command.show(streams, plan_command.planned_with_progress(streams, settings))
        raise
    if json:
        write_json(streams.out, _document(applied))
    else:
        show(streams, applied)
        if applied.failures:
            streams.next(f"honeyhost explain {applied.failures[0].problem.code}")
    return int(bool(applied.failures))


def applied_with_progress(streams: Streams, settings: Settings, *, digest: str | None = None) -> Applied:
    """
    What was done, with its steps told while they are done.
    """
    with Progress(streams, mode_for(streams)) as progress:
        return carry_out(settings, digest=digest, progress=lambda slug: progress(f"importing {slug}"))


def show(streams: Streams, applied: Applied) -> None:
    """
    A row for each plugin that changed, what was written, and the total.
    """
    changed = {change.plugin for change in applied.plan.changes}
    attached = [(plugin.name, plugin.contributions, plugin.import_ms) for plugin in applied.attached if plugin.name in changed]
    failed = [(failure.plugin, failure.problem) for failure in applied.failures]
    streams.answer(attachment_lines(attached, failed, streams.out.glyphs, streams.out.width))
    if applied.written:
        streams.answer(wrapped(line("wrote " + ", ".join(applied.written)), streams.out.width))
    total = len(attached) + len(failed)
    said = f"applied {len(attached)} of {total} plugins in {duration(applied.seconds)}" if total else "nothing to change"
    streams.answer([line(said, "   ", span(f"snapshot {short_digest(applied.snapshot)}", "cyan"))])


def _document(applied: Applied) -> dict[str, object]:
    return document(
        {
            "digest": applied.plan.digest,
            "changes": [change.to_json() for change in applied.plan.changes],
            "attached": [
                {"plugin": plugin.name, "version": plugin.version, "contributions": plugin.contributions}
                for plugin in applied.attached
            ],
            "failures": [failure_json(failure.plugin, failure.version, failure.problem) for failure in applied.failures],
            "written": list(applied.written),
            "snapshot": applied.snapshot,
            "seconds": round(applied.seconds, 3),
        }
    )
