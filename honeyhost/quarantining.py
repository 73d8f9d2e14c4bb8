"""
Quarantining: plugins that take the host with them, or keep it from starting, are taken out until an operator lets them in.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from typing import Any

from honeyhost.controls import defaults_of_attached
from honeyhost.errors import HoneyhostError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.journal import BootJournal, Strike
from honeyhost.propagation.instances import utc_now
from honeyhost.settings import Settings
from honeyhost.store.records import PluginRecord

logger = logging.getLogger("honeyhost")
ACTOR = "host"


def journal_of(settings: Settings, *, now: Callable[[], datetime] = utc_now) -> BootJournal:
    """
    The journal of this process in the platform's folder.
    """
    return BootJournal(settings.data_dir / "boot", now=now)


def held_at_start(
    settings: Settings, journal: BootJournal, plugins: Iterable[AttachedPlugin], records: Mapping[str, PluginRecord]
) -> Mapping[str, PluginRecord]:
    """
    The records to start with: a plugin that was in flight twice when a process died is in quarantine, in the store too where
    that can be written.
    """
    condemned = journal.settle()
    if not condemned:
        return records
    known = {plugin.slug: plugin for plugin in plugins}
    held = dict(records)
    for strike in condemned:
        plugin, record = known.get(strike.slug), records.get(strike.slug)
        if plugin is not None and (record is None or record.quarantine is None):
            held[strike.slug] = _held(settings, journal, plugin, record, strike)
    return held


def quarantine(settings: Settings, plugin: AttachedPlugin, reason: Mapping[str, Any]) -> PluginRecord:
    """
    Take a plugin out, for every process of the platform.

    Args:
        settings: of the platform.
        plugin: the attached plugin.
        reason: ``phase``, ``count``, ``error``, ``at``.

    Raises:
        StoreUnavailableError: if the store cannot be written.
        ModuleNotFoundError: if the database library is not installed.
    """
    stores = import_module("honeyhost.wiring").stores_of(settings)
    defaults = defaults_of_attached(plugin)
    record: PluginRecord = stores.changes(ACTOR).set_quarantine(plugin.slug, reason, defaults=defaults)
    said = "plugin '%s' is quarantined: %s in the phase %s, %d times; honeyhost release %s lets it in again"
    extra = {"plugin": plugin.slug, "phase": reason["phase"]}
    logger.error(said, plugin.slug, reason["error"], reason["phase"], reason["count"], plugin.slug, extra=extra)
    return record


def _held(
    settings: Settings, journal: BootJournal, plugin: AttachedPlugin, record: PluginRecord | None, strike: Strike
) -> PluginRecord:
    reason = strike.to_json()
    try:
        written = quarantine(settings, plugin, reason)
    except (HoneyhostError, ModuleNotFoundError) as error:
        logger.error("plugin '%s' is left out of this process only: %s", plugin.slug, error)  # noqa: TRY400 - no bug of ours
        return replace(record or PluginRecord(slug=plugin.slug), quarantine=reason)
    journal.forget(plugin.slug)
    return written
