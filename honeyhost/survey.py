"""
The survey: what is found on this host and what the resolver says of it, without a running host.

It is what every command that only looks begins with. It imports no code of any plugin, no web framework and no database
library.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from honeyhost.diagnostics import Problem
from honeyhost.discovery import discover
from honeyhost.discovery.inventory import DiscoveredPlugin, Inventory
from honeyhost.manager.failed import FailedPlugin
from honeyhost.recorded import recorded_failures
from honeyhost.resolver import resolve
from honeyhost.resolver.profile import Consent, HostProfile, Policy
from honeyhost.resolver.resolution import Resolution
from honeyhost.services.grants import read_grants
from honeyhost.settings import Settings
from honeyhost.standing import Standing, read_standing
from honeyhost.store.records import PluginRecord

State = Literal["accepted", "rejected", "disabled", "quarantined", "failed"]
"""What can be known of a plugin without a running host."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """
    Everything found, the verdicts, what operators and hosts have decided, and the host that was asked about.
    """

    inventory: Inventory
    resolution: Resolution
    standing: Standing
    profile: HostProfile
    failed: Mapping[str, FailedPlugin] = field(default_factory=dict)
    """What the last ``apply`` could not attach, by slug."""

    def state_of(self, plugin: DiscoveredPlugin) -> State:
        """
        The state of one plugin; a rejected one stays rejected whatever is wished, and only one that is wished can fail.
        """
        if self.resolution.verdict_on(plugin) == "rejected":
            return "rejected"
        wish = self.standing.wish(plugin.name)
        return "failed" if wish == "accepted" and self.failure_of(plugin) is not None else wish

    def failure_of(self, plugin: DiscoveredPlugin) -> FailedPlugin | None:
        """
        Why an accepted plugin could not be attached when it was applied last; None where it could, or has changed since.
        """
        failed = self.failed.get(plugin.name)
        known = failed is not None and failed.digest == plugin.digest and self.resolution.verdict_on(plugin) == "accepted"
        return failed if known else None

    def problems_of(self, plugin: DiscoveredPlugin) -> tuple[Problem, ...]:
        """
        The problems of its manifest and the warnings that do not reject it.
        """
        return plugin.problems + self.resolution.warnings_of(plugin)

    def to_json(self) -> dict[str, Any]:
        """
        The document of ``list --json``.
        """
        return {
            "version": 1,
            "host": {"version": self.profile.host_version, "python": self.profile.python_version},
            "plugins": [self._entry(plugin) for plugin in self.inventory],
            "failures": [failure.to_json() for failure in self.inventory.failures],
            "findings": [finding.to_json() for finding in (*self.inventory.findings, *self.standing.findings)],
        }

    def _entry(self, plugin: DiscoveredPlugin) -> dict[str, Any]:
        return {
            "name": plugin.name,
            "version": plugin.version,
            "display_name": plugin.display_name,
            "origin": plugin.origin.to_json(),
            "state": self.state_of(plugin),
            "reasons": self._reasons(plugin),
            "problems": [problem.to_json() for problem in self.problems_of(plugin)],
        }

    def _reasons(self, plugin: DiscoveredPlugin) -> list[dict[str, Any]]:
        against = [reason.to_json() for reason in self.resolution.reasons_of(plugin)]
        failed = self.failure_of(plugin)
        return against or self.standing.reasons(plugin.name) or ([] if failed is None else [failed.reason()])


def policy_of(settings: Settings, standing: Standing) -> Policy:
    """
    The operator's wishes in the settings, and the answers in the store to what plugins ask of the host; where those cannot be
    known, nobody is asked.
    """
    policy: Policy = settings.policy()
    if not standing.known:
        return policy
    answered = {slug: record for slug, record in standing.records.items() if record.grants or record.grants_digest}
    return replace(policy, consents={slug: consent_in(record) for slug, record in answered.items()})


def consent_in(record: PluginRecord) -> Consent:
    """
    What an operator answered to a plugin, as its record holds it.
    """
    return Consent(grants=read_grants(record.grants), digest=record.grants_digest)


def survey(settings: Settings) -> Survey:
    """
    Look for plugins, resolve them for this host, and read which are wanted and which could not be attached.
    """
    inventory = discover(settings.discovery_options())
    profile, standing = settings.profile(), read_standing(settings)
    return Survey(
        inventory=inventory,
        resolution=resolve(inventory, profile, policy_of(settings, standing)),
        standing=standing,
        profile=profile,
        failed=recorded_failures(settings),
    )
