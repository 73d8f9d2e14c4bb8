"""
The asking: every rule, the fields that it reads, and the order in which they are asked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from honeyhost.diagnostics import Problem
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.rules import access, attaching, code, hidden, identity, menus, schedules, texts, widgets, workflows


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One rule: it is asked if any of its fields is given, and only if all of them have their shape.
    """

    reads: frozenset[str]
    ask: Callable[[PluginManifest], Iterable[Problem]]


def _rule(ask: Callable[[PluginManifest], Iterable[Problem]], *reads: str) -> Rule:
    return Rule(frozenset(reads), ask)


RULES = (
    _rule(identity.slug, "name"),
    _rule(identity.homepage, "homepage"),
    _rule(identity.requirements, "name", "requires_plugins"),
    _rule(identity.runtime, "runtime"),
    _rule(identity.frontend_peers, "frontend_peers"),
    _rule(access.declarations, "permissions"),
    _rule(access.seed_groups, "permissions", "seed_groups"),
    _rule(access.guards, "permissions", *access.GUARDED),
    _rule(access.host_permissions, "host_permissions"),
    _rule(code.routers, "routers"),
    _rule(code.routes, "routes", "middleware"),
    _rule(code.handlers, "plugin", "runtime", *code.HANDLED),
    _rule(menus.nav, "name", "nav"),
    _rule(menus.menu_items, "name", "nav", "menu_items"),
    _rule(menus.landing_page, "name", "landing_page"),
    _rule(menus.hidden_items, "hide_menu_items"),
    _rule(widgets.widgets, "widgets", "frontend_entry", "frontend_bundle"),
    _rule(schedules.jobs, "jobs"),
    _rule(workflows.capabilities, "capabilities"),
    _rule(workflows.workflows, "name", "capabilities", "workflows"),
    _rule(texts.templates, "templates"),
    _rule(texts.translations, "i18n"),
    _rule(texts.error_codes, "error_codes"),
    _rule(identity.dbt_workspaces, "dbt_workspace"),
)


def check_rules(manifest: PluginManifest, *, refused: frozenset[str] = frozenset(), plain: bool = False) -> tuple[Problem, ...]:
    """
    All that the rules have to say about a manifest.

    Args:
        manifest: a manifest whose fields have their shape.
        refused: fields that do not, and were left out of it; no rule that reads one of them is asked.
        plain: whether it is known that all its text is ASCII that can be seen.
    """
    found = [problem for rule in _asked(frozenset(manifest.model_fields_set), refused) for problem in rule.ask(manifest)]
    if not plain:
        said = {problem.path for problem in found}
        found.extend(problem for problem in hidden.hidden_text(manifest) if problem.path not in said)
    found.extend(attaching.not_attached(manifest))
    return tuple(found)


@lru_cache(maxsize=256)
def _asked(given: frozenset[str], refused: frozenset[str]) -> tuple[Rule, ...]:
    """
    The rules that have something to read; most plugins of a platform give the same fields.
    """
    return tuple(rule for rule in RULES if not rule.reads.isdisjoint(given) and rule.reads.isdisjoint(refused))
