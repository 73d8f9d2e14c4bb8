"""
Changing: one plugin's record, by its name.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from honeyhost.cli.finds import finds
from honeyhost.cli.opened import changes_by_user, open_stores
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.glyphs import Mark
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import Streams
from honeyhost.cli.taking_up import PATIENCE, TakenUp, taken_up, tell_taken_up
from honeyhost.discovery import discover
from honeyhost.recording import defaults_of
from honeyhost.settings import Settings
from honeyhost.store.changes import Changes
from honeyhost.store.records import PluginDefaults, PluginRecord
from honeyhost.store.stores import Stores

Action = Callable[[Changes, PluginDefaults | None], PluginRecord]


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """
    A record after a change, and before it; None where there was none. And which processes took the change up; None where
    nothing differs, so that there is nothing to take up.
    """

    before: PluginRecord | None
    after: PluginRecord
    taken_up: TakenUp | None = None

    @property
    def differs(self) -> bool:
        """
        Whether anything was written.
        """
        return self.before is None or self.before.revision != self.after.revision


def change(settings: Settings, name: str, action: Action) -> Changed:
    """
    Change the record of a plugin, as the person at the keyboard.

    Raises:
        UnknownPluginError: if there is neither a record nor a plugin of that name; with the one that was probably meant.
    """
    stores = open_stores(settings)
    before = stores.plugins.get(name)
    defaults = _defaults(settings, name, stores) if before is None else None
    changed = Changed(before=before, after=action(changes_by_user(stores), defaults))
    return replace(changed, taken_up=taken_up(stores, changed.after.revision, seconds=PATIENCE)) if changed.differs else changed


def tell(  # noqa: PLR0913 - each is a part of what is said
    streams: Streams, changed: Changed, mark: Mark, said: str, *, json: bool, word: str = "taken up"
) -> int:
    """
    Say what became of the plugin, and by how many processes it was taken up, or whatever else they did with it.
    """
    if json:
        write_json(streams.out, document({"plugin": record_json(changed.after), **outcome_json(changed)}))
        return 0
    streams.answer([line(streams.out.glyphs.mark(mark), span(changed.after.slug, "bold"), f" {said}")])
    if changed.taken_up is not None:
        tell_taken_up(streams, changed.taken_up, word)
    return 0


def outcome_json(changed: Changed) -> dict[str, Any]:
    """
    Whether anything was changed, and how many processes serve and have taken it up; null where there was nothing to take up.
    """
    return {"changed": changed.differs, "processes": None if changed.taken_up is None else changed.taken_up.to_json()}


def record_json(record: PluginRecord) -> dict[str, Any]:
    """
    The record for programs, without its configuration, which is a matter of ``configure``.
    """
    shape = record.to_json()
    del shape["config"]
    return {**shape, "quarantine": record.quarantine, "reloads": record.reloads, "revision": record.revision}


def _defaults(settings: Settings, name: str, stores: Stores) -> PluginDefaults | None:
    """
    What the manifest says of a plugin without a record; None for one that cannot be read, which then stays unknown.
    """
    inventory = discover(settings.discovery_options())
    named = finds(inventory, name, also=[record.slug for record in stores.plugins.all()])
    return defaults_of(named.plugins[0]) if named.plugins else None
