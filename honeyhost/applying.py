"""
Applying: the steps that close the difference a plan has found.

First each plugin's part in the store, with its undo, then the generated files, and last the snapshot, whose rename is the
moment from which a start sees the new state.
"""

import logging
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from honeyhost.attach.change import AttachPlan
from honeyhost.attach.compiled import stamped
from honeyhost.attach.files import locked_folder, sweep, write_with_undo
from honeyhost.attach.frontend import frontend_entry, render_frontend_manifest
from honeyhost.attach.migrations import MigrationPoint, heads, scripts
from honeyhost.attach.plugins import PluginPoint
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.errors import AttachError, HoneyhostError, PlanChangedError
from honeyhost.manager.attaching import attached
from honeyhost.manager.booting import snapshot_key
from honeyhost.manager.failed import FailedPlugin
from honeyhost.manager.places import survey_places
from honeyhost.manager.snapshot import SnapshotContent, write_snapshot
from honeyhost.manifest.validation import MANIFEST_NAME
from honeyhost.planning import AttachFailure, Planned, Progress, plan, versions_in
from honeyhost.recorded import DEFAULT_PREFIX, settings_digest, snapshot_path
from honeyhost.recording import defaults_of
from honeyhost.settings import Settings
from honeyhost.store.catalog import Catalog
from honeyhost.store.plugin_migrations import migrate_plugin
from honeyhost.store.plugins import PluginTable
from honeyhost.store.protocol import Undo
from honeyhost.wiring import open_database

__all__ = ["Applied", "AttachFailure", "AttachedSummary", "Planned", "apply", "plan"]

logger = logging.getLogger("honeyhost")
_SHORTEST_DIGEST = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachedSummary:
    """
    A plugin that was attached: how many contributions, and how long importing took, in milliseconds.
    """

    name: str
    version: str
    contributions: int
    import_ms: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """
    What applying did.
    """

    plan: AttachPlan
    attached: tuple[AttachedSummary, ...]
    failures: tuple[AttachFailure, ...]
    written: tuple[str, ...]
    snapshot: str
    seconds: float


def apply(settings: Settings, *, digest: str | None = None, progress: Progress | None = None) -> Applied:
    """
    Do what the plan of this moment says.

    A plugin that the store refuses is left out whole; the others go on. When a generated file or the snapshot cannot be
    written, everything is taken back.

    Args:
        settings: of the platform.
        digest: of the plan that was agreed to, whole or its first hexadecimal digits; any plan when left out.
        progress: told each step's name as it begins.

    Raises:
        PlanChangedError: if the plan of now is another one.
        StoreUnavailableError: if the database cannot be reached.
    """
    started = time.monotonic()
    with locked_folder(settings.data_dir, waiting=lambda: progress and progress("waiting for another apply")):
        return _apply(settings, digest, progress, started)


def _apply(settings: Settings, digest: str | None, progress: Progress | None, started: float) -> Applied:
    planned = plan(settings, progress=progress)
    if digest is not None and not _same(digest, planned.plan.digest):
        raise PlanChangedError(
            f"the plan has changed: agreed to {digest}, now it is {planned.plan.digest}",
            hint="look at honeyhost plan again",
            wanted=digest,
            actual=planned.plan.digest,
        )
    for file in (settings.frontend_manifest, snapshot_path(settings)):
        sweep(file)
    undo: list[Undo] = []
    try:
        refused = _write_store(settings, planned, undo)
        outcome = planned.without(refused)
        written = [] if planned.plan.empty and not refused else _stored_words(planned.plan)
        written += _write_files(settings, outcome, undo)
        undo.append(_write_interface(settings))
        snapshot = _write_snapshot(settings, outcome)
    except BaseException:
        for step in reversed(undo):
            step()
        raise
    return Applied(
        plan=planned.plan,
        attached=tuple(_summary(plugin, outcome) for plugin in outcome.plugins),
        failures=outcome.failures,
        written=tuple(written),
        snapshot=snapshot,
        seconds=time.monotonic() - started,
    )


def _same(digest: str, actual: str) -> bool:
    given = digest.removeprefix("sha256:")
    return len(given) >= _SHORTEST_DIGEST and actual.removeprefix("sha256:").startswith(given)


def _write_store(settings: Settings, planned: Planned, undo: list[Undo]) -> dict[str, AttachError]:
    """
    Each plugin's part in the store; the slugs of those that it refused, with the reason.
    """
    database = open_database(settings.database_url)
    catalog, records = Catalog(database), PluginTable(database)
    changed = {change.plugin for change in planned.plan.changes}
    gone = versions_in(planned.applied).keys() - versions_in(planned.wanted).keys()
    undo.extend(catalog.detach(slug) for slug in sorted(gone))
    refused = _migrate(settings, planned)
    for plugin in planned.plugins:
        if plugin.name not in changed or plugin.name in refused:
            continue
        try:
            undo.append(catalog.attach(plugin.name, plugin.manifest.permissions, plugin.manifest.seed_groups))
        except HoneyhostError as error:
            message = f"plugin '{plugin.name}' could not be attached: {error.message}"
            refused[plugin.name] = AttachError(message, hint=error.hint, plugin=plugin.name)
    kept = [plugin for plugin in planned.plugins if plugin.name not in refused]
    undo.append(_register(records, kept))
    return refused


def _migrate(settings: Settings, planned: Planned) -> dict[str, AttachError]:
    """
    The tables of every plugin brought to where its version needs them, also where nothing has changed: the database may be
    another one. The slugs of those whose steps failed, with the reason. What was made is not taken back later.
    """
    database = open_database(settings.database_url)
    failed: dict[str, AttachError] = {}
    for plugin in planned.plugins:
        folder = scripts(plugin)
        if folder is None:
            continue
        try:
            moved = migrate_plugin(database, plugin.name, folder, heads(folder))
        except AttachError as error:
            failed[plugin.name] = error
            continue
        if moved is not None:
            extra = {"plugin": plugin.name, "phase": "migrate"}
            logger.info("%s %s: %s", MigrationPoint.kind, plugin.name, moved, extra=extra)
    return failed


def _register(records: PluginTable, plugins: Sequence[DiscoveredPlugin]) -> Undo:
    """
    Record the plugins; the result forgets those that had no record before. The others keep what their manifests say now,
    which the next apply writes anyway.
    """
    before = {record.slug for record in records.all()}
    registered = records.register([defaults_of(plugin) for plugin in plugins])
    made = [record.slug for record in registered if record.slug not in before]

    def forget() -> None:
        for slug in made:
            records.delete(slug)

    return forget


def _stored_words(changes: AttachPlan) -> list[str]:
    words = {"permission": "permission", "seed-group": "seed group", "migration": "migration"}
    stays = (MigrationPoint.kind, "remove")  # the tables outlast their plugin
    done = [change.kind for change in changes.changes if (change.kind, change.action) != stays]
    counts = {kind: done.count(kind) for kind in words}
    return [f"{count} {words[kind]}{'s' if count > 1 else ''}" for kind, count in counts.items() if count]


def _write_files(settings: Settings, outcome: Planned, undo: list[Undo]) -> list[str]:
    entries = [
        entry
        for plugin in outcome.plugins
        if outcome.survey.state_of(plugin) != "disabled" and (entry := frontend_entry(plugin.manifest)) is not None
    ]
    changed, restore = write_with_undo(settings.frontend_manifest, render_frontend_manifest(entries).encode())
    undo.append(restore)
    return [_shown(settings.frontend_manifest)] if changed else []


def _write_interface(settings: Settings) -> Undo:
    """
    The host's own part of the API document, unless it is recorded already. A host is loaded for nothing else here.
    """
    described = import_module("honeyhost.api.described")
    undo: Undo = described.record(settings.data_dir, lambda: import_module("honeyhost.host").Host(settings))
    return undo


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _write_snapshot(settings: Settings, outcome: Planned) -> str:
    plugins = tuple(attached(plugin, outcome.compiled[plugin.name]) for plugin in outcome.plugins)
    found_at = [plugin.origin.location for plugin in outcome.plugins]
    failed = tuple(_failed(failure, outcome) for failure in outcome.failures)
    found = replace(outcome.survey, failed={plugin.slug: plugin for plugin in failed})
    content = SnapshotContent(
        key=snapshot_key(settings_digest(settings), DEFAULT_PREFIX),
        places=survey_places(sys.path, settings.plugin_roots, found_at),
        plugins=plugins,
        applied=outcome.wanted,
        listing=found.to_json(),
        watched=stamped(_unattached_files(outcome)),
        complete=not outcome.failures,
        failed=failed,
    )
    _, digest = write_snapshot(snapshot_path(settings), content)
    return digest


def _failed(failure: AttachFailure, outcome: Planned) -> FailedPlugin:
    plugin = next(plugin for plugin in outcome.survey.resolution.accepted if plugin.name == failure.plugin)
    installed = plugin.origin.kind == "entry-point" and not plugin.origin.editable
    failed = FailedPlugin(
        slug=plugin.name,
        digest=plugin.digest,
        code=failure.problem.code,
        message=failure.problem.message,
        hint=failure.problem.hint,
        folder="" if installed else str(plugin.root),
        files=(*plugin.stamps, plugin.manifest_file),
    )
    return replace(failed, stamps=failed.stamped())


def _unattached_files(outcome: Planned) -> Iterator[str]:
    """
    The files by which a rejected or unreadable plugin could be mended.
    """
    inventory = outcome.survey.inventory
    for plugin in inventory:
        if plugin.name not in outcome.compiled:
            yield from (*plugin.stamps, plugin.manifest_file)
    for failure in inventory.failures:
        location = failure.origin.location
        yield from (location, f"{location}/{MANIFEST_NAME}", f"{location}/RECORD")


def _summary(plugin: DiscoveredPlugin, outcome: Planned) -> AttachedSummary:
    count = sum(item.plugin == plugin.name and item.kind != PluginPoint.kind for item in outcome.wanted)
    return AttachedSummary(
        name=plugin.name,
        version=plugin.version,
        contributions=count,
        import_ms=outcome.compiled[plugin.name].import_ms,
    )
