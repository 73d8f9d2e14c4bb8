"""
Running: the parts of one attached host, and what they do together while the application serves.
"""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any, Self

from honeyhost.attach.routing.gate import Gate
from honeyhost.attach.routing.site import Site
from honeyhost.errors import AttachError, HoneyhostError
from honeyhost.following import Following, Records
from honeyhost.interrupting import interruptible
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.booting import Boot, boot_from, snapshot_key
from honeyhost.manager.calls import Calls
from honeyhost.manager.generation import Generation
from honeyhost.manager.health import Watch
from honeyhost.manager.journal import BootJournal, Strike
from honeyhost.manager.live import Live
from honeyhost.manager.manager import Manager
from honeyhost.manager.snapshot import Snapshot
from honeyhost.manager.telemetry import telemetry
from honeyhost.propagation.drift import Drift, Status
from honeyhost.propagation.instances import Instance, utc_now
from honeyhost.propagation.mark import SharedMark, mark_path
from honeyhost.propagation.watcher import watcher_of
from honeyhost.provided import service_settings
from honeyhost.quarantining import held_at_start, journal_of, quarantine
from honeyhost.recorded import settings_digest, snapshot_path
from honeyhost.refusals import Refusals
from honeyhost.renewing import Renewal, reload_requests
from honeyhost.reporting import Reporting
from honeyhost.sdk import Identity
from honeyhost.services import Services
from honeyhost.services.published import Capabilities
from honeyhost.settings import Settings
from honeyhost.store.records import PluginRecord
from honeyhost.stored import read_stored
from honeyhost.work.capabilities import CapabilityRegistry

logger = logging.getLogger("honeyhost")
_AGAIN = 1.0
"""Seconds before a part that failed by a mistake of ours is begun again."""


class Running:
    """
    One host in one application and one process.
    """

    def __init__(  # noqa: PLR0913 - each is a part of its own
        self,
        settings: Settings,
        site: Site,
        *,
        manager: Manager,
        following: Following,
        drift: Drift,
        boot: Boot,
        journal: BootJournal,
        refusals: Refusals,
    ) -> None:
        self.manager = manager
        self.following = following
        self.renewal = Renewal(settings, site, manager, drift, boot)
        self.calls = Calls(self._generations, manager.state, timeout=settings.call_timeout)
        manager.call_from = self.calls.call_from
        self.capabilities = CapabilityRegistry(self.current, manager, self.calls, refused=refusals.add)
        manager.capabilities = Capabilities(self.capabilities.owner, self.capabilities.run_from)
        manager.look = self.current
        telemetry.observe(self.calls)
        self._settings = settings
        self._drift = drift
        self._instance: Instance | None = None
        self._reporting: Reporting | None = None
        self._reloads: dict[str, asyncio.Task[AttachError | None]] = {}
        self._journal = journal
        self._refusals = refusals
        self._under_way: set[asyncio.Task[Any]] = set()
        self.watch = Watch(manager, interval=settings.health_interval, give_up=self._give_up)
        journal.condemn = self._condemn
        following.on_change(self._take_up)
        manager.on_change(self._report_soon)
        manager.on_change(self._forget_gone)

    @classmethod
    def begin(cls, settings: Settings, site: Site, identity: Identity, stores: Callable[[], Any]) -> Self:
        """
        The parts, with the plugins adopted that the store of this moment wants.

        Raises:
            StoreUnavailableError: if the database cannot be reached, and the host may not start without it or knows nothing.
        """
        drift = Drift(timedelta(seconds=settings.drift_grace))
        following = Following(lambda: read_stored(settings), mark=_mark(settings), drift=drift)
        records = following.begin(settings.data_dir, refuse=settings.database_failure == "refuse")
        boot = _boot(settings, site)
        journal = journal_of(settings)
        if not settings.safe_mode:
            records = held_at_start(settings, journal, boot.plugins, records)
        recorded = boot.snapshot is None or site.plain
        refusals = Refusals(stores)
        services = Services(
            service_settings(settings),
            refused=refusals.add,
            plugins=lambda: manager.slugs(),  # noqa: PLW0108 - there is none yet
        )
        manager: Manager = Manager(
            site,
            _gate(settings, site, identity),
            seconds=settings.start_timeout,
            stop_seconds=settings.stop_timeout,
            drain_seconds=settings.drain_timeout,
            recorded=recorded,
            phase_guard=journal.guard,
            services=services,
        )
        manager.adopt(boot.plugins, records, safe_mode=settings.safe_mode)
        return cls(
            settings,
            site,
            manager=manager,
            following=following,
            drift=drift,
            boot=boot,
            journal=journal,
            refusals=refusals,
        )

    def _generations(self) -> Mapping[str, Generation]:
        # What current() does, written out: a call of a plugin's function costs what a few lines do.
        following = self.following
        mark = following.mark
        if mark is not None and mark.view[0] != following.seen:
            following.look()
        return self.manager.live.generations

    def current(self) -> Live:
        """
        What answers at this moment, with every change in it that was committed on this machine.
        """
        following = self.following
        mark = following.mark
        if mark is not None and mark.view[0] != following.seen:  # the view itself: this is asked before every answer
            following.look()
        return self.manager.live

    @asynccontextmanager
    async def serving(self, stores: Callable[[], Any]) -> AsyncIterator[None]:
        """
        The plugins started, and everything followed and reported, until the application ends.

        Raises:
            MissingExtraError: if the plugin folders are to be watched and the extra ``watch`` is not installed.
        """
        watching = self._watching() if self._settings.watch else None
        self._reporting = reporting = self._reports(stores)
        tasks: list[asyncio.Task[Any]] = []
        manager = self.manager
        listening = import_module("honeyhost.services.logs").installed
        with listening(manager.services.logs, manager.secrets_of, others=manager.all_secrets, packages=self._packages):
            try:
                await self._started()
                tasks += self._while_serving(reporting, watching)
                yield
            finally:
                await self._ended(reporting, tasks)

    async def _ended(self, reporting: Reporting, tasks: list[asyncio.Task[Any]]) -> None:
        await _cancelled([*tasks, *self._under_way])
        self._reloads.clear()
        self._reporting = None
        try:
            await self.manager.stop()
            await self.manager.services.close()
            await asyncio.to_thread(self._refusals.end)
        finally:
            await reporting.end()
            self._journal.close()  # what was still starting is not to blame for an end in order

    def _packages(self) -> dict[str, str]:
        """
        The slug of each plugin by the package that its code lies in, as far as its facts were read.
        """
        return {plugin.package: plugin.slug for plugin in self.manager.plugins if plugin.package is not None}

    def _forget_gone(self) -> None:
        slugs = [plugin.slug for plugin in self.manager.plugins]
        self.calls.keep(slugs)
        self.manager.services.keep(slugs)

    def _watching(self) -> Any:
        # Imported where it is wanted: a start in production goes without.
        return import_module("honeyhost.watching").Watching(self._settings.plugin_roots, self._folders_changed)

    def _while_serving(self, reporting: Reporting, watching: Any) -> list[asyncio.Task[Any]]:
        """
        The tasks that go on as long as the application serves.
        """
        works = {
            "following the store": lambda: self.following.run(watcher_of(self._settings.database_url)),
            "taking up what is applied": self.renewal.watch_snapshot,
            "reporting": reporting.run,
            "watching the plugins' health": self.watch.run,
        }
        if watching is not None:
            works["watching the plugin folders"] = watching.run
        return [asyncio.create_task(_forever(name, work), name=f"honeyhost {name}") for name, work in works.items()]

    async def _started(self) -> None:
        """
        The plugins started; or the process told to end meanwhile: then it does not wait for those that were not.
        """
        loop = asyncio.get_running_loop()
        starting = loop.create_task(self.manager.start(), name="honeyhost start")

        def interrupt() -> None:
            loop.call_soon_threadsafe(starting.cancel)

        with interruptible(interrupt):
            try:
                await asyncio.wait({starting})
            finally:
                starting.cancel()
        if not starting.cancelled():
            starting.result()

    async def changed(self, record: PluginRecord) -> None:
        """
        Take up what was just written to the store; where a plugin is wanted, wait until it answers or has failed.
        """
        await self.following.refresh()
        if record.enabled and record.quarantine is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.start_timeout):
                    await self._answering(record.slug)

    async def reloaded(self, slug: str) -> None:
        """
        Wait until the last reload of a plugin has come to an end.

        Raises:
            AttachError: the new one was left out and the old one goes on.
        """
        task = self._reloads.get(slug)
        error = None if task is None else await asyncio.shield(task)
        if error is not None:
            raise error

    def status(self) -> Status:
        """
        What this process runs beside what is wanted.
        """
        revision = self.following.known.revision
        return Status(
            instance=self.instance.id,
            wanted=revision,
            running=revision,
            snapshot=self.renewal.boot.snapshot,
            behind=self._drift.facts,
            since=self._drift.since,
            drifted=self._drift.drifted,
        )

    @property
    def instance(self) -> Instance:
        """
        This process; another one in each that was forked from the one that attached the host.
        """
        if self._instance is None or self._instance.pid != os.getpid():
            self._instance = Instance.of_this_process(self._settings.host_version)
        return self._instance

    def close(self) -> None:
        """
        Let go of the plugins' code, and of what is shared with other processes.
        """
        self.manager.close()
        self._journal.close()
        if self.following.mark is not None:
            self.following.mark.close()
            self.following.mark = None

    async def _answering(self, slug: str) -> None:
        changed = asyncio.Event()
        forget = self.manager.on_change(changed.set)
        try:
            while self.manager.state(slug) == "attached" and slug not in self.manager.live.fronts:
                changed.clear()
                await changed.wait()
        finally:
            forget()

    def _take_up(self, before: Records, after: Records) -> None:
        self.manager.take_up_records(after)
        for slug in reload_requests(before, after):
            self._reloads[slug] = reload = self._begun(f"honeyhost reload {slug}", partial(self.renewal.reload, slug))
            reload.add_done_callback(lambda _: self._report_soon())
        self._report_soon()

    async def _folders_changed(self, _paths: frozenset[str]) -> None:
        await self.renewal.take_up_folders()

    def _condemn(self, strike: Strike) -> None:
        self._quarantine(strike.slug, strike.to_json())

    def _give_up(self, slug: str, count: int, error: str) -> None:
        self._quarantine(slug, {"phase": "running", "count": count, "error": error, "at": utc_now().isoformat()})

    def _quarantine(self, slug: str, reason: Mapping[str, Any]) -> None:
        """
        Take a plugin out, once what is going on now has come to its end.
        """
        plugin = next((plugin for plugin in self.manager.plugins if plugin.slug == slug), None)
        if plugin is None:
            return
        with suppress(RuntimeError):  # without an event loop nothing serves; the next start finds the strikes
            self._begun(f"honeyhost quarantine {slug}", partial(self._taken_out, plugin, reason))

    def _begun(self, name: str, work: Callable[[], Coroutine[Any, Any, Any]]) -> asyncio.Task[Any]:
        loop = asyncio.get_running_loop()
        task = loop.create_task(work(), name=name)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _taken_out(self, plugin: AttachedPlugin, reason: Mapping[str, Any]) -> None:
        try:
            await asyncio.shield(asyncio.to_thread(quarantine, self._settings, plugin, reason))
        except (HoneyhostError, ModuleNotFoundError) as error:
            logger.error("plugin '%s' cannot be quarantined: %s", plugin.slug, error)  # noqa: TRY400 - no bug of ours
            return
        self._journal.forget(plugin.slug)
        await self.following.refresh()

    def _report_soon(self) -> None:
        if self._reporting is not None:
            self._reporting.soon()

    def _reports(self, stores: Callable[[], Any]) -> Reporting:
        return Reporting(
            self.instance,
            lambda: stores().instances,
            running=lambda: (self.following.known.revision, self.renewal.boot.snapshot, self._plugins()),
            known=lambda: self.following.known,
            folder=self._settings.data_dir,
            heartbeat=self._settings.heartbeat,
        )

    def _plugins(self) -> dict[str, dict[str, Any]]:
        """
        What to report of each plugin; ``left`` is why a newer one could not take its place. The digest of one that was not
        used yet is not read from the snapshot for it.
        """
        left = {fact.plugin: fact.message for fact in self._drift.facts if fact.kind == "plugin"}
        told = {}
        for plugin in self.manager.plugins:
            state, error = self.manager.state(plugin.slug), self.manager.failure(plugin.slug)
            entry: dict[str, Any] = {"version": plugin.version, "state": state, "digest": plugin.known_digest}
            if plugin.slug in left:
                entry["left"] = left[plugin.slug]
            if plugin.slug in self.watch.known:
                entry["health"] = self.watch.known[plugin.slug].to_json()
            told[plugin.slug] = entry if error is None else {**entry, "error": error.message}
        return told


def _boot(settings: Settings, site: Site) -> Boot:
    # Discovery, resolver and their libraries are loaded only where no snapshot fits: they cost more than the start.
    snapshot = Snapshot.open(snapshot_path(settings))
    key = snapshot_key(settings_digest(settings), site.prefix.template)
    if snapshot is not None and snapshot.fits(key, sys.path, settings.plugin_roots):
        return boot_from(snapshot)
    usable = snapshot if snapshot is not None and snapshot.made_under(key) else None
    made: Boot = import_module("honeyhost.wiring").boot_afresh(settings, site, usable)
    return made


def _gate(settings: Settings, site: Site, identity: Identity) -> Gate:
    # A router of a plugin can lift the application's own limit of a body; the gate holds the smaller of the two.
    sizes = [size for size in (settings.max_body_size, site.app.max_body_size) if size is not None]
    return Gate(identity=identity, max_body_size=min(sizes, default=None), timeout=settings.request_timeout)


def _mark(settings: Settings) -> SharedMark | None:
    try:
        return SharedMark(mark_path(settings.data_dir))
    except OSError as error:
        logger.warning("processes of this machine hear of changes some milliseconds later: %s", error)
        return None


async def _forever(name: str, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            logger.exception("%s failed and is begun again", name)
        await asyncio.sleep(_AGAIN)


async def _cancelled(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
