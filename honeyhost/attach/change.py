"""
Changes: what a plan says, and the digest that ties an apply to it.

A contribution is one thing that a plugin brings, written down so that two of them can be compared. A plan is the
difference between what was applied and what would be.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Action = Literal["add", "remove", "change"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """
    One thing that a plugin brings: ``key`` identifies it within (kind, plugin), ``details`` is all that matters of it.
    """

    kind: str
    plugin: str
    key: str
    summary: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[str, str, str]:
        """
        What two contributions share when one replaces the other.
        """
        return (self.plugin, self.kind, self.key)

    def to_json(self) -> dict[str, Any]:
        """
        All fields, for the snapshot.
        """
        return {
            "kind": self.kind,
            "plugin": self.plugin,
            "key": self.key,
            "summary": self.summary,
            "details": dict(self.details),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """
    One line of a plan.
    """

    action: Action
    kind: str
    plugin: str
    summary: str
    details: Mapping[str, Any] = field(default_factory=dict)
    """For a change: the new details, and ``before`` with the old ones."""

    def to_json(self) -> dict[str, Any]:
        """
        The shape of the interface.
        """
        return {
            "action": self.action,
            "kind": self.kind,
            "plugin": self.plugin,
            "summary": self.summary,
            "details": dict(self.details),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachPlan:
    """
    The exact difference, and a digest over it and over what it was made from.
    """

    changes: tuple[Change, ...]
    digest: str

    @property
    def empty(self) -> bool:
        """
        Whether applying would change nothing.
        """
        return not self.changes

    def to_json(self) -> dict[str, Any]:
        """
        The shape of the interface.
        """
        return {"version": 1, "digest": self.digest, "changes": [change.to_json() for change in self.changes]}


def difference(applied: Iterable[Contribution], wanted: Iterable[Contribution]) -> AttachPlan:
    """
    The plan that leads from one set of contributions to another, in a fixed order: by plugin, kind, key.
    """
    before = {contribution.identity: contribution for contribution in applied}
    after = {contribution.identity: contribution for contribution in wanted}
    changes = tuple(
        change
        for identity in sorted(before.keys() | after.keys())
        if (change := _change(before.get(identity), after.get(identity))) is not None
    )
    return AttachPlan(changes=changes, digest=_digest(after.values(), changes))


def _change(before: Contribution | None, after: Contribution | None) -> Change | None:
    if after is None and before is not None:
        return Change(action="remove", kind=before.kind, plugin=before.plugin, summary=before.summary, details=before.details)
    if after is None or before == after:
        return None
    if before is None:
        return Change(action="add", kind=after.kind, plugin=after.plugin, summary=after.summary, details=after.details)
    details = {**after.details, "before": dict(before.details)}
    return Change(action="change", kind=after.kind, plugin=after.plugin, summary=after.summary, details=details)


def _digest(wanted: Iterable[Contribution], changes: Iterable[Change]) -> str:
    document = [
        sorted(
            (contribution.to_json() for contribution in wanted), key=lambda item: (item["plugin"], item["kind"], item["key"])
        ),
        [change.to_json() for change in changes],
    ]
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
