"""
The rules, in the order in which they are asked and shown. Every plugin is asked every rule: a rejection hides nothing.
"""

from honeyhost.resolver.rules import claims, grants, host, interpreter, needs, paths, permissions, slugs
from honeyhost.resolver.rules.rule import Fact, Rule

RULES: tuple[Rule, ...] = (
    slugs.RULE,
    host.VERSION,
    host.TESTED,
    interpreter.PYTHON,
    interpreter.RUNTIME,
    grants.RULE,
    needs.REQUIRED,
    needs.CYCLES,
    permissions.DECLARED,
    permissions.NAMED,
    claims.PERMISSIONS,
    paths.RULE,
    claims.ENTRIES,
    claims.CAPABILITIES,
    claims.TEMPLATES,
    needs.ACCEPTED,
)

__all__ = ["RULES", "Fact", "Rule"]
