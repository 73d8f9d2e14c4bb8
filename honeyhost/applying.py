"""
Planning and applying: the difference between what was applied and what would be, and the steps that close it.

``plan`` changes nothing. ``apply`` does what the plan says: each plugin's part in the store with its undo, then the
generated files, and last the snapshot, whose rename is the moment from which a start sees the new state.
"""

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from honeyhost.attach.change import AttachPlan, Contribution, difference
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.attach.files import write_with_undo
from honeyhost.attach.frontend import FrontendPoint, frontend_entry, render_frontend_manifest
from honeyhost.attach.groups import SeedGroupPoint
from honeyhost.attach.nav import NavPoint
from honeyhost.attach.permissions import PermissionPoint
from honeyhost.attach.plugins import PluginPoint
from honeyhost.attach.point import AttachPoint, EffectPoint, Undo
from honeyhost.attach.routers import RouterPoint
from honeyhost.attach.routing.openapi import BEARER
from honeyhost.diagnostics import Problem
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.errors import AttachError, HoneyhostError, PlanChangedError
from honeyhost.host import DEFAULT_PREFIX, settings_digest, snapshot_path
from honeyhost.manager.attaching import attached, specify
from honeyhost.manager.booting import snapshot_key
from honeyhost.manager.compiler import Compiler
from honeyhost.manager.places import survey_places
from honeyhost.manager.snapshot import Snapshot, SnapshotContent, write_snapshot
from honeyhost.settings import Settings
from honeyhost.store.catalog import Catalog
from honeyhost.store.plugins import PluginTable
from honeyhost.store.protocol import PluginDefaults
from honeyhost.survey import Survey, survey
from honeyhost.wiring import open_database

Progress = Callable[[str], None]
_SHORTEST_DIGEST = 8
_POINTS: tuple[AttachPoint, ...] = (
    PluginPoint(),
    PermissionPoint(),
    SeedGroupPoint(),
    RouterPoint(),
    NavPoint(),
    FrontendPoint(),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachFailure:
    """
    An accepted plugin that could not be attached, and why.
    """

    plugin: str
    version: str
    problem: Problem


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
class Planned:
    """
    A plan, and everything it was made from.

    ``versions`` says for each plugin that comes, goes or changes its version which it had and which it gets.
    """

    plan: AttachPlan
    survey: Survey
    compiled: Mapping[str, CompiledPlugin]
    failures: tuple[AttachFailure, ...] = ()
    wanted: tuple[Contribution, ...] = ()
    applied: tuple[Contribution, ...] = ()
    versions: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    unchanged: int = 0

    @property
    def plugins(self) -> tuple[DiscoveredPlugin, ...]:
        """
        The plugins that would be attached, in dependency order.
        """
        return tuple(plugin for plugin in self.survey.resolution.accepted if plugin.name in self.compiled)


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


def plan(settings: Settings, *, progress: Progress | None = None) -> Planned:
    """
    What applying would change. Accepted plugins that no snapshot knows are imported in a child process; no others are.
    """
    found = survey(settings)
    snapshot = Snapshot.open(snapshot_path(settings))
    compiled, failures = _compiled(settings, found, snapshot, progress)
    applied = snapshot.applied() if snapshot is not None else ()
    wanted = _contributions(found, compiled)
    before, after = _versions(applied), _versions(wanted)
    changes = difference(applied, wanted)
    changed = {change.plugin for change in changes.changes}
    return Planned(
        plan=changes,
        survey=found,
        compiled=compiled,
        failures=failures,
        wanted=wanted,
        applied=applied,
        versions={slug: (before.get(slug), after.get(slug)) for slug in sorted(changed)},
        unchanged=len(after.keys() - changed),
    )


def apply(settings: Settings, *, digest: str | None = None, progress: Progress | None = None) -> Applied:
    """
    Do what the plan of this moment says.

    A plugin whose part fails is taken back and left out; the others go on. When a generated file or the snapshot cannot be
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
    planned = plan(settings, progress=progress)
    if digest is not None and not _same(digest, planned.plan.digest):
        raise PlanChangedError(
            f"the plan has changed: agreed to {digest}, now it is {planned.plan.digest}",
            hint="look at honeyhost plan again",
            wanted=digest,
            actual=planned.plan.digest,
        )
    undo: list[Undo] = []
    try:
        refused = _write_store(settings, planned, undo)
        outcome = _without(planned, refused)
        written = [] if planned.plan.empty and not refused else _stored_words(planned.plan)
        written += _write_files(settings, outcome, undo)
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


def _compiled(
    settings: Settings, found: Survey, snapshot: Snapshot | None, progress: Progress | None
) -> tuple[dict[str, CompiledPlugin], tuple[AttachFailure, ...]]:
    servable = [plugin for plugin in found.resolution.accepted if plugin.origin.kind != "archive"]
    key = snapshot_key(settings_digest(settings), DEFAULT_PREFIX)
    same = snapshot is not None and {**snapshot.key, "settings": ""} == {**key, "settings": ""}
    known = {plugin.slug: plugin for plugin in snapshot.plugins()} if snapshot is not None and same else {}
    kept: dict[str, CompiledPlugin] = {}
    for plugin in servable:
        recorded = known.get(plugin.name)
        if recorded is not None and recorded.facts.compiled.fits(plugin.digest):
            kept[plugin.name] = recorded.whole()
    fresh = [specify(plugin) for plugin in servable if plugin.name not in kept]
    compiler = Compiler(
        prefix=DEFAULT_PREFIX,
        roots=tuple(root for root in (settings.customer_root, settings.bundled_root) if root is not None),
        security={BEARER: []},
        seconds=settings.start_timeout,
    )
    made, failed = compiler.compile(fresh, progress=progress) if fresh else ({}, {})
    versions = {plugin.name: plugin.version for plugin in servable}
    failures = tuple(_failure(slug, versions[slug], error) for slug, error in sorted(failed.items()))
    return kept | made, failures


def _failure(slug: str, version: str, error: HoneyhostError) -> AttachFailure:
    return AttachFailure(plugin=slug, version=version, problem=error.to_problem())


def _contributions(found: Survey, compiled: Mapping[str, CompiledPlugin]) -> tuple[Contribution, ...]:
    return tuple(
        contribution
        for plugin in found.resolution.accepted
        if plugin.name in compiled
        for point in _POINTS
        if point.lasting or found.state_of(plugin) != "disabled"
        for contribution in point.contributions(plugin, compiled[plugin.name])
    )


def _versions(contributions: Iterable[Contribution]) -> dict[str, str]:
    return {item.plugin: item.details["version"] for item in contributions if item.kind == PluginPoint.kind}


def _same(digest: str, actual: str) -> bool:
    given = digest.removeprefix("sha256:")
    return len(given) >= _SHORTEST_DIGEST and actual.removeprefix("sha256:").startswith(given)


def _write_store(settings: Settings, planned: Planned, undo: list[Undo]) -> dict[str, AttachError]:
    """
    Each plugin's part in the store; the slugs of those that it refused, with the reason.
    """
    database = open_database(settings.database_url)
    catalog = Catalog(database)
    effects: tuple[EffectPoint, ...] = (PermissionPoint(catalog), SeedGroupPoint(catalog))
    changed = {change.plugin for change in planned.plan.changes}
    gone = _versions(planned.applied).keys() - _versions(planned.wanted).keys()
    for slug in sorted(gone):
        undo.extend(point.detach(slug) for point in effects)
    refused: dict[str, AttachError] = {}
    for plugin in planned.plugins:
        if plugin.name in changed:
            error = _attach_plugin(plugin, effects, undo)
            if error is not None:
                refused[plugin.name] = error
    kept = [plugin for plugin in planned.plugins if plugin.name not in refused]
    PluginTable(database).register([_defaults(plugin) for plugin in kept])
    return refused


def _attach_plugin(plugin: DiscoveredPlugin, effects: Sequence[EffectPoint], undo: list[Undo]) -> AttachError | None:
    own: list[Undo] = []
    for point in effects:
        try:
            own.append(point.attach(plugin))
        except HoneyhostError as error:
            for step in reversed(own):
                step()
            message = f"plugin '{plugin.name}' could not be attached ({point.kind}): {error.message}"
            return AttachError(message, hint=error.hint, plugin=plugin.name)
    undo.extend(own)
    return None


def _defaults(plugin: DiscoveredPlugin) -> PluginDefaults:
    manifest = plugin.manifest
    labels = manifest.labels if manifest.labels is not None else manifest.display_name
    return PluginDefaults(
        slug=plugin.name,
        kind=manifest.kind,
        version=plugin.version,
        nav=bool(manifest.nav),
        sort=manifest.sort,
        labels={"en": labels} if isinstance(labels, str) else dict(labels or {}),
    )


def _without(planned: Planned, refused: Mapping[str, AttachError]) -> Planned:
    """
    The plan's inputs without the plugins that were refused on the way.
    """
    if not refused:
        return planned
    compiled = {slug: value for slug, value in planned.compiled.items() if slug not in refused}
    failures = tuple(_failure(slug, planned.compiled[slug].version, error) for slug, error in refused.items())
    return Planned(
        plan=planned.plan,
        survey=planned.survey,
        compiled=compiled,
        failures=planned.failures + failures,
        wanted=_contributions(planned.survey, compiled),
        applied=planned.applied,
        versions=planned.versions,
        unchanged=planned.unchanged,
    )


def _stored_words(changes: AttachPlan) -> list[str]:
    words = {"permission": "permission", "seed-group": "seed group"}
    counts = {kind: sum(change.kind == kind for change in changes.changes) for kind in words}
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


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _write_snapshot(settings: Settings, outcome: Planned) -> str:
    plugins = tuple(attached(plugin, outcome.compiled[plugin.name]) for plugin in outcome.plugins)
    roots = [root for root in (settings.customer_root, settings.bundled_root) if root is not None]
    found_in = [str(plugin.root) for plugin in outcome.plugins]
    content = SnapshotContent(
        key=snapshot_key(settings_digest(settings), DEFAULT_PREFIX),
        places=survey_places(tuple(sys.path), roots, found_in),
        plugins=plugins,
        applied=outcome.wanted,
        listing=outcome.survey.to_json(),
    )
    _, digest = write_snapshot(snapshot_path(settings), content)
    return digest


def _summary(plugin: DiscoveredPlugin, outcome: Planned) -> AttachedSummary:
    count = sum(item.plugin == plugin.name and item.kind != PluginPoint.kind for item in outcome.wanted)
    return AttachedSummary(
        name=plugin.name,
        version=plugin.version,
        contributions=count,
        import_ms=outcome.compiled[plugin.name].import_ms,
    )
