"""
Planning: the difference between what was applied and what would be.

Nothing is changed by it. Accepted plugins that no snapshot knows are imported in a child process, to find out what they bring.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from honeyhost.attach.capabilities import CapabilityPoint, contested
from honeyhost.attach.change import AttachPlan, Contribution, difference
from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.attach.frontend import FrontendPoint
from honeyhost.attach.groups import SeedGroupPoint
from honeyhost.attach.migrations import MigrationPoint
from honeyhost.attach.nav import NavPoint
from honeyhost.attach.permissions import PermissionPoint
from honeyhost.attach.plugins import PluginPoint
from honeyhost.attach.point import AttachPoint
from honeyhost.attach.routers import RouterPoint
from honeyhost.diagnostics import Problem
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.errors import AttachError
from honeyhost.manager.attaching import specify
from honeyhost.manager.booting import snapshot_key
from honeyhost.manager.compiler import Compiler
from honeyhost.manager.snapshot import Snapshot
from honeyhost.recorded import DEFAULT_PREFIX, settings_digest, snapshot_path
from honeyhost.settings import Settings
from honeyhost.survey import Survey, survey

Progress = Callable[[str], None]
_POINTS: tuple[AttachPoint, ...] = (
    PluginPoint(),
    PermissionPoint(),
    SeedGroupPoint(),
    MigrationPoint(),
    RouterPoint(),
    NavPoint(),
    FrontendPoint(),
    CapabilityPoint(),
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

    def without(self, refused: Mapping[str, AttachError]) -> "Planned":
        """
        The same without plugins that were refused while the plan was carried out; they stand among the failures.
        """
        if not refused:
            return self
        compiled = {slug: value for slug, value in self.compiled.items() if slug not in refused}
        failures = tuple(_failure(slug, self.compiled[slug].version, error) for slug, error in refused.items())
        wanted = _contributions(self.survey, compiled)
        return replace(self, compiled=compiled, failures=self.failures + failures, wanted=wanted)


def plan(settings: Settings, *, progress: Progress | None = None) -> Planned:
    """
    What applying would change. Accepted plugins that no snapshot knows are imported in a child process; no others are.
    """
    found = survey(settings)
    snapshot = Snapshot.open(snapshot_path(settings))
    compiled, failures = _compiled(settings, found, snapshot, progress)
    applied = snapshot.applied() if snapshot is not None else ()
    wanted = _contributions(found, compiled)
    before, after = versions_in(applied), versions_in(wanted)
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


def _compiled(
    settings: Settings, found: Survey, snapshot: Snapshot | None, progress: Progress | None
) -> tuple[dict[str, CompiledPlugin], tuple[AttachFailure, ...]]:
    servable = [plugin for plugin in found.resolution.accepted if plugin.origin.kind != "archive"]
    key = snapshot_key(settings_digest(settings), DEFAULT_PREFIX)
    usable = snapshot is not None and snapshot.made_under(key)
    known = {plugin.slug: plugin for plugin in snapshot.plugins()} if snapshot is not None and usable else {}
    kept: dict[str, CompiledPlugin] = {}
    for plugin in servable:
        recorded = known.get(plugin.name)
        if recorded is not None and recorded.facts.compiled.fits(plugin.digest):
            kept[plugin.name] = recorded.whole()
    fresh = [specify(plugin) for plugin in servable if plugin.name not in kept]
    compiler = Compiler(
        prefix=DEFAULT_PREFIX,
        roots=settings.plugin_roots,
        seconds=settings.start_timeout,
    )
    made, failed = compiler.compile(fresh, progress=progress) if fresh else ({}, {})
    compiled = kept | made
    failed |= contested({slug: value.capabilities for slug, value in compiled.items()})
    versions = {plugin.name: plugin.version for plugin in servable}
    failures = tuple(_failure(slug, versions[slug], error) for slug, error in sorted(failed.items()))
    return {slug: value for slug, value in compiled.items() if slug not in failed}, failures


def _failure(slug: str, version: str, error: AttachError) -> AttachFailure:
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


def versions_in(contributions: Iterable[Contribution]) -> dict[str, str]:
    """
    The version of each plugin that contributions speak of.
    """
    return {item.plugin: item.details["version"] for item in contributions if item.kind == PluginPoint.kind}
