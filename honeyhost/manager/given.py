"""
What a plugin is given: the host as its code sees it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from honeyhost.manager.tasks import Call, Tasks


class GivenHost:
    """
    The ``HostAPI`` of one generation of a plugin.
    """

    __slots__ = ("_call", "_config", "_tasks", "slug", "version")

    def __init__(
        self, slug: str, version: str, *, config: Callable[[], Mapping[str, Any]], call: Callable[[], Call], tasks: Tasks
    ) -> None:
        self.slug = slug
        self.version = version
        self._config = config
        self._call = call
        self._tasks = tasks

    def config(self, key: str = "", default: Any = None) -> Any:
        """
        A value of the configuration as it is now, by its dotted key.
        """
        found: Any = self._config()
        for part in key.split(".") if key else ():
            if not isinstance(found, Mapping) or part not in found:
                return default
            found = found[part]
        return found

    async def call(self, plugin: str, function: str, args: Mapping[str, Any] | None = None) -> Any:
        """
        What a function of another plugin answers.
        """
        return await self._call()(self.slug, plugin, function, args)

    def create_task(self, work: Coroutine[Any, Any, Any], *, name: str | None = None) -> asyncio.Task[Any]:
        """
        Background work that ends with this generation.
        """
        return self._tasks.create(work, name=name)
