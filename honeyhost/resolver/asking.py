"""
Asking: every rule put to one plugin, the built-in ones first, then the host's own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from honeyhost.diagnostics import Problem
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.resolver.checks import Check
from honeyhost.resolver.context import Context, Key, key_of
from honeyhost.resolver.places import located
from honeyhost.resolver.reasons import HostReason, Reason
from honeyhost.resolver.rules import RULES
from honeyhost.resolver.rules.rule import Question

_COMPARE = tuple(rule.compare for rule in RULES if rule.compare is not None)
_FOLLOW = tuple(rule.follow for rule in RULES if rule.follow is not None)
_RANK = {rule.name: rank for rank, rule in enumerate(RULES)}

Against = Mapping[Key, tuple[Reason, ...]]
"""The reasons against each plugin that has any, in the order of the rules."""


def ask(plugins: Sequence[DiscoveredPlugin], context: Context) -> Against:
    """
    What their own demands, the host's facts and the host's own rules say against the plugins.
    """
    questions = tuple(rule.ask for rule in RULES if rule.ask is not None and rule.concerns(context))
    against = {key_of(plugin): found for plugin in plugins if (found := _answers(questions, plugin, context))}
    for plugin in plugins if context.policy.checks else ():
        failed = [found.reason for found in _host_checks(plugin, context) if not found.passed and found.reason is not None]
        if failed:
            against[key_of(plugin)] = (*against.get(key_of(plugin), ()), *failed)
    return against


def compare(plugins: Iterable[DiscoveredPlugin], context: Context) -> Against:
    """
    What the claims of others say against the plugins.
    """
    return {key_of(plugin): found for plugin in plugins if (found := _answers(_COMPARE, plugin, context))}


def follow(plugin: DiscoveredPlugin, context: Context) -> tuple[Reason, ...]:
    """
    What the verdicts on the plugins that it needs say against one plugin.
    """
    return _answers(_FOLLOW, plugin, context)


def warn(plugins: Iterable[DiscoveredPlugin], context: Context) -> dict[Key, tuple[Problem, ...]]:
    """
    What is worth saying of the plugins and rejects nothing, each with its place.
    """
    questions = tuple(rule.warn for rule in RULES if rule.warn is not None and rule.concerns(context))
    return {
        key_of(plugin): tuple(located(plugin, problem) for problem in problems)
        for plugin in plugins
        if (problems := [problem for question in questions for problem in question(plugin, context)])
    }


def check(plugin: DiscoveredPlugin, context: Context) -> tuple[Check, ...]:
    """
    Every rule with what it found, in a finished context.
    """
    built_in = (found for rule in RULES for found in rule.checks(plugin, context))
    return (*built_in, *_host_checks(plugin, context))


def in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """
    The reasons in the order of the rules; those of the host's own rules come last.
    """
    return tuple(sorted(reasons, key=lambda reason: _RANK.get(reason.rule, len(_RANK))))


def _host_checks(plugin: DiscoveredPlugin, context: Context) -> Iterator[Check]:
    """
    The checks of the host's own rules; one that failed without a reason gets the open one.
    """
    for rule in context.policy.checks:
        for found in rule(plugin):
            yield found if found.passed or found.reason is not None else replace(found, reason=_open_reason(plugin, found))


def _answers(questions: Iterable[Question], plugin: DiscoveredPlugin, context: Context) -> tuple[Reason, ...]:
    reasons: tuple[Reason, ...] = ()
    for question in questions:
        if found := question(plugin, context):
            reasons += tuple(found)
    return reasons


def _open_reason(plugin: DiscoveredPlugin, found: Check) -> HostReason:
    return HostReason(
        plugin=plugin.name,
        version=plugin.version,
        source=found.source,
        code=found.rule,
        rule=found.rule,
        text=found.message,
        fact=found.fact,
    )
