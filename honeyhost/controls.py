"""
Controls: the verbs by which people and programs steer the plugins of a running host.

Each writes down what is wanted, and who wants it, in one transaction, and takes it up in this process before it answers; the
others hear of it.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import Any

from honeyhost.manager.attached import AttachedPlugin
from honeyhost.manager.manager import Manager
from honeyhost.store.records import PluginDefaults, PluginRecord

Change = Callable[[Any], PluginRecord]
"""One of the methods of ``honeyhost.store.changes.Changes``, called."""


class Controls(ABC):
    """
    The verbs, over the store and the manager of a host.
    """

    @property
    @abstractmethod
    def manager(self) -> Manager:
        """
        The plugins and their states.
        """

    @abstractmethod
    async def change(self, change: Change, *, actor: str) -> PluginRecord:
        """
        The record after a change of the store, once this process has taken it up.
        """

    @abstractmethod
    async def reloaded(self, slug: str) -> None:
        """
        Wait until a reload that was asked for has come to an end.

        Raises:
            AttachError: the new one was left out and the old one goes on.
        """

    async def set_enabled(self, slug: str, *, enabled: bool, actor: str = "host", revision: int | None = None) -> PluginRecord:
        """
        The record of a plugin after it was enabled or disabled.

        Args:
            slug: of the plugin.
            enabled: whether it is wanted.
            actor: who wants it, for the audit.
            revision: of the record that was looked at; the last wish counts where it is left out.

        Raises:
            UnknownPluginError: if there is neither such a plugin nor a record of one.
            ConflictError: if the record has another revision.
            StoreUnavailableError: if the database cannot be reached.
        """
        defaults = self._defaults(slug)
        return await self.change(
            lambda changes: changes.set_enabled(slug, enabled, revision=revision, defaults=defaults), actor=actor
        )

    async def toggle(self, slug: str, *, actor: str = "host") -> PluginRecord:
        """
        The record after the wish was turned round. Raises as :meth:`set_enabled` does.
        """
        defaults = self._defaults(slug)
        return await self.change(lambda changes: changes.toggle(slug, defaults=defaults), actor=actor)

    async def configure(
        self, slug: str, patch: Mapping[str, Any], *, actor: str = "host", revision: int | None = None
    ) -> PluginRecord:
        """
        The record after a JSON merge patch of the configuration, which the plugin's schema has admitted.

        Raises:
            ConfigInvalidError: if the outcome is refused; nothing was changed.
            UnknownPluginError: as for :meth:`set_enabled`, which see for the others.
        """
        plugin = self._attached(slug)
        schema = plugin.facts.config_schema if plugin is not None else None
        configuration = import_module("honeyhost.manager.configuration")
        defaults = self._defaults(slug)
        return await self.change(
            lambda changes: changes.change_config(
                slug,
                lambda current: configuration.configured(slug, schema, current, patch),
                shown=lambda config: configuration.masked(schema, config),
                revision=revision,
                defaults=defaults,
            ),
            actor=actor,
        )

    async def arrange(  # noqa: PLR0913 - each is a wish of its own
        self,
        slug: str,
        *,
        nav: bool | None = None,
        sort: int | None = None,
        labels: Mapping[str, str] | None = None,
        actor: str = "host",
        revision: int | None = None,
    ) -> PluginRecord:
        """
        The record after a change of how the plugin shows in the navigation; what is left out stays. Raises as
        :meth:`set_enabled` does.
        """
        defaults = self._defaults(slug)
        return await self.change(
            lambda changes: changes.arrange(slug, nav=nav, sort=sort, labels=labels, revision=revision, defaults=defaults),
            actor=actor,
        )

    async def reload(self, slug: str, *, actor: str = "host") -> PluginRecord:
        """
        The record after the plugin was loaded anew from the disk, here; the other processes do the same.

        Raises:
            AttachError: if the new one was left out; the old one goes on.
            UnknownPluginError: as for :meth:`set_enabled`, which see for the others.
        """
        defaults = self._defaults(slug)
        record = await self.change(lambda changes: changes.request_reload(slug, defaults=defaults), actor=actor)
        await self.reloaded(slug)
        return record

    async def release(self, slug: str, *, actor: str = "host") -> PluginRecord:
        """
        The record after the plugin was let out of quarantine. Raises as :meth:`set_enabled` does.
        """
        defaults = self._defaults(slug)
        return await self.change(lambda changes: changes.set_quarantine(slug, None, defaults=defaults), actor=actor)

    @abstractmethod
    def request(self, slug: str) -> Any:
        """
        What a plugin asks of the host, as ``honeyhost.consenting.Request``. Looks for plugins anew.

        Raises:
            UnknownPluginError: if there is neither such a plugin nor a record of one.
        """

    async def grant(
        self, slug: str, grants: Collection[str], *, digest: str | None = None, actor: str = "host"
    ) -> PluginRecord:
        """
        The record after an operator granted exactly this of what a plugin asks for; it goes on without the rest.

        Args:
            slug: of the plugin.
            grants: each as ``type[:access][:scope]``.
            digest: of the request that this answers; of whatever the plugin asks for now where left out.
            actor: who grants it, for the audit.

        Raises:
            UnknownPluginError: as for :meth:`set_enabled`, which see for the others.
            UsageError: if one is no grant, or nothing that the plugin asks for.
            ConflictError: if the plugin asks for something else by now.
        """
        answering = import_module("honeyhost.consenting").answered
        defaults = self._defaults(slug)
        request = await threaded(lambda: self.request(slug))
        made = answering(request, slug, grants, digest=digest, actor=actor)
        return await self.change(
            lambda changes: changes.set_grants(slug, made.grants, made.digest, defaults=defaults), actor=actor
        )

    def _attached(self, slug: str) -> AttachedPlugin | None:
        return next((plugin for plugin in self.manager.plugins if plugin.slug == slug), None)

    def _defaults(self, slug: str) -> PluginDefaults | None:
        """
        What the record of a plugin begins with that was never applied; None where nothing is known of it.
        """
        plugin = self._attached(slug)
        return None if plugin is None else defaults_of_attached(plugin)


async def threaded(work: Callable[[], PluginRecord]) -> PluginRecord:
    """
    What the store answers, asked in a thread; it is written whole also where nobody waits for it any more.
    """
    return await asyncio.shield(asyncio.to_thread(work))


def defaults_of_attached(plugin: AttachedPlugin) -> PluginDefaults:
    """
    The record of a plugin as its manifest has it.
    """
    about = plugin.facts.about
    labels = about.get("labels")
    return PluginDefaults(
        slug=plugin.slug,
        kind=about.get("kind", "integration"),
        version=plugin.version,
        nav=bool(plugin.facts.nav),
        sort=plugin.sort,
        labels={"en": labels} if isinstance(labels, str) else dict(labels or {}),
    )
