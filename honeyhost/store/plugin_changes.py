"""
Plugin changes: what operators, and the host itself, want of a plugin.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from honeyhost.errors import UsageError
from honeyhost.store.clock import Clock, utc_now
from honeyhost.store.database import Database
from honeyhost.store.plugins import PluginTable
from honeyhost.store.records import EDITABLE, PluginDefaults, PluginRecord
from honeyhost.store.signed import Signed

_LARGEST_SORT = 2**31 - 1

Config = Mapping[str, Any]


class PluginChanges(Signed):
    """
    Changes of plugins' records. ``defaults`` makes the record of a plugin that was never applied; ``revision`` is the one that
    was read, and where it is left out the last wish counts. Nothing is written, nor audited, where nothing differs.

    Every method raises UnknownPluginError where there is no record and nothing to make it from, ConflictError where the
    stored revision is another than the given one, and StoreUnavailableError.
    """

    def __init__(self, database: Database, actor: str, *, now: Clock = utc_now) -> None:
        super().__init__(database, actor, now=now)
        self._plugins = PluginTable(database, now=now)

    def set_enabled(
        self,
        slug: str,
        enabled: bool,  # noqa: FBT001 - the value is what the call is about
        *,
        revision: int | None = None,
        defaults: PluginDefaults | None = None,
    ) -> PluginRecord:
        """
        Enable or disable.
        """
        with self._database.transaction():
            before, made = self._require(slug, defaults, revision=revision)
            after = replace(before, enabled=enabled)
            return self._write(before, after, "plugin.enable" if enabled else "plugin.disable", made=made)

    def toggle(self, slug: str, *, defaults: PluginDefaults | None = None) -> PluginRecord:
        """
        Turn the wish round.
        """
        with self._database.transaction():
            known = self._plugins.get(slug)
            return self.set_enabled(slug, known is not None and not known.enabled, defaults=defaults)

    def change_config(
        self,
        slug: str,
        change: Callable[[Config], Config],
        *,
        shown: Callable[[Config], Config],
        revision: int | None = None,
        defaults: PluginDefaults | None = None,
    ) -> PluginRecord:
        """
        Change the configuration.

        Args:
            slug: Of the plugin.
            change: Given the stored configuration, answers the new one; what it raises is raised, and nothing was changed.
            shown: A configuration without its secrets, for the audit.
            revision: See the class.
            defaults: See the class.
        """
        with self._database.transaction():
            before, made = self._require(slug, defaults, revision=revision)
            after = replace(before, config=dict(change(before.config)))
            masks = shown(before.config), shown(after.config)
            names = changed_paths(before.config, after.config, *masks)
            return self._write(before, after, "plugin.configure", made=made, before=masks[0], after=masks[1], changed=names)

    def arrange(  # noqa: PLR0913 - each is a wish of its own
        self,
        slug: str,
        *,
        nav: bool | None = None,
        sort: int | None = None,
        labels: Mapping[str, str] | None = None,
        revision: int | None = None,
        defaults: PluginDefaults | None = None,
    ) -> PluginRecord:
        """
        Change how the plugin shows in the navigation; what is left out stays.

        Raises:
            UsageError: The sort is no number that the database keeps.
        """
        if sort is not None and abs(sort) > _LARGEST_SORT:
            raise UsageError(
                f"a sort of {sort} is out of bounds", hint=f"choose one between -{_LARGEST_SORT} and {_LARGEST_SORT}"
            )
        given: dict[str, Any] = {"nav": nav, "sort": sort, "labels": None if labels is None else dict(labels)}
        wanted = {name: value for name, value in given.items() if value is not None}
        with self._database.transaction():
            before, made = self._require(slug, defaults, revision=revision)
            after = replace(before, **wanted)
            was, is_now = _arrangement(before), _arrangement(after)
            moved = [name for name in EDITABLE if was[name] != is_now[name]]
            details = {"before": {name: was[name] for name in moved}, "after": {name: is_now[name] for name in moved}}
            return self._write(before, after, "plugin.arrange", made=made, **details)

    def request_reload(self, slug: str, *, defaults: PluginDefaults | None = None) -> PluginRecord:
        """
        Ask every process to load the plugin anew.
        """
        with self._database.transaction():
            before, made = self._require(slug, defaults)
            return self._write(before, replace(before, reloads=before.reloads + 1), "plugin.reload", made=made)

    def set_quarantine(
        self, slug: str, quarantine: Mapping[str, Any] | None, *, defaults: PluginDefaults | None = None
    ) -> PluginRecord:
        """
        Take the plugin out, saying why (``phase``, ``count``, ``error``, ``at``), or with None let it in again.
        """
        said = quarantine or {}
        with self._database.transaction():
            before, made = self._require(slug, defaults)
            after = replace(before, quarantine=None if quarantine is None else dict(quarantine))
            if quarantine is None:
                return self._write(before, after, "plugin.release", made=made)
            details = {"phase": said.get("phase"), "count": said.get("count")}
            return self._write(before, after, "plugin.quarantine", made=made, **details)

    def set_grants(
        self, slug: str, grants: Mapping[str, Any], digest: str | None, *, defaults: PluginDefaults | None = None
    ) -> PluginRecord:
        """
        Write what the operator granted of the plugin's request, and the digest of that request.
        """
        with self._database.transaction():
            before, made = self._require(slug, defaults)
            after = replace(before, grants=dict(grants), grants_digest=digest)
            details = {"before": sorted(before.grants), "after": sorted(after.grants), "digest": digest}
            return self._write(before, after, "plugin.grant", made=made, **details)

    def forget(self, slug: str) -> bool:
        """
        Remove the record with all that the operator set in it, and say whether there was one.
        """
        with self._database.transaction():
            found = self._plugins.delete(slug)
            if found:
                self._note("plugin.forget", slug)
        return found

    def _require(self, slug: str, defaults: PluginDefaults | None, *, revision: int | None = None) -> tuple[PluginRecord, bool]:
        """
        The record that is about to change, and whether it was made for that.
        """
        made = self._plugins.get(slug) is None
        return self._plugins.require(slug, defaults, revision=revision), made

    def _write(self, before: PluginRecord, after: PluginRecord, action: str, /, *, made: bool, **details: Any) -> PluginRecord:
        """
        The record as stored; who wished for it stands in the audit also where a record that was made holds the wish already.
        """
        stored = self._plugins.upsert(after)
        if made or stored.revision != before.revision:
            self._note(action, stored.slug, **details)
        return stored


def changed_paths(before: Any, after: Any, shown_before: Any, shown_after: Any, path: str = "") -> list[str]:
    """
    The dotted names of what differs, no deeper than what may be shown of it.
    """
    if before == after:
        return []
    if not (isinstance(shown_before, Mapping) and isinstance(shown_after, Mapping)):
        return [path]
    return [
        name
        for key in sorted(shown_before.keys() | shown_after.keys())
        for name in changed_paths(
            before.get(key), after.get(key), shown_before.get(key), shown_after.get(key), f"{path}.{key}" if path else str(key)
        )
    ]


def _arrangement(record: PluginRecord) -> dict[str, Any]:
    return {"nav": record.nav, "sort": record.sort, "labels": dict(record.labels)}
