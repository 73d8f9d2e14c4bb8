"""
What a plugin is given: the host as its code sees it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from honeyhost.errors import MissingExtraError, OperationFailedError
from honeyhost.manager.tasks import Call, Tasks
from honeyhost.sdk.operations import TRANSLATE
from honeyhost.services import Services
from honeyhost.services.once import once
from honeyhost.services.published import Capabilities


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """
    What the host says of a plugin at this moment, asked anew each time: its configuration, what its schema says of it, the
    secrets in it, what was granted; how other plugins and capabilities are called, and what a text is in a language.
    """

    config: Callable[[str], Mapping[str, Any]]
    defaults: Callable[[str], Mapping[str, Any]]
    secrets: Callable[[str], frozenset[str]]
    grants: Callable[[str], Mapping[str, Any]]
    call: Callable[[], Call]
    capabilities: Callable[[], Capabilities]
    translate: Callable[[], Callable[[str, str, Mapping[str, Any], str | None], str]]


class GivenHost:
    """
    The ``HostAPI`` of one generation of a plugin. Its groups are made when they are first asked for.
    """

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        slug: str,
        version: str,
        *,
        facts: Facts,
        services: Services,
        tasks: Tasks,
        loop: Callable[[], asyncio.AbstractEventLoop | None],
    ) -> None:
        self.slug = slug
        self.version = version
        self._facts = facts
        self._services = services
        self._tasks = tasks
        self._loop = loop
        self._ended = False

    @once
    def _guard(self) -> Any:
        facts, slug = self._facts, self.slug
        guard = self._services.guard(slug, lambda: facts.grants(slug))
        guard.ended = self._ended
        return guard

    @once
    def db(self) -> Any:
        """
        Databases.
        """
        return self._made("databases", "PluginDatabase", "databases")

    @once
    def cache(self) -> Any:
        """
        The cache.
        """
        return self._made("cache", "PluginCache", "cache")

    @once
    def http(self) -> Any:
        """
        Other servers.
        """
        return self._made("http", "PluginHttp", "http")

    @once
    def email(self) -> Any:
        """
        E-mail.
        """
        return self._made("mail", "PluginEmail", "mailer")

    @once
    def log(self) -> Any:
        """
        The log.
        """
        facts, slug = self._facts, self.slug
        return import_module("honeyhost.services.logs.plugin").PluginLog(
            self._guard, self._services.logs, secrets=lambda: facts.secrets(slug)
        )

    @once
    def config(self) -> Any:
        """
        The configuration.
        """
        facts, slug = self._facts, self.slug
        return import_module("honeyhost.services.configuration").PluginConfig(
            self._guard,
            own=lambda: facts.config(slug),
            defaults=lambda: facts.defaults(slug),
            platform=self._services.settings.platform_config,
        )

    @once
    def plugins(self) -> Any:
        """
        Other plugins.
        """
        return import_module("honeyhost.services.calling").PluginCalls(self._guard, self._facts.call)

    @once
    def capabilities(self) -> Any:
        """
        Capabilities of all plugins.
        """
        return import_module("honeyhost.services.calling").PluginCapabilities(self._guard, self._facts.capabilities)

    @once
    def blocking(self) -> Any:
        """
        The same for threads.
        """
        return import_module("honeyhost.services.blocking").BlockingHost(self, self._loop)

    def translate(self, key: str, args: Mapping[str, Any] | None = None, *, language: str | None = None) -> str:
        """
        A text of the plugin in a language.
        """
        self._services.usage.tally(self.slug, TRANSLATE.name).count()
        return self._facts.translate()(self.slug, key, args or {}, language)

    def end(self) -> None:
        """
        Do nothing more: the life of the plugin is over that this host belongs to.
        """
        if "_guard" in self.__dict__:
            self._guard.ended = True
        else:
            self._ended = True

    def create_task(self, work: Coroutine[Any, Any, Any], *, name: str | None = None) -> asyncio.Task[Any]:
        """
        Background work that ends with this generation.
        """
        return self._tasks.create(work, name=name)

    def _made(self, room: str, group: str, service: str) -> Any:
        """
        A group over a service that may need a library of an extra.

        Raises:
            OperationFailedError: if that is not installed: to a plugin it is a service that is not to be had.
        """
        try:
            return getattr(import_module(f"honeyhost.services.{room}"), group)(self._guard, getattr(self._services, service))
        except MissingExtraError as missing:
            said = f"plugin '{self.slug}' asked for {service}: {missing.message}"
            raise OperationFailedError(said, hint=missing.hint, plugin=self.slug, operation=service) from missing
