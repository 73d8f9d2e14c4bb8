"""
Checks: what a rule found out about one plugin, and the protocol for a host's own rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.resolver.reasons import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """
    One rule asked about one plugin, passed or not: the fact, and where the fact came from.
    """

    rule: str
    passed: bool
    fact: str
    """What was found, in a few words; what was wanted is in the message and, for a failed check, in the reason."""
    source: str
    """Where the demand stands and where the fact came from, divided by `` | ``."""
    message: str
    reason: Reason | None = None

    def to_json(self) -> dict[str, Any]:
        """
        The shape of the interface.
        """
        return {"rule": self.rule, "passed": self.passed, "fact": self.fact, "source": self.source, "message": self.message}


class HostCheck(Protocol):
    """
    A rule of the host's own: pure, asked once per plugin and again when somebody wants to see the checks.

    An exception is a fault of the host's and ends the resolution.
    """

    @property
    def rule(self) -> str:
        """
        The rule's name, kebab-case, as the checks bear it.
        """
        ...

    def __call__(self, plugin: DiscoveredPlugin) -> Iterable[Check]:
        """
        The checks that this rule makes of the plugin; a failed one carries its reason, or its message becomes one.
        """
        ...
