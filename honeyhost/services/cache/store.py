"""
The store of cached values: the memory of the process, or Redis. Values are kept as JSON in both, and nothing but JSON is read.
"""

from collections.abc import Awaitable
from importlib.util import find_spec
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from honeyhost.errors import MissingExtraError, SettingsError
from honeyhost.names import is_slug
from honeyhost.services.loops import PerLoop

try:
    from cashews import Cache
    from cashews.exceptions import CacheBackendInteractionError, UnSecureDataError
except ModuleNotFoundError as missing:
    raise MissingExtraError("cache", needed_for="the cache of plugins", module="cashews") from missing

MISSING: Any = object()
"""What stands for no value."""
Result = TypeVar("Result")

_ENTRIES = 10_000
_BYTES = 64 * 1024 * 1024
_SHARED = frozenset({"redis", "rediss"})
_JSON: dict[str, Any] = {"pickle_type": "json", "check_repr": False}
_WRONG_TYPE = "WRONGTYPE"


class Opened(NamedTuple):
    """
    A cache, and the backend below it.
    """

    cache: Cache
    backend: Any


class CacheStore:
    """
    The values of all plugins, below ``plug:<slug>:``.

    ``mem://`` is the memory of one process: what another one kept is not there, and it forgets what was not asked for longest
    when it has 10,000 values or 64 MiB. ``redis://`` is the same for all processes; how much it keeps is Redis' own setting.

    Args:
        url: ``mem://``, ``redis://user:password@host:6379/0`` or ``rediss://…``.

    Raises:
        SettingsError: if the URL is none of them.
        MissingExtraError: if Redis is wanted and its client is not installed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        shared = urlsplit(url).scheme in _SHARED
        if not shared and url not in ("mem://", "mem:"):
            hint = "write mem://, redis://host:6379/0 or rediss://…"
            raise SettingsError("the setting 'cache_url' is no address of a cache", hint=hint, setting="cache_url")
        if shared and find_spec("redis") is None:
            raise MissingExtraError("redis", needed_for="a cache in Redis", module="redis")
        self._connections = PerLoop(self._open_shared)
        self._memory = None if shared else _open_memory()
        self._written = 0

    async def get(self, slug: str, key: str) -> Any:
        """
        The value, or ``MISSING``; what is there and was not kept by this store is no value.
        """
        try:
            return await _told(self._cache.get(_key(slug, key), default=MISSING))
        except (ValueError, RecursionError, UnSecureDataError):
            return MISSING

    async def set(self, slug: str, key: str, value: Any, size: int, seconds: float) -> None:
        """
        Keep a JSON value of so many bytes.
        """
        await _told(self._cache.set(_key(slug, key), value, expire=seconds))
        if self._memory is not None:
            self._weigh(self._memory.backend.store, size)

    async def delete(self, slug: str, key: str) -> None:
        """
        Forget a value.
        """
        await _told(self._cache.delete(_key(slug, key)))

    async def forget(self, slug: str) -> None:
        """
        Forget all values of a plugin.

        Raises:
            ValueError: if it is no slug; a star would be everybody's.
        """
        if not is_slug(slug):
            raise ValueError(f"'{slug}' is no slug")
        await _told(self._cache.delete_match(_key(slug, "*")))

    async def close(self) -> None:
        """
        End the connections, or forget what the memory has; the store can be used again.
        """
        if self._memory is not None:
            self._memory, self._written = _open_memory(), 0
        opened = self._connections.take()
        if opened is not None and opened.backend.is_init:
            await opened.backend._client.aclose()  # noqa: SLF001 - its own close() calls a deprecated one

    @property
    def _cache(self) -> Cache:
        return (self._memory or self._connections.get()).cache

    def _open_shared(self) -> Opened:
        cache = Cache()
        return Opened(cache, cache.setup(self._url, **_JSON, suppress=False, client_side=False))

    def _weigh(self, kept: Any, size: int) -> None:
        """
        Now and then, drop what was not asked for longest. In between, what was written is at least what is kept.
        """
        self._written += size
        if self._written <= _BYTES:
            return
        weights = {key: _weight(raw) for key, (_, raw) in kept.items()}
        total = sum(weights.values())
        while total > _BYTES // 2:
            oldest, _ = kept.popitem(last=False)
            total -= weights[oldest]
        self._written = total


def _open_memory() -> Opened:
    """
    No task looks for what has expired: it would read every value every second.
    """
    cache = Cache()
    return Opened(cache, cache.setup("mem://", **_JSON, size=_ENTRIES, check_interval=0))


def _key(slug: str, key: str) -> str:
    return f"plug:{slug}:{key}"


def _weight(raw: Any) -> int:
    return len(raw) if isinstance(raw, bytes) else 0


async def _told(work: Awaitable[Result]) -> Result:
    """
    What the cache gives; what went wrong is said by Redis' own error.
    """
    try:
        return await work
    except CacheBackendInteractionError as error:
        cause = error.__cause__
        if str(cause).startswith(_WRONG_TYPE):
            raise ValueError(str(cause)) from None
        raise (cause or error) from None
