"""
A plan on a terminal: what changes and nothing else, one line each, ``+ ~ -`` at the start so that grep works.

::

    + healthcare 0.3.0
        + route        GET /api/plugins/healthcare/patients   patient.read
    ~ finance 1.1.0 -> 1.2.0
        ~ nav          Ledger   order 1 -> 2
    plan: 1 add, 1 change, 0 remove   digest sha256:4f1c9a02
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from honeyhost.attach.change import Action, AttachPlan, Change
from honeyhost.cli.render.text import Line, Style, cells, indented, line, padded, span, wrapped

Versions = Mapping[str, tuple[str | None, str | None]]
"""Slug -> the version that was applied and the one that would be; None where there is none."""

SIGNS: dict[Action, tuple[str, Style]] = {"add": ("+", "green"), "change": ("~", "yellow"), "remove": ("-", "red")}
_INDENT = 4
_SHORT = 40
"""Longer values are named, not shown; ``--detail`` shows them."""
_DIGITS = 8


def short_digest(digest: str) -> str:
    """
    The form that people copy; every command takes it.
    """
    name, colon, digits = digest.partition(":")
    return f"{name}{colon}{digits[:_DIGITS]}"


def digest_digits(digest: str) -> str:
    """
    The digits of the short form, as ``--digest`` takes them.
    """
    return short_digest(digest).rpartition(":")[2]


def plan_lines(plan: AttachPlan, versions: Versions, width: int | None, *, detail: bool = False) -> list[Line]:
    """
    Every change under its plugin.
    """
    kinds = max((cells(change.kind) for change in plan.changes), default=0)
    lines: list[Line] = []
    for slug, changes in groupby(plan.changes, key=lambda change: change.plugin):
        group = list(changes)
        lines.append(_plugin(slug, versions.get(slug, (None, None)), group))
        for change in group:
            lines += _change(change, kinds, width, fields=not detail)
            lines += _details(change) if detail else []
    return lines


def plan_total(plan: AttachPlan) -> Line:
    """
    The last line: how much, and the digest to agree to.
    """
    counts = Counter(change.action for change in plan.changes)
    digest = span(f"digest {short_digest(plan.digest)}", "cyan")
    if plan.empty:
        return line("plan: nothing to change   ", digest)
    return line("plan: ", ", ".join(f"{counts[action]} {action}" for action in SIGNS), "   ", digest)


def _plugin(slug: str, versions: tuple[str | None, str | None], changes: Sequence[Change]) -> Line:
    before, after = versions
    actions = {change.action for change in changes}
    if before is None and after is None:
        action: Action = actions.pop() if len(actions) == 1 else "change"
    else:
        action = "add" if before is None else "remove" if after is None else "change"
    sign, style = SIGNS[action]
    shown = [version for version in dict.fromkeys(versions) if version is not None]
    return line(span(f"{sign} ", style), span(" ".join((slug, " -> ".join(shown))).rstrip(), "bold"))


def _change(change: Change, kinds: int, width: int | None, *, fields: bool) -> Iterable[Line]:
    sign, style = SIGNS[change.action]
    head = line(" " * _INDENT, span(f"{sign} ", style), *padded(line(change.kind), kinds + 2))
    margin = _INDENT + 2 + kinds + 2
    rest = change.summary
    if fields:
        more_of_it = _difference(change.details) if change.action == "change" else change.details.get("policy", "")
        rest = "   ".join(part for part in (rest, more_of_it) if part)
    first, *more = wrapped(line(rest), None if width is None else max(width - margin, 20))
    return [(*head, *first), *(indented(part, margin) for part in more)]


def _difference(details: Mapping[str, Any]) -> str:
    """
    The fields that differ: their values where they are short, else their names.
    """
    parts = []
    for name, before, after in _differing(details):
        old, new = _value(before), _value(after)
        parts.append(f"{name} {old} -> {new}" if max(len(old), len(new)) <= _SHORT else f"{name} differs")
    return ", ".join(parts)


def _differing(details: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    before = details.get("before", {})
    names = dict.fromkeys([*before, *(name for name in details if name != "before")])
    return [(name, before.get(name), details.get(name)) for name in names if before.get(name) != details.get(name)]


def _details(change: Change) -> list[Line]:
    margin = " " * (_INDENT + 4)
    if change.action == "change":
        return [
            line(margin, span(f"{name}: ", "dim"), f"{_value(before)} -> {_value(after)}")
            for name, before, after in _differing(change.details)
        ]
    return [line(margin, span(f"{name}: ", "dim"), _value(value)) for name, value in change.details.items()]


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_value(item)}" for name, item in value.items()) + "}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
