"""
Standing: what operators and hosts have decided about the plugins, as the store holds it, without a running host.

An SQLite file is read with the standard library alone: the commands that only look would else spend most of their time on
importing the database library.
"""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any, Literal, Self

from honeyhost.diagnostics import Problem
from honeyhost.errors import HoneyhostError, MissingExtraError, StoreUnavailableError
from honeyhost.settings import Settings
from honeyhost.store.deciders import ACTIONS, Decision, read_decisions
from honeyhost.store.record_reader import read_records
from honeyhost.store.records import AuditRecord, PluginRecord

Wish = Literal["accepted", "disabled", "quarantined"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """
    The records of all plugins by slug, and who switched which one off. ``trouble`` is why the store cannot be read, where it
    cannot; nothing is known then.
    """

    records: Mapping[str, PluginRecord] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    trouble: HoneyhostError | None = None

    @property
    def known(self) -> bool:
        """
        Whether the store could be read.
        """
        return self.trouble is None

    @property
    def findings(self) -> tuple[Problem, ...]:
        """
        The warning that the store cannot be read, where it cannot.
        """
        if self.trouble is None:
            return ()
        problem = self.trouble.to_problem()
        said = f"what operators have decided is not known: {problem.message}"
        return (replace(problem, severity="warning", message=said),)

    def demanded(self) -> Self:
        """
        This.

        Raises:
            StoreUnavailableError: if the store could not be read.
            MissingExtraError: if the library for that is missing.
        """
        if self.trouble is not None:
            raise self.trouble
        return self

    def wish(self, slug: str) -> Wish:
        """
        What is wanted of an accepted plugin; one without a record is wanted.
        """
        record = self.records.get(slug)
        if record is None or (record.enabled and record.quarantine is None):
            return "accepted"
        return "quarantined" if record.enabled else "disabled"

    def reasons(self, slug: str) -> list[dict[str, Any]]:
        """
        Why an accepted plugin does not answer, in the shape of ``list --json``.
        """
        wish, record = self.wish(slug), self.records.get(slug)
        if wish == "quarantined" and record is not None and record.quarantine is not None:
            return [_quarantined(slug, record.quarantine)]
        return [_disabled(slug, self.decisions.get(slug))] if wish == "disabled" else []


def read_standing(settings: Settings) -> Standing:
    """
    What the store says now. A store that was not made yet says nothing; of one that cannot be reached nothing is known.
    """
    url = settings.database_url
    if not url.startswith("sqlite"):
        return _asked(url)
    found = read_records(url)
    records = found.records if found is not None else {}
    return Standing(records=records, decisions=read_decisions(url) if _any_disabled(records) else {})


def _asked(url: str) -> Standing:
    """
    The same from a database server, through the database library; where that is missing nothing is known.
    """
    try:
        if import_module("honeyhost.store.soundness").look_at(url).schema is None:
            return Standing()
        stores = import_module("honeyhost.store.stores").Stores(import_module("honeyhost.store.database").Database(url))
        with closing(stores.database):
            records = {record.slug: record for record in stores.plugins.all()}
            disabled = (slug for slug, record in records.items() if not record.enabled)
            found = {slug: _decision(stores.audit.all(target=slug)) for slug in disabled}
            return Standing(records=records, decisions={slug: one for slug, one in found.items() if one is not None})
    except (StoreUnavailableError, MissingExtraError) as error:
        return Standing(trouble=error)


def _decision(audit: Iterable[AuditRecord]) -> Decision | None:
    return next((Decision(actor=record.actor, at=record.at) for record in audit if record.action in ACTIONS), None)


def _any_disabled(records: Mapping[str, PluginRecord]) -> bool:
    return any(not record.enabled for record in records.values())


def _disabled(slug: str, decision: Decision | None) -> dict[str, Any]:
    params = {} if decision is None else {"by": decision.actor, "at": decision.at.isoformat()}
    message = f"plugin '{slug}' is disabled" + ("" if decision is None else f" by {decision.actor}")
    return {"code": "disabled", "params": params, "message": message, "hint": f"honeyhost enable {slug}"}


def _quarantined(slug: str, quarantine: Mapping[str, Any]) -> dict[str, Any]:
    count, phase = quarantine.get("count", 0), quarantine.get("phase", "start")
    times = "once" if count == 1 else f"{count} times"
    return {
        "code": "quarantined",
        "params": dict(quarantine),
        "message": f"plugin '{slug}' stopped the host {times} in the phase {phase}",
        "hint": f"mend it, then honeyhost release {slug}",
    }
