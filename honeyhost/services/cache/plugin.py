"""
``host.cache``: what a plugin may keep for a while.
"""

from typing import Any

from honeyhost.sdk.operations import CACHE_DELETE, CACHE_GET, CACHE_SET, Operation
from honeyhost.services.cache.store import MISSING, CacheStore
from honeyhost.services.cache.values import read_key, read_seconds, read_value
from honeyhost.services.guard import Guard
from honeyhost.services.unmeant import UnmeantError, refused


class PluginCache:
    """
    ``host.cache`` of one plugin. Whatever its keys look like, they are its own: no other plugin's, and no pattern.
    """

    def __init__(self, guard: Guard, store: CacheStore) -> None:
        self._guard = guard
        self._store = store

    async def get(self, key: str, default: Any = None) -> Any:
        """
        The value, or the default where there is none. It is a copy: who changes it changes nobody else's.

        Raises:
            PermissionNotGrantedError: if ``cache:read`` was not granted for the key.
            OperationRefusedError: if the key cannot be meant.
            OperationFailedError: if the cache is not there.
        """
        self._guard.admit(CACHE_GET, str(key))
        return await self._guard.observe(CACHE_GET, self._get(key, default))

    async def set(self, key: str, value: Any, ttl: float | None = None) -> None:
        """
        Keep a JSON value for ``ttl`` seconds. The cache may forget it sooner, and forgets it after thirty days.

        Args:
            key: 1 to 200 printable characters.
            value: what JSON has, as it comes back from there: no tuples, no numbers as keys, at most 1 MiB. None is what
                :meth:`get` says where there is nothing, and cannot be kept.
            ttl: seconds, above 0.

        Raises:
            PermissionNotGrantedError: if ``cache:write`` was not granted for the key.
            OperationRefusedError: if the key, the value or the time cannot be meant.
            OperationFailedError: if the cache is not there.
        """
        self._guard.admit(CACHE_SET, str(key))
        await self._guard.observe(CACHE_SET, self._set(key, value, ttl))

    async def delete(self, key: str) -> None:
        """
        Forget the value, if there is one. Raises as :meth:`get`.
        """
        self._guard.admit(CACHE_DELETE, str(key))
        await self._guard.observe(CACHE_DELETE, self._delete(key))

    async def _get(self, key: str, default: Any) -> Any:
        found = await self._store.get(self._guard.slug, self._key(CACHE_GET, key))
        return default if found is MISSING else found

    async def _set(self, key: str, value: Any, ttl: float | None) -> None:
        key = self._key(CACHE_SET, key)
        try:
            kept, size = read_value(value)
            seconds = read_seconds(ttl)
        except UnmeantError as error:
            raise refused(self._guard, CACHE_SET, error) from error
        await self._store.set(self._guard.slug, key, kept, size, seconds)

    async def _delete(self, key: str) -> None:
        await self._store.delete(self._guard.slug, self._key(CACHE_DELETE, key))

    def _key(self, operation: Operation, key: str) -> str:
        try:
            return read_key(key)
        except UnmeantError as error:
            raise refused(self._guard, operation, error) from error
