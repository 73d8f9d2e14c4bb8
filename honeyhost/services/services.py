"""
The services of one process, each made at its first use.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from honeyhost.services.once import once
from honeyhost.services.refusal import Refusal

logger = logging.getLogger("honeyhost")


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceSettings:
    """
    What an operator decides about the services.
    """

    databases: Mapping[str, str] = field(default_factory=dict)
    """URLs of databases by name; ``default`` is the platform's own."""
    database_roles: Mapping[str, str] = field(default_factory=dict)
    """On PostgreSQL, the URL with a plugin's own role, by ``slug`` or ``slug/database``."""
    query_seconds: float = 5.0
    """Seconds for one statement of a plugin."""
    query_rows: int = 10_000
    """Rows that one statement may give."""
    cache_url: str = "mem://"
    """``mem://`` or ``redis://…``."""
    internal_hosts: tuple[str, ...] = ()
    """Hosts that plugins may reach at addresses that are not public; with a grant for each all the same."""
    http_seconds: float = 30.0
    """Seconds for one request to another server."""
    http_size: int = 10 * 1024 * 1024
    """Bytes of an answer."""
    mail_url: str | None = None
    """``smtp://user:password@host:25``, ``smtps://…`` or ``smtp+starttls://…``."""
    mail_sender: str | None = None
    """The address that plugins' messages come from."""
    operation_limits: Mapping[str, int] = field(default_factory=dict)
    """Operations per minute, by ``operation`` or ``slug/operation``."""
    platform_config: Mapping[str, Any] = field(default_factory=dict)
    """What plugins may know of the platform, if it is granted."""
    log_records: int = 1000
    """Records of plugins' logs that are kept in memory."""


def _unheard(refusal: Refusal) -> None:
    """
    Nobody is told.
    """


class Services:
    """
    The services of one process.

    Args:
        settings: what the operator decided.
        refused: told of each operation that a plugin was not allowed.
        plugins: the slugs of all attached plugins: whose tables are whose.
    """

    def __init__(
        self,
        settings: ServiceSettings | None = None,
        *,
        refused: Callable[[Refusal], None] = _unheard,
        plugins: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self.settings = settings if settings is not None else ServiceSettings()
        self.plugins = plugins
        self._refused = refused

    @once
    def usage(self) -> Any:
        """
        What plugins did, as ``honeyhost.services.usage.Usage``.
        """
        return import_module("honeyhost.services.usage").Usage()

    def keep(self, slugs: Collection[str]) -> None:
        """
        Forget what all plugins but these did.
        """
        if "usage" in self.__dict__:
            self.usage.keep(slugs)

    def guard(self, slug: str, grants: Callable[[], Mapping[str, Any]]) -> Any:
        """
        The guard of one plugin, as ``honeyhost.services.guard.Guard``; ``grants`` gives its grants of the moment.
        """
        return import_module("honeyhost.services.guard").Guard(
            slug,
            grants=grants,
            usage=self.usage,
            limits=self.settings.operation_limits,
            refused=self._refused,
        )

    @once
    def databases(self) -> Any:
        """
        The named databases, as ``honeyhost.services.databases.Databases``.
        """
        return import_module("honeyhost.services.databases").Databases(self.settings, plugins=self.plugins)

    @once
    def cache(self) -> Any:
        """
        The cache, as ``honeyhost.services.cache.CacheStore``.
        """
        return import_module("honeyhost.services.cache").CacheStore(self.settings.cache_url)

    @once
    def http(self) -> Any:
        """
        The client for other servers, as ``honeyhost.services.http.HttpClient``.
        """
        return import_module("honeyhost.services.http").HttpClient(self.settings)

    @once
    def mailer(self) -> Any:
        """
        The way to the mail server, as ``honeyhost.services.mail.Mailer``.
        """
        return import_module("honeyhost.services.mail").Mailer(self.settings.mail_url, self.settings.mail_sender)

    @once
    def logs(self) -> Any:
        """
        The records of plugins' logs, as ``honeyhost.services.logs.LogBuffer``.
        """
        return import_module("honeyhost.services.logs").LogBuffer(self.settings.log_records)

    async def close(self) -> None:
        """
        Close what was opened. A service opens again what it is asked for again, until the next time.
        """
        for name in ("databases", "cache", "http", "mailer"):
            service = self.__dict__.get(name)
            try:
                if service is not None:
                    await service.close()
            except Exception:
                logger.exception("the service '%s' could not be closed", name)
