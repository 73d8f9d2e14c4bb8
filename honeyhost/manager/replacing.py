"""
Replacing: another generation put in the place of the one that stands in a slot, and plugins that come and go.

An upgrade brings the new one up first; a restart ends the old one first. Whatever was done to the plugin meanwhile counts: who
awaits here looks again whether the slot is still what it was.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from honeyhost.attach.routing.sockets import GOING_AWAY
from honeyhost.errors import AttachError, LoadError
from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.code import Code
from honeyhost.manager.generation import Generation, Limits, Surroundings
from honeyhost.manager.leaving import Leaving
from honeyhost.manager.slot import Slot


class Replacing(ABC):
    """
    The part of a manager that changes what stands in its slots.
    """

    _slots: dict[str, Slot]
    _around: Surroundings
    _limits: Limits
    _leaving: Leaving
    _serving: bool

    async def upgrade(self, plugin: AttachedPlugin) -> None:
        """
        Put a new version in the place of the old: it is brought up first, requests go to it then, and the old one ends when
        what is under way in it has ended.

        Raises:
            UnknownPluginError: if no attached plugin has its slug.
            AttachError: if it cannot be brought up; the old one goes on.
        """
        slot = self._known(plugin.slug)
        async with slot.changing:
            await self._replace(slot, plugin)

    async def reload(self, slug: str) -> None:
        """
        Load a plugin's code anew, from the disk as it is now. Raises as :meth:`upgrade` does.
        """
        await self.upgrade(self._known(slug).plugin)

    async def restart(self, slug: str) -> None:
        """
        End a plugin and begin it anew on the same code. It answers 503 meanwhile.

        Raises:
            UnknownPluginError: if no attached plugin has the slug.
            AttachError: if it did not come up again.
        """
        slot = self._known(slug)
        async with slot.changing:
            old = slot.current
            if not slot.on:
                return
            if old.error is None:
                old.fail(LoadError(f"plugin '{slug}' is being started again", plugin=slug))
            await old.stop(self._limits.drain)
            if not self._stands(slot, old):
                return  # it was switched off meanwhile, and perhaps on again: then that was its restart
            code = old.code if old.loader.error is None else Code(slug, anew=False)
            new = Generation(slot.plugin, old.number + 1, code, self._around, slot.traffic)
            new.was_up = True
            try:
                await self._up(new)
            except AttachError:
                self._succeed(slot, old, new)
                raise
            except BaseException:
                self._leaving.retire(new, GOING_AWAY)
                raise
            self._succeed(slot, old, new)

    async def take_up_plugins(
        self, plugins: Sequence[AttachedPlugin], failures: Mapping[str, AttachError]
    ) -> Mapping[str, AttachError]:
        """
        Take these plugins, in dependency order, as the attached ones: new ones are attached, changed ones upgraded, and those
        that are not among them end.

        Args:
            plugins: all that are to be attached.
            failures: why others could not be compiled; of those the old version goes on.

        Returns:
            Why plugins are not as they were to be, by slug.
        """
        wanted = {plugin.slug: plugin for plugin in plugins}
        errors = dict(failures)
        for slug in [slug for slug in self._slots if slug not in wanted and slug not in failures]:
            self._detach(slug)
        for slug, plugin in wanted.items():
            try:
                await self._take_up(slug, plugin)
            except AttachError as error:
                errors[slug] = error
        order = dict.fromkeys((*wanted, *self._slots))
        self._slots = {slug: self._slots[slug] for slug in order if slug in self._slots}
        self._swap()
        return errors

    @abstractmethod
    def _known(self, slug: str) -> Slot:
        """
        The slot of an attached plugin; UnknownPluginError for any other.
        """

    @abstractmethod
    def _slot(self, plugin: AttachedPlugin, *, anew: bool) -> Slot:
        """
        A slot for a plugin that has none.
        """

    @abstractmethod
    async def _bring_up(self, slot: Slot, generation: Generation) -> None:
        """
        Start a generation and let it answer then.
        """

    @abstractmethod
    def _swap(self) -> None:
        """
        Let requests see what the slots hold now.
        """

    async def _take_up(self, slug: str, plugin: AttachedPlugin) -> None:
        slot = self._slots.get(slug)
        if slot is not None:
            if changed(slot.plugin, plugin):
                await self.upgrade(plugin)
            return
        slot = self._slots[slug] = self._slot(plugin, anew=True)
        generation = slot.current
        if slot.on and self._serving and plugin.starts:
            slot.shown = False
            await self._bring_up(slot, generation)
            if generation.error is not None:
                raise generation.error
        self._swap()

    def _detach(self, slug: str) -> None:
        slot = self._slots.pop(slug)
        self._swap()
        self._leaving.retire(slot.current, GOING_AWAY)

    async def _replace(self, slot: Slot, plugin: AttachedPlugin) -> None:
        await self._leaving.room(slot.plugin.slug)
        code = Code(plugin.slug, anew=True)
        new = Generation(plugin, slot.current.number + 1, code, self._around, slot.traffic)
        if slot.on and (slot.current.begun or plugin.starts):
            try:
                await self._up(new)
            except BaseException as error:
                here = self._slots.get(plugin.slug) is slot
                if isinstance(error, AttachError) and here and slot.state == "failed":
                    self._put(slot, plugin, new)  # neither answers, and this is the reason of now
                else:
                    self._leaving.retire(new, GOING_AWAY)
                raise
        if self._slots.get(plugin.slug) is not slot:
            self._leaving.retire(new, GOING_AWAY)
        elif new.begun and not self._may_live(slot, new):  # switched off meanwhile
            self._put(slot, plugin, Generation(plugin, new.number + 1, code, self._around, slot.traffic))
            self._leaving.retire(new, GOING_AWAY)
        else:
            self._put(slot, plugin, new)

    def _succeed(self, slot: Slot, old: Generation, new: Generation) -> None:
        """
        Put the new life of a plugin in the place of the old one, unless something else was done to it meanwhile.
        """
        if self._stands(slot, old) and self._may_live(slot, new):
            self._put(slot, slot.plugin, new)
        else:
            self._leaving.retire(new, GOING_AWAY)

    def _stands(self, slot: Slot, generation: Generation) -> bool:
        """
        Whether the slot is still that of its plugin, wanted, and the generation the one in it.
        """
        return self._slots.get(slot.plugin.slug) is slot and slot.on and slot.current is generation

    def _may_live(self, slot: Slot, generation: Generation) -> bool:
        """
        Whether the plugin is wanted, and nothing was started that this application has stopped meanwhile.
        """
        return slot.on and (self._serving or not generation.started)

    async def _up(self, generation: Generation) -> None:
        if self._serving and generation.plugin.starts:
            await generation.start()
        else:
            await generation.ready()
        if generation.error is not None:
            raise generation.error

    def _put(self, slot: Slot, plugin: AttachedPlugin, new: Generation) -> None:
        old, slot.current, slot.plugin, slot.shown = slot.current, new, plugin, True
        if slot.on:
            slot.become("failed" if new.error is not None else "running" if new.started else "attached")
        self._swap()
        self._leaving.retire(old, None)


def changed(before: AttachedPlugin, after: AttachedPlugin) -> bool:
    """
    Whether two attached plugins are not the same: another manifest, or other files.
    """
    if before is after:
        return False
    old, new = before.facts, after.facts
    if (old.spec, old.config_schema, old.compiled.stamps) != (new.spec, new.config_schema, new.compiled.stamps):
        return True
    return list(old.nav) != list(new.nav) or dict(old.about) != dict(new.about)
