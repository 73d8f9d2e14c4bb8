"""
The resolution: the resolver's verdict on a whole inventory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from honeyhost.diagnostics import Problem
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.errors import RejectedError
from honeyhost.resolver.checks import Check
from honeyhost.resolver.reasons import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """
    A plugin that may not be attached, with all its reasons at once.
    """

    plugin: DiscoveredPlugin
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolution:
    """
    ``accepted`` in dependency order (then by slug), ``rejected`` by slug, and the checks behind each verdict.
    """

    accepted: tuple[DiscoveredPlugin, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    warnings: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    """slug -> warnings that do not reject (``tested-up-to``, an override that was used)."""
    checks: Mapping[str, tuple[Check, ...]] = field(default_factory=dict)
    """origin location -> the checks made of the plugin found there, in the order of the rules."""

    def checks_of(self, plugin: DiscoveredPlugin) -> tuple[Check, ...]:
        """
        Every rule that was asked about the plugin.
        """
        return self.checks.get(plugin.origin.location, ())

    def reasons_of(self, plugin: DiscoveredPlugin) -> tuple[Reason, ...]:
        """
        Why the plugin was rejected; empty for an accepted one.
        """
        return next((rejection.reasons for rejection in self.rejected if rejection.plugin == plugin), ())

    def raise_for_rejected(self) -> "Resolution":
        """
        This resolution, for callers that want all plugins or an error.

        Raises:
            RejectedError: if any plugin was rejected; it carries every rejection.
        """
        if self.rejected:
            lines = "; ".join(reason.message for rejection in self.rejected for reason in rejection.reasons)
            raise RejectedError(f"{len(self.rejected)} rejected: {lines}", self.rejected, hint="honeyhost why NAME")
        return self
