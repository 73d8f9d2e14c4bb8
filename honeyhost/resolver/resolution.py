"""
The resolution: the resolver's verdict on a whole inventory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from honeyhost.diagnostics import Problem
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.errors import RejectedError
from honeyhost.resolver import asking
from honeyhost.resolver.checks import Check
from honeyhost.resolver.context import Context, Key, key_of
from honeyhost.resolver.reasons import Reason

Verdict = Literal["accepted", "rejected"]


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
    Every plugin of the inventory, in one of three lists.
    """

    accepted: tuple[DiscoveredPlugin, ...] = ()
    """Those that may be attached, in dependency order, then by slug; a slug is here at most once."""
    installable: tuple[DiscoveredPlugin, ...] = ()
    """Archives that passed every rule: their verdict is accepted, and they are served once they are installed."""
    rejected: tuple[Rejection, ...] = ()
    """By slug, each with all its reasons."""
    warnings: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    """slug -> warnings about the installed plugin that do not reject (``tested-up-to``, an override that was used)."""
    context: Context | None = field(default=None, repr=False, compare=False)
    """What the verdicts were made from, so that the checks of one plugin can be worded when somebody asks."""
    _reasons: Mapping[Key, tuple[Reason, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        reasons = {key_of(rejection.plugin): rejection.reasons for rejection in self.rejected}
        object.__setattr__(self, "_reasons", reasons)

    def verdict_on(self, plugin: DiscoveredPlugin) -> Verdict:
        """
        The verdict on a plugin of the inventory.
        """
        return "rejected" if key_of(plugin) in self._reasons else "accepted"

    def checks_of(self, plugin: DiscoveredPlugin) -> tuple[Check, ...]:
        """
        Every rule that was asked about the plugin, with its fact and source.
        """
        return () if self.context is None else asking.check(plugin, self.context)

    def reasons_of(self, plugin: DiscoveredPlugin) -> tuple[Reason, ...]:
        """
        Why the plugin was rejected, in the order of the rules; empty for an accepted one.
        """
        return self._reasons.get(key_of(plugin), ())

    def warnings_of(self, plugin: DiscoveredPlugin) -> tuple[Problem, ...]:
        """
        What is worth saying about this very plugin, also where it is an archive or a rejected claimant of a slug.
        """
        return () if self.context is None else asking.warn((plugin,), self.context).get(key_of(plugin), ())

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
