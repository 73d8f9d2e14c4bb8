"""
``status``: what is wanted, and what each running process has taken up.
"""

from collections import Counter

from honeyhost.cli.opened import open_stores
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.changes import short_digest
from honeyhost.cli.render.glyphs import Mark
from honeyhost.cli.render.moments import moment
from honeyhost.cli.render.table import Column, table
from honeyhost.cli.render.text import Line, line, span
from honeyhost.cli.streams import Screen, Streams
from honeyhost.overview import Overview, Process, State, overview
from honeyhost.settings import Settings
from honeyhost.store.records import PluginRecord

_PLUGINS = (Column(title="PLUGIN"), Column(title="WANTED"), Column(title="RUNS"))
_PROCESSES = (
    Column(title="PROCESS"),
    Column(title="STATE"),
    Column(title="STARTED", leaves=1),
    Column(title="SEEN", leaves=2),
    Column(title="BEHIND"),
)
_MARKS: dict[State, Mark] = {"current": "good", "behind": "alert", "stale": "unknown"}


def run(streams: Streams, *, json: bool) -> int:
    """
    Show both tables; reading is no failure, so the exit code is 0 whatever stands in them.
    """
    settings = Settings.load()
    status = overview(settings, open_stores(settings))
    if json:
        write_json(streams.out, document(status.to_json()))
        return 0
    out = streams.out
    indent = len(out.glyphs.none) and len(out.glyphs.none) + 1
    plugins = [_plugin(out, status, record) for record in status.records.values()]
    streams.answer(table(_PLUGINS, plugins, out.width, indent=indent))
    processes = [_process(out, process) for process in status.processes]
    streams.answer(table(_PROCESSES, processes, out.width, indent=indent))
    _conclude(streams, status)
    return 0


def _plugin(out: Screen, status: Overview, record: PluginRecord) -> list[Line]:
    runs, alive = status.runs(record.slug), len(status.alive)
    parts = [f"{state} {version} on {number} of {alive}" for (version, state), number in sorted(runs.items())]
    left = status.left(record.slug)
    if left:
        parts.append(f"not taken up anew on {len(left)} of {alive}: {left[0]}")
    wanted = "quarantined" if record.quarantine is not None else "enabled" if record.enabled else "disabled"
    mark: Mark = "alert" if record.quarantine is not None or left else "good" if record.enabled else "off"
    return [
        (out.glyphs.mark(mark), span(record.slug, "bold")),
        line(f"{wanted} {record.version}".rstrip()),
        line(", ".join(parts) or ("nowhere" if alive else "no process reports")),
    ]


def _process(out: Screen, process: Process) -> list[Line]:
    report = process.report
    return [
        (out.glyphs.mark(_MARKS[process.state]), span(report.id, "bold")),
        line(process.state),
        line(moment(report.started_at, terminal=out.terminal)),
        line(moment(report.seen_at, terminal=out.terminal)),
        line("; ".join(process.behind)),
    ]


def _conclude(streams: Streams, status: Overview) -> None:
    counts = Counter(process.state for process in status.processes)
    parts = ", ".join(f"{count} {state}" for state, count in counts.items())
    number = len(status.processes)
    said = f"{number} process{'' if number == 1 else 'es'}: {parts}" if parts else "no process reports"
    snapshot = "nothing applied" if status.snapshot is None else f"snapshot {short_digest(status.snapshot)}"
    streams.aside([line(f"{said}; store revision {status.revision}, {snapshot}")])
    if counts["behind"] or counts["stale"] or any(status.left(slug) for slug in status.records):
        streams.next("honeyhost doctor")
