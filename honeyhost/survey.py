"""
The survey: what is found on this host and what the resolver says of it, without a running host.

It is what every command that only looks begins with. It imports no code of any plugin, no web framework and no database
library.
"""

from dataclasses import dataclass
from typing import Any, Literal

from honeyhost.diagnostics import Problem
from honeyhost.discovery import discover
from honeyhost.discovery.inventory import DiscoveredPlugin, Inventory
from honeyhost.resolver import resolve
from honeyhost.resolver.profile import HostProfile
from honeyhost.resolver.resolution import Resolution
from honeyhost.settings import Settings
from honeyhost.store.peek import Flags, read_flags

State = Literal["accepted", "rejected", "disabled"]
"""What can be known of a plugin without a running host."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """
    Everything found, the verdicts, the operator's wishes (None where they cannot be read without the database library), and
    the host that was asked about.
    """

    inventory: Inventory
    resolution: Resolution
    flags: Flags | None
    profile: HostProfile

    def state_of(self, plugin: DiscoveredPlugin) -> State:
        """
        The state of one plugin; a rejected one stays rejected whatever is wished.
        """
        if self.resolution.verdict_on(plugin) == "rejected":
            return "rejected"
        return "accepted" if self.flags is None or self.flags.is_enabled(plugin.name) else "disabled"

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
            "findings": [finding.to_json() for finding in self.inventory.findings],
        }

    def _entry(self, plugin: DiscoveredPlugin) -> dict[str, Any]:
        return {
            "name": plugin.name,
            "version": plugin.version,
            "display_name": plugin.display_name,
            "origin": plugin.origin.to_json(),
            "state": self.state_of(plugin),
            "reasons": [reason.to_json() for reason in self.resolution.reasons_of(plugin)],
            "problems": [problem.to_json() for problem in self.problems_of(plugin)],
        }


def survey(settings: Settings) -> Survey:
    """
    Look for plugins, resolve them for this host, and read which are wanted.
    """
    inventory = discover(settings.discovery_options())
    profile = settings.profile()
    return Survey(
        inventory=inventory,
        resolution=resolve(inventory, profile, settings.policy()),
        flags=read_flags(settings.database_url),
        profile=profile,
    )
