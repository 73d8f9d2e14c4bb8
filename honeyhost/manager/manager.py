"""
The manager: generations of the attached plugins, their states, their start, their change and their end.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from itertools import count
from typing import Any

from honeyhost.attach.compiled import Fragment
from honeyhost.attach.routing.flights import Traffic
from honeyhost.attach.routing.gate import Gate
from honeyhost.attach.routing.site import Site
from honeyhost.attach.routing.sockets import GOING_AWAY
from honeyhost.errors import AttachError, CapabilityNotFoundError, PluginNotFoundError, UnknownPluginError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.building import describe
from honeyhost.manager.code import Code
from honeyhost.manager.generation import Generation, Limits, PhaseGuard, Surroundings, unguarded
from honeyhost.manager.given import Facts
from honeyhost.manager.leaving import Leaving
from honeyhost.manager.live import Answering, Live
from honeyhost.manager.masking import secret_values
from honeyhost.manager.replacing import Replacing
from honeyhost.manager.slot import Slot, levels, wished
from honeyhost.manager.states import PluginState
from honeyhost.manager.tasks import Call, on_loop
from honeyhost.runtimes import forget_unused
from honeyhost.services import Services
from honeyhost.services.published import Capabilities
from honeyhost.store.records import PluginRecord

logger = logging.getLogger("honeyhost")
Records = Mapping[str, PluginRecord]
Translate = Callable[[str, str, Mapping[str, Any], str | None], str]
_NOTHING: Mapping[str, Any] = {}


async def _nobody(caller: str, plugin: str, function: str, args: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG001 - Call
    said = f"plugin '{caller}' cannot call '{function}' of '{plugin}': this host has no calls"
    raise PluginNotFoundError(said, plugin=plugin, function=function, caller=caller)


async def _no_capability(caller: str, slug: str, given: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG001 - a run
    said = f"plugin '{caller}' cannot run '{slug}': this host has no capabilities"
    raise CapabilityNotFoundError(said, capability=slug, caller=caller)


def _unpublished(slug: str) -> str | None:  # noqa: ARG001 - an owner's signature
    return None


def _untranslated(slug: str, key: str, args: Mapping[str, Any], language: str | None) -> str:  # noqa: ARG001 - as Translate
    return key


class Manager(Replacing):
    """
    The plugins of one application in one process.

    Args:
        site: the application.
        gate: the host's rules for requests.
        seconds: for loading, for init and for starting one plugin.
        stop_seconds: for the end of one plugin; as many where left out.
        drain_seconds: for what is under way in a generation to finish when it is replaced or switched off; as many too.
        recorded: whether recorded fragments were made under the settings of this application, so that they can be served
            without importing the plugin.
        phase_guard: entered round the first run of a plugin's code, with its slug and the phase.
        services: what plugins reach through their host.
    """

    def __init__(  # noqa: PLR0913 - each is a rule of its own
        self,
        site: Site,
        gate: Gate,
        *,
        seconds: float,
        recorded: bool,
        stop_seconds: float | None = None,
        drain_seconds: float | None = None,
        phase_guard: PhaseGuard = unguarded,
        services: Services | None = None,
    ) -> None:
        self.records: Records = {}
        """What the store says of the plugins, as far as it was taken up."""
        self.call_from: Call = _nobody
        """How plugins call each other: ``async (caller, plugin, function, args)``. Set by whoever wires calls."""
        self._site = site
        self._recorded = recorded
        self._limits = Limits(
            start=seconds,
            stop=seconds if stop_seconds is None else stop_seconds,
            drain=seconds if drain_seconds is None else drain_seconds,
        )
        self.capabilities = Capabilities(_unpublished, _no_capability)
        """What plugins know of capabilities. Set by whoever wires them."""
        self.look: Callable[[], object] = lambda: None
        """Takes up what was committed on this machine; asked on the event loop before a grant is read."""
        self.translate: Translate = _untranslated
        """``(slug, key, args, language)``: a text of a plugin. Set by whoever has the catalogs."""
        self.services = services if services is not None else Services()
        self._around = Surroundings(
            site=site,
            gate=gate,
            limits=self._limits,
            guard=phase_guard,
            failed=self._failed,
            loaded=self._count_load,
            facts=Facts(
                config=self._config,
                defaults=self._config_defaults,
                secrets=self.secrets_of,
                grants=self._grants,
                call=lambda: self.call_from,
                capabilities=lambda: self.capabilities,
                translate=lambda: self.translate,
            ),
            services=self.services,
        )
        self.loads = 0
        """Another number after each plugin that was loaded: its state is another one then, and nothing is swapped."""
        self._count = count(1)
        self._slots: dict[str, Slot] = {}
        self._secrets: dict[str, tuple[Mapping[str, Any], Mapping[str, Any] | None, frozenset[str]]] = {}
        self._safe_mode = False
        self._claimed: frozenset[str] = frozenset()
        self._serving = False
        self._leaving = Leaving(self._limits)
        self._observers: list[Callable[[], None]] = []
        self.live = Live(0, Answering(), self._fragment)

    def adopt(self, plugins: Iterable[AttachedPlugin], records: Records, *, safe_mode: bool = False) -> None:
        """
        Take these plugins, in dependency order, as the attached ones; one without a record is wanted.

        In safe mode none is run, whatever is wanted.
        """
        self.records = dict(records)
        self._safe_mode = safe_mode
        for slot in self._slots.values():
            slot.current.close()
        self._slots = {plugin.slug: self._slot(plugin, anew=False) for plugin in plugins}
        self._swap()

    def close(self) -> None:
        """
        Let go of every plugin and its code; nothing answers any more.
        """
        slots, self._slots = self._slots, {}
        for slot in slots.values():
            slot.current.close()
        self._swap()
        forget_unused()

    @property
    def plugins(self) -> tuple[AttachedPlugin, ...]:
        """
        Every attached plugin, disabled ones too, in dependency order.
        """
        return tuple(slot.plugin for slot in self._slots.values())

    def slugs(self) -> frozenset[str]:
        """
        Every plugin that is attached or has a record.
        """
        return frozenset(self._slots) | frozenset(self.records)

    @property
    def generations(self) -> Mapping[str, Generation]:
        """
        The generations that answer at this moment.
        """
        return self.live.generations

    def generation(self, slug: str) -> Generation | None:
        """
        The generation of an attached plugin, whether it answers or not; None for any other.
        """
        slot = self._slots.get(slug)
        return None if slot is None else slot.current

    def state(self, slug: str) -> PluginState | None:
        """
        The state of an attached plugin; None for any other.
        """
        slot = self._slots.get(slug)
        return None if slot is None else slot.said

    def failure(self, slug: str) -> AttachError | None:
        """
        What made the plugin fail, if it did.
        """
        slot = self._slots.get(slug)
        return None if slot is None else slot.current.error

    def secrets_of(self, slug: str) -> frozenset[str]:
        """
        The texts that are secret in a plugin's configuration of this moment.
        """
        slot, config = self._slots.get(slug), self._config(slug)
        schema = slot.plugin.facts.config_schema if slot is not None else None
        known = self._secrets.get(slug)
        if known is None or known[0] is not config or known[1] is not schema:  # asked for each record of the log
            known = self._secrets[slug] = config, schema, secret_values(schema, config)
        return known[2]

    def all_secrets(self) -> frozenset[str]:
        """
        The secrets of all plugins that have a configuration.
        """
        return frozenset().union(*(self.secrets_of(slug) for slug, record in self.records.items() if record.config))

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """
        Have a function called after every change of what answers; the result ends that.
        """
        self._observers.append(callback)
        return lambda: self._observers.remove(callback)

    async def start(self) -> None:
        """
        Start the plugins that do something at start, in dependency order: all are loaded first, then all are initialised and
        their lifespans entered. One that fails is left out; the others start.

        An application may be started again after it was stopped; what had failed is tried again then.
        """
        self._serving = True
        for slot in self._slots.values():
            if slot.state in ("stopped", "failed") or (slot.on and slot.current.ended):
                self._renew(slot).close()
                slot.become("attached")
            if not slot.changing.locked():
                slot.changing = asyncio.Lock()  # one that was waited for belongs to the event loop of then
        self._leave_claimed()
        starting = [(slot, slot.current) for slot in self._slots.values() if slot.state == "attached" and slot.plugin.starts]
        for slot, generation in starting:
            if self._wants(slot, generation):
                await generation.load()
        for slot, generation in starting:
            if self._wants(slot, generation):
                await self._bring_up(slot, generation)
        self._swap()

    async def stop(self) -> None:
        """
        End the plugins: those that others need after those that need them, the others side by side, each within its time.
        """
        self._serving = False
        await self._leaving.over(self._limits.stop)
        begun = [slot for slot in self._slots.values() if slot.current.begun]
        for level in reversed(levels(begun)):
            await asyncio.gather(*(self._stop(slot) for slot in reversed(level)))
        self._swap()

    async def settled(self, slug: str | None = None) -> None:
        """
        Wait until every start and end that is under way, of one plugin or of all, has come to its end.
        """
        await self._leaving.settled(slug)

    def take_up_records(self, records: Records) -> None:
        """
        Take up what the store says now: at once for what vanishes, and for what has to be started as soon as that is done.

        Websockets of a plugin that vanishes are closed, its requests may finish. On the event loop, or where there is none yet.
        """
        self.records = dict(records)
        vanished = [old for slot in self._slots.values() if (old := self._follow(slot)) is not None]
        self._swap()
        for old in vanished:
            self._leaving.retire(old, GOING_AWAY)

    async def set_enabled(self, slug: str, *, enabled: bool) -> PluginState:
        """
        The state of the plugin after it was enabled or disabled in this process.

        A plugin that is disabled stops answering first and is stopped then; one that is enabled starts first.

        Raises:
            UnknownPluginError: if no attached plugin has the slug.
        """
        slot = self._known(slug)
        record = self.records.get(slug) or PluginRecord(slug=slug, sort=slot.plugin.sort)
        lived = slot.current.lives or (slot.current.begun and slot.plugin.starts)
        self.take_up_records({**self.records, slug: replace(record, enabled=enabled)})
        if enabled and slot.starting is not None:
            await asyncio.wait({slot.starting})
        elif lived and not enabled:
            await self.settled(slug)
        return slot.said

    def _follow(self, slot: Slot) -> Generation | None:
        """
        Let a slot be what is wished; the generation that has to go, if one has.
        """
        wish = wished(self.records.get(slot.plugin.slug), safe_mode=self._safe_mode)
        if wish == "attached":
            if not slot.on:
                slot.become("attached")
                slot.shown = not (self._serving and slot.plugin.starts)
                if not slot.shown:
                    slot.starting = self._leaving.spawn(slot.plugin.slug, self._bring_up(slot, slot.current))
            return None
        old = self._renew(slot) if slot.on else None
        slot.become(wish)
        return old

    async def _bring_up(self, slot: Slot, generation: Generation) -> None:
        if not self._wants(slot, generation):
            return
        started = await generation.start()
        if slot.current is not generation or not slot.on:
            return  # switched off or replaced meanwhile
        if started:
            slot.become("running")
        slot.shown = True
        self._swap()

    def _wants(self, slot: Slot, generation: Generation) -> bool:
        return slot.on and slot.current is generation and generation.error is None

    async def _stop(self, slot: Slot) -> None:
        generation = slot.current
        lived = generation.lives
        await generation.stop(self._limits.stop / 2)
        lived = lived or slot.state == "running"  # it was starting until then
        if lived and slot.current is generation and slot.on:
            slot.become("stopped")

    def _leave_claimed(self) -> None:
        """
        Leave out the plugins whose part of a shared prefix the application has come to answer itself.
        """
        self._claimed = self._site.claimed() if self._site.prefix.shared else frozenset()
        for slug in sorted(self._claimed & self._slots.keys()):
            path = self._site.prefix.of(slug)
            message = f"plugin '{slug}' is left out: the application answers {path} itself"
            self._slots[slug].current.fail(AttachError(message, hint="choose another prefix", plugin=slug, path=path))

    def _slot(self, plugin: AttachedPlugin, *, anew: bool) -> Slot:
        traffic = Traffic()
        state = wished(self.records.get(plugin.slug), safe_mode=self._safe_mode)
        current = Generation(plugin, 1, Code(plugin.slug, anew=anew), self._around, traffic)
        return Slot(plugin, state, traffic, current)

    def _renew(self, slot: Slot) -> Generation:
        """
        Put a new life in the slot, and give the old one: on the same code, unless that could not be loaded.
        """
        old = slot.current
        code = old.code if old.loader.error is None else Code(slot.plugin.slug, anew=False)
        slot.current = Generation(slot.plugin, old.number + 1, code, self._around, slot.traffic)
        slot.shown = True
        return old

    def _failed(self, generation: Generation) -> None:
        slot = self._slots.get(generation.slug)
        if slot is not None and slot.current is generation:
            if slot.on:
                slot.become("failed")
            slot.shown = True
            self._swap()

    def _count_load(self) -> None:
        self.loads = next(self._count)

    def _config(self, slug: str) -> Mapping[str, Any]:
        record = self.records.get(slug)
        return record.config if record is not None else _NOTHING

    def _grants(self, slug: str) -> Mapping[str, Any]:
        if on_loop():
            self.look()
        record = self.records.get(slug)
        return record.grants if record is not None else _NOTHING

    def _config_defaults(self, slug: str) -> Mapping[str, Any]:
        slot = self._slots.get(slug)
        schema = slot.plugin.facts.config_schema if slot is not None else None
        found: dict[str, Any] = import_module("honeyhost.services.configuration").schema_defaults(schema) if schema else {}
        return found

    def _known(self, slug: str) -> Slot:
        slot = self._slots.get(slug)
        if slot is None:
            raise UnknownPluginError(f"no attached plugin is called '{slug}'", hint="honeyhost list", name=slug)
        return slot

    def _fragment(self, plugin: AttachedPlugin) -> Fragment:
        slot = self._slots.get(plugin.slug)
        if self._recorded or slot is None:
            return plugin.fragment
        try:
            paths, schemas, security = describe(slot.current.loader.now()).openapi
        except AttachError:
            return plugin.fragment
        return Fragment(paths.encode(), schemas.encode(), security.encode())

    def _swap(self) -> None:
        answering = {slug: slot for slug, slot in self._slots.items() if slot.shown and slot.on and slug not in self._claimed}
        working = {slug: slot for slug, slot in answering.items() if slot.state != "failed"}
        found = Answering(
            fronts={slug: slot.current.front for slug, slot in answering.items()},
            plugins={slug: slot.plugin for slug, slot in working.items()},
            generations={slug: slot.current for slug, slot in working.items()},
            records=self.records,
        )
        self.live = Live(self.live.revision + 1, found, self._fragment)
        for observer in list(self._observers):
            try:
                observer()
            except Exception:
                logger.exception("what watches the plugins of this host raised")
