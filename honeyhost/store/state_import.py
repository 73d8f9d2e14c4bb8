"""
State import: what another platform's operators decided, taken up here in one transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from honeyhost.names import MASK
from honeyhost.store.clock import Clock, utc_now
from honeyhost.store.database import Database
from honeyhost.store.decisions import Decided, read_decided, write_decided
from honeyhost.store.plugins import PluginTable
from honeyhost.store.records import EDITABLE, PluginRecord
from honeyhost.store.signed import Signed
from honeyhost.store.state import GroupState, PluginState, read_state

_SAME: Any = object()
_PARTS = ("enabled", "config", "nav", "sort", "labels", "grants", "grants_digest")


class StateImport(Signed):
    """
    The change that takes a document of ``state export`` up.
    """

    def __init__(self, database: Database, actor: str, *, now: Clock = utc_now) -> None:
        super().__init__(database, actor, now=now)
        self._records = PluginTable(database, now=now)

    def import_state(self, document: Mapping[str, Any], *, dry_run: bool = False) -> tuple[str, ...]:
        """
        Make the decisions of the document the decisions here, and say what that changes, a line each. Plugins and groups that
        the document does not name stay as they are; secrets that it masks stay as they are stored.

        Raises:
            UsageError: It is no such document; nothing was changed.
        """
        state = read_state(document)
        lost: list[str] = []
        with self._database.transaction() as connection:
            decided = read_decided(connection)
            said = [line for plugin in state.plugins for line in self._plugin(plugin, lost, dry_run=dry_run)]
            for group in state.groups:
                before, after = decided.get(group.name), _decided(group)
                if before != after:
                    said.append(f"group {group.name}: {_difference(before, after)}")
                    if not dry_run:
                        write_decided(connection, group.name, after)
            if said and not dry_run:
                self._note("state.import", "state", changes=said, lost=lost)
        missing = "is a secret that was not exported and is not set here"
        return (*said, *(f"plugin {place} {missing}" for place in lost))

    def _plugin(self, wanted: PluginState, lost: list[str], *, dry_run: bool) -> Iterator[str]:
        stored = self._records.get(wanted.slug)
        before = stored or PluginRecord(slug=wanted.slug, kind=wanted.kind, version=wanted.version)
        config, missing = unmasked(before.config, wanted.config)
        lost.extend(f"{wanted.slug}: {path}" for path in missing)
        edits = {name: value for name in EDITABLE if (value := getattr(wanted.edits, name)) is not None}
        after = replace(
            before,
            enabled=wanted.enabled,
            config=config,
            grants=wanted.grants,
            grants_digest=wanted.grants_digest,
            edited=frozenset(edits),
            **edits,
        )
        parts = [name for name in _PARTS if _differ(before, after, name)]
        if before.edited != after.edited and not parts:
            parts = ["edits"]
        if stored is None or parts:
            yield f"plugin {wanted.slug}: {', '.join(parts) if stored is not None else 'recorded'}"
            if not dry_run:
                self._records.restore(after)


def unmasked(stored: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """
    The configuration that a document means, and the places of secrets that nobody knows here: they are left out.
    """
    lost: list[str] = []
    found: dict[str, Any] = _meant(stored, given, "", lost)
    return found, tuple(lost)


def _meant(stored: Any, given: Any, path: str, lost: list[str]) -> Any:
    if given == MASK:
        if stored in (None, "", _SAME):
            lost.append(path)
            return _SAME
        return stored
    if isinstance(given, Mapping):
        whole = stored if isinstance(stored, Mapping) else {}
        found = {key: _meant(whole.get(key), value, f"{path}.{key}" if path else key, lost) for key, value in given.items()}
        return {key: value for key, value in found.items() if value is not _SAME}
    if isinstance(given, list):
        known = _partners(stored if isinstance(stored, list) else [], given)
        items = [_meant(known[index], value, f"{path}[{index}]", lost) for index, value in enumerate(given)]
        return [item for item in items if item is not _SAME]
    return given


def _partners(stored: Sequence[Any], given: Sequence[Any]) -> list[Any]:
    """
    For each item of a list the stored one that it was: the one in its place where that looks the same, else the only one that
    does. None where no item does, or nobody can tell which: a secret is not given to what only stands where its owner stood.
    """
    fits = [[number for number, before in enumerate(stored) if _looks_like(before, item)] for item in given]
    found: list[Any] = []
    for index, alike in enumerate(fits):
        if len(stored) == len(given) and index in alike:
            found.append(stored[index])
        elif len(alike) == 1 and sum(alike[0] in others for others in fits) == 1:
            found.append(stored[alike[0]])
        else:
            found.append(None)
    return found


def _looks_like(stored: Any, given: Any) -> bool:
    """
    Whether a value is what a document shows: equal wherever that has no mask, and set where it has one.
    """
    if given == MASK:
        return stored not in (None, "")
    if isinstance(given, Mapping):
        return (
            isinstance(stored, Mapping)
            and stored.keys() == given.keys()
            and all(_looks_like(stored[key], value) for key, value in given.items())
        )
    if isinstance(given, list):
        return isinstance(stored, list) and len(stored) == len(given) and all(map(_looks_like, stored, given))
    return bool(stored == given)


def _decided(group: GroupState) -> Decided:
    return Decided(
        label=group.label,
        granted=tuple(sorted(set(group.granted))),
        removed=tuple(sorted(set(group.removed))),
        members=tuple(sorted(set(group.members))),
    )


def _difference(before: Decided | None, after: Decided) -> str:
    if before is None:
        return "made"
    return ", ".join(name for name in ("label", "granted", "removed", "members") if _differ(before, after, name))


def _differ(before: Any, after: Any, name: str) -> bool:
    return bool(getattr(before, name) != getattr(after, name))
