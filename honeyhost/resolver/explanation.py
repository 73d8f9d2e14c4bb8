"""
The explanation: one plugin's verdict, every rule with its fact, and the smallest change that would admit it.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from honeyhost.diagnostics import Problem
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.resolver.checks import Check
from honeyhost.resolver.context import Context
from honeyhost.resolver.reasons import DependencyCycle, DependencyRejected, Reason
from honeyhost.resolver.reasons.dependencies import shortened
from honeyhost.resolver.resolution import Resolution, Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """
    What ``why`` shows.
    """

    name: str
    version: str
    verdict: Verdict
    checks: tuple[Check, ...]
    smallest_change: str | None
    """What would admit the plugin, as far as this host can know; None for an accepted one."""
    drawings: tuple[tuple[str, ...], ...] = ()
    """For each need that is refused and for a cycle: the way there, line by line."""
    warnings: tuple[Problem, ...] = ()

    @property
    def failed(self) -> tuple[Check, ...]:
        """
        The checks that were not passed.
        """
        return tuple(check for check in self.checks if not check.passed)

    @property
    def rules(self) -> int:
        """
        How many rules were asked.
        """
        return len({check.rule for check in self.checks})

    @property
    def failed_rules(self) -> int:
        """
        How many of them were not passed.
        """
        return len({check.rule for check in self.failed})

    def to_json(self) -> dict[str, Any]:
        """
        The shape of ``why --json``.
        """
        return {
            "name": self.name,
            "verdict": self.verdict,
            "checks": [check.to_json() for check in self.checks],
            "smallest_change": self.smallest_change,
        }


def explain(resolution: Resolution, plugin: DiscoveredPlugin) -> Explanation:
    """
    The explanation of the verdict on one plugin of the inventory; the rules are asked again, this time in full.
    """
    return Explanation(
        name=plugin.name,
        version=plugin.version,
        verdict=resolution.verdict_on(plugin),
        checks=resolution.checks_of(plugin),
        smallest_change=_smallest_change(resolution, plugin),
        drawings=tuple(_drawings(resolution, plugin)),
        warnings=resolution.warnings_of(plugin),
    )


def _smallest_change(resolution: Resolution, plugin: DiscoveredPlugin) -> str | None:
    reasons = resolution.reasons_of(plugin)
    if not reasons:
        return None
    changes: dict[str, str] = {reason.change: "" for reason in reasons if not isinstance(reason, DependencyRejected)}
    for other in _refused_needs(resolution, plugin):
        for reason in resolution.reasons_of(other):
            if not isinstance(reason, DependencyRejected):
                changes.setdefault(reason.change, "" if isinstance(reason, DependencyCycle) else f" (for {other.name})")
    text = ", and ".join(change + owner for change, owner in changes.items()) or reasons[0].change
    packed = next((other for other in resolution.installable if other.name == plugin.name), None)
    if packed is None:
        return text
    return f"{text}; or install {packed.name} {packed.version} from {packed.origin.location}, which passes every rule here"


def _refused_needs(resolution: Resolution, plugin: DiscoveredPlugin) -> Iterator[DiscoveredPlugin]:
    """
    The refused plugins that this one needs, directly or through others, nearest first, each once.
    """
    seen = {plugin.name}
    queue = deque(_rejected_by(resolution, plugin))
    while queue:
        slug = queue.popleft()
        if slug not in seen and resolution.context is not None:
            seen.add(slug)
            other = resolution.context.chosen[slug]
            yield other
            queue.extend(_rejected_by(resolution, other))


def _rejected_by(resolution: Resolution, plugin: DiscoveredPlugin) -> list[str]:
    return [reason.dependency for reason in resolution.reasons_of(plugin) if isinstance(reason, DependencyRejected)]


def _drawings(resolution: Resolution, plugin: DiscoveredPlugin) -> Iterator[tuple[str, ...]]:
    if resolution.context is None:
        return
    for reason in resolution.reasons_of(plugin):
        if isinstance(reason, DependencyCycle):
            yield _drawn((*reason.cycle, reason.cycle[0]), plugin, None, resolution.context)
        elif isinstance(reason, DependencyRejected):
            yield _drawn(reason.chain, plugin, reason.cause, resolution.context)


def _drawn(chain: tuple[str, ...], first: DiscoveredPlugin, cause: Reason | None, context: Context) -> tuple[str, ...]:
    """
    One plugin a line, each under the one that needs it.
    """
    steps = [f"{first.name} {first.version}"]
    above = first
    for slug in chain[1:]:
        demand = above.manifest.requires_plugins[slug]
        above = context.chosen[slug]
        steps.append(f"{above.name} {above.version}" + (f" (wanted {demand})" if demand else ""))
    if cause is not None:
        steps[-1] += f": {cause.code}, wanted {cause.wanted}, found {cause.found}"
    head, *below = shortened(tuple(steps))
    return (head, *(f"{'   ' * depth}-> {step}" for depth, step in enumerate(below)))
