"""
Renewing: what is on the disk now, taken up by a host that already serves.

An ``apply`` is taken up whole, from its snapshot; a reload takes up one plugin. Whatever has to be compiled is compiled in
a child process, so that new code meets this one only when the manager puts it in the place of the old.
"""

import asyncio
import logging
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Protocol

from honeyhost.attach.routing.site import Site
from honeyhost.errors import AttachError, HoneyhostError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.booting import Boot, boot_from, snapshot_key
from honeyhost.manager.manager import Manager
from honeyhost.manager.snapshot import Snapshot
from honeyhost.propagation.drift import Drift
from honeyhost.recorded import settings_digest, snapshot_path
from honeyhost.settings import Settings
from honeyhost.store.records import PluginRecord

logger = logging.getLogger("honeyhost")
_EVERY = 0.25
_AGAIN = 5.0
"""Seconds before an applied state is looked at again that could not be taken up."""
Stamp = tuple[int, int, int]


class Renewed(Protocol):
    """
    What ``wiring.renewed`` finds: the start that would be made now.
    """

    def __call__(self, settings: Settings, site: Site, known: Mapping[str, AttachedPlugin], only: str | None) -> Boot:
        """
        The plugins of now; those that are ``known`` and have not changed are not compiled again.
        """
        ...


class Renewal:
    """
    Takes up what was applied or is to be reloaded, one thing after the other.

    Args:
        settings: of the platform.
        site: that plugins are compiled for.
        manager: that takes them up.
        drift: told what could not be taken up.
        boot: what the start found; replaced by what was found last.
    """

    def __init__(self, settings: Settings, site: Site, manager: Manager, drift: Drift, boot: Boot) -> None:
        self.boot = boot
        self._settings = settings
        self._site = site
        self._manager = manager
        self._drift = drift
        self._lock = asyncio.Lock()
        self._path = snapshot_path(settings)
        self._taken: Stamp | None = None

    async def watch_snapshot(self) -> None:
        """
        Take up every snapshot that is applied, until cancelled.
        """
        while True:
            found = stamp_of(self._path)
            if found is None or found == self._taken:
                await asyncio.sleep(_EVERY)
            elif await self.take_up_applied():
                self._taken = found
            else:
                await asyncio.sleep(_AGAIN)

    async def take_up_applied(self) -> bool:
        """
        Take up what was applied last, and say whether that could be looked at; what cannot be taken up stays as it is and
        stands in the drift.
        """
        async with self._lock:
            try:
                boot = await asyncio.to_thread(self._applied)
            except HoneyhostError as error:
                message = f"what was applied cannot be taken up: {error.message}"
                if self._drift.found("snapshot", message, hint=error.hint):
                    logger.error("%s; this process goes on with what it has", message)  # noqa: TRY400 - no bug of ours
                return False
            try:
                if boot is not None:
                    self._drift.found("snapshot", "another state was applied and is being taken up")
                    await self._take_up(boot)
            finally:
                self._drift.mended("snapshot")
            return True

    async def take_up_folders(self) -> None:
        """
        Take up all plugins as they lie on the disk now, applied or not.
        """
        async with self._lock:
            try:
                boot = await asyncio.to_thread(self._renewed, None)
            except HoneyhostError as error:
                logger.exception("plugins cannot be looked for: %s", error.message)
                return
            if boot.plugins == self._manager.plugins and not boot.failures:
                boot = replace(boot, snapshot=self.boot.snapshot)  # nothing has changed
            await self._take_up(boot)

    async def reload(self, slug: str) -> AttachError | None:
        """
        Load one plugin anew, from the disk as it is now; why not, where the old one had to be left in its place.
        """
        async with self._lock:
            try:
                boot = await asyncio.to_thread(self._renewed, slug)
                await self._reload(slug, boot)
            except HoneyhostError as error:
                return self._left(slug, error)
            self._drift.mended("plugin", slug)
            return None

    async def _reload(self, slug: str, boot: Boot) -> None:
        if slug in boot.failures:
            raise boot.failures[slug]
        fresh = next(plugin for plugin in boot.plugins if plugin.slug == slug)
        running = self._manager.plugins
        applied = self.boot.snapshot if fresh in running else None  # the same files: what was applied still runs
        if any(plugin.slug == slug for plugin in running):
            await self._manager.upgrade(fresh)
        else:
            errors = await self._manager.take_up_plugins([*running, fresh], {})
            if slug in errors:
                raise errors[slug]
        failures = self._failures_without(slug)
        self.boot = replace(boot, plugins=self._manager.plugins, failures=failures, snapshot=applied)

    async def _take_up(self, boot: Boot) -> None:
        errors = await self._manager.take_up_plugins(boot.plugins, boot.failures)
        self.boot = boot
        self._drift.keep_plugins(frozenset(errors))
        for slug, error in errors.items():
            self._left(slug, error)

    def _left(self, slug: str, error: HoneyhostError) -> AttachError:
        """
        Note that a plugin was left as it is.
        """
        left = error if isinstance(error, AttachError) else AttachError(error.message, hint=error.hint, plugin=slug)
        if self._drift.found("plugin", left.message, plugin=slug, hint=left.hint):
            extra = {"plugin": slug, "phase": "upgrade"}
            logger.error("plugin '%s' was not taken up anew: %s", slug, left.message, extra=extra)
        return left

    def _failures_without(self, slug: str) -> Mapping[str, AttachError]:
        return {name: error for name, error in self.boot.failures.items() if name != slug}

    def _applied(self) -> Boot | None:
        """
        The start that the snapshot of now makes; None where it is the one that was taken up, or there is none.
        """
        snapshot = Snapshot.open(self._path)
        if snapshot is None or snapshot.digest == self.boot.snapshot:
            return None
        key = snapshot_key(settings_digest(self._settings), self._site.prefix.template)
        if snapshot.fits(key, sys.path, self._settings.plugin_roots):
            return boot_from(snapshot)
        known = {plugin.slug: plugin for plugin in snapshot.plugins()} if snapshot.made_under(key) else {}
        return replace(self._renewed(None, known), snapshot=snapshot.digest)

    def _renewed(self, only: str | None, known: Mapping[str, AttachedPlugin] | None = None) -> Boot:
        renewed: Renewed = import_module("honeyhost.wiring").renewed
        running = {plugin.slug: plugin for plugin in self._manager.plugins}
        return renewed(self._settings, self._site, {**running, **(known or {})}, only)


def stamp_of(path: Path) -> Stamp | None:
    """
    By what a file is known again; None where there is none.
    """
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def reload_requests(before: Mapping[str, PluginRecord], after: Mapping[str, PluginRecord]) -> tuple[str, ...]:
    """
    The plugins whose number of reload requests has grown.
    """
    known = {slug: record.reloads for slug, record in before.items()}
    return tuple(slug for slug, record in after.items() if record.reloads > known.get(slug, 0))
