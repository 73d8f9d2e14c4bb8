"""
Changing: one plugin's record, by its name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from honeyhost.cli.finds import finds
from honeyhost.cli.opened import changes_by_user, open_stores
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.glyphs import Mark
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import Streams
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
    A record after a change, and before it; None where there was none.
    """

    before: PluginRecord | None
    after: PluginRecord

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
    return Changed(before=before, after=action(changes_by_user(stores), defaults))


def tell(streams: Streams, changed: Changed, mark: Mark, said: str, *, json: bool) -> int:
    """
    Say what became of the plugin.
    """
    if json:
        write_json(streams.out, document({"plugin": record_json(changed.after), "changed": changed.differs}))
    else:
        streams.answer([line(streams.out.glyphs.mark(mark), span(changed.after.slug, "bold"), f" {said}")])
    return 0


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
