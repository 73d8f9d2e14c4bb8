"""
A rule: what it asks of a plugin, and how it words what it found.

The three questions answer with reasons, and with nothing where all is well: that is all a verdict needs, and it is cheap.
Facts are worded only when somebody wants to see the checks of one plugin.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from honeyhost.diagnostics import Problem
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.resolver.checks import Check
from honeyhost.resolver.context import Context
from honeyhost.resolver.places import joined
from honeyhost.resolver.reasons import Reason

Question = Callable[[DiscoveredPlugin, Context], Sequence[Reason]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """
    What a rule found where it has nothing against a plugin.
    """

    fact: str
    source: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """
    One rule of the resolver.
    """

    name: str
    fact: Callable[[DiscoveredPlugin, Context], Fact]
    ask: Question | None = None
    """What the plugin's own demands and the host's facts say."""
    compare: Question | None = None
    """What the claims of other plugins say, asked when it is known which of them are sound."""
    follow: Question | None = None
    """What the verdicts on the plugins that it needs say, asked in the order of needs."""
    idle: Callable[[Context], bool] | None = None
    """Whether no plugin of an inventory can give ``ask`` or ``warn`` a reason to speak, so that none needs to be asked."""
    warn: Callable[[DiscoveredPlugin, Context], Sequence[Problem]] | None = None
    """What is worth saying, and rejects nothing."""

    def concerns(self, context: Context) -> bool:
        """
        Whether some plugin of the inventory may have something to hear from ``ask`` or ``warn``.
        """
        return self.idle is None or not self.idle(context)

    def reasons(self, plugin: DiscoveredPlugin, context: Context) -> tuple[Reason, ...]:
        """
        All that this rule has against the plugin, in a finished context.
        """
        questions = (question for question in (self.ask, self.compare, self.follow) if question is not None)
        return tuple(reason for question in questions for reason in question(plugin, context))

    def checks(self, plugin: DiscoveredPlugin, context: Context) -> tuple[Check, ...]:
        """
        One check for each reason, or one that passed.
        """
        reasons = self.reasons(plugin, context)
        if not reasons:
            fact = self.fact(plugin, context)
            return (Check(rule=self.name, passed=True, fact=fact.fact, source=fact.source, message=fact.message),)
        return tuple(
            Check(
                rule=self.name,
                passed=False,
                fact=reason.found,
                source=joined(reason.source, reason.fact_source),
                message=reason.message,
                reason=reason,
            )
            for reason in reasons
        )
