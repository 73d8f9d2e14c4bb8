"""
Watching: the plugin folders, for a host that takes up their changes at once. For development.

What is no code and no data of a plugin wakes nobody: caches, hidden files, copies that editors keep, what build tools write.
"""

import asyncio
import logging
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from honeyhost.errors import MissingExtraError

logger = logging.getLogger("honeyhost")
Changes = AsyncIterator[frozenset[str]]
"""Paths that changed, batch by batch; an empty batch says that something may have changed unseen."""
Identity = tuple[int, int]

_LONGEST = 10
"""A burst that does not end is taken up after so many times the debounce."""
_STEP_MS = 50
_LOOK_MS = 500
_NEVER = frozenset({"__pycache__", "node_modules"})
_BUILT = frozenset({"build", "dist"})
_COPY = re.compile(r".*(~|\.py[co]|\.bak|\.orig|\.rej|\.sw[a-z]|\.tmp|___jb_\w+___)|#.*#|4913")
"""``4913`` is what vim makes to see whether it may write."""


class Watching:
    """
    Takes up the changes of the plugin folders, one burst after the other.

    Args:
        roots: the folders that plugins lie in; one may be made later.
        take_up: told which paths changed, none where that is not known. What it raises is logged.
        debounce: seconds without a change that end a burst.
        source: what changed below the roots; the file system's own notices where left out.

    Raises:
        MissingExtraError: if the file system is to be watched and the extra ``watch`` is not installed.
    """

    def __init__(
        self,
        roots: Iterable[Path],
        take_up: Callable[[frozenset[str]], Awaitable[None]],
        *,
        debounce: float = 0.5,
        source: Callable[[], Changes] | None = None,
    ) -> None:
        self._roots = tuple(roots)
        self._take_up = take_up
        self._debounce = debounce
        self._source = source if source is not None else _file_system(self._roots)

    async def run(self) -> None:
        """
        Take up what changes, until cancelled. A change during a take-up leads to another one.
        """
        heard: asyncio.Queue[frozenset[str]] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(heard), name="honeyhost hearing of changed files")
            while True:
                await self._taken_up(await self._burst(heard))

    async def _listen(self, heard: "asyncio.Queue[frozenset[str]]") -> None:
        async for batch in self._source():
            found = frozenset(path for path in batch if self._touched(path) is not None)
            if found or not batch:
                heard.put_nowait(found)

    async def _burst(self, heard: "asyncio.Queue[frozenset[str]]") -> frozenset[str]:
        paths = await heard.get()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._debounce * _LONGEST):
                while True:
                    async with asyncio.timeout(self._debounce):
                        paths |= await heard.get()
        return paths

    async def _taken_up(self, paths: frozenset[str]) -> None:
        touched = sorted({name for path in paths if (name := self._touched(path)) is not None})
        if touched:
            logger.info("taking up changes of %s", ", ".join(touched), extra={"phase": "watch"})
        try:
            await self._take_up(paths)
        except Exception:
            logger.exception("changed plugin folders could not be taken up", extra={"phase": "watch"})

    def _touched(self, path: str) -> str | None:
        """
        What a changed path belongs to: a plugin, or a whole root; None where it is nobody's.
        """
        for root in self._roots:
            with suppress(ValueError):
                parts = Path(path).relative_to(root).parts
                return (parts[0] if parts else str(root)) if matters(parts) else None
        return None


def watch_library() -> Any:
    """
    The library that hears of changes from the file system.

    Raises:
        MissingExtraError: if it is not installed.
    """
    try:
        return import_module("watchfiles")
    except ModuleNotFoundError as missing:
        raise MissingExtraError("watch", needed_for="watching the plugin folders", module="watchfiles") from missing


def matters(parts: Sequence[str]) -> bool:
    """
    Whether a path below a root, given in its parts, can be code or data of a plugin.
    """
    if any(part.startswith(".") or part in _NEVER for part in parts) or not _BUILT.isdisjoint(parts[1:]):
        return False
    return not parts or _COPY.fullmatch(parts[-1]) is None


def _file_system(roots: Sequence[Path]) -> Callable[[], Changes]:
    awatch = watch_library().awatch
    return lambda: changes_below(roots, awatch)


async def changes_below(roots: Sequence[Path], awatch: Callable[..., Any]) -> Changes:
    """
    What the file system says, batch by batch. Once they are watched from then on, a root and a linked plugin that were not
    there before, or were another folder, count as changed; the first batch is empty.
    """
    polling = False
    missed: frozenset[str] | None = frozenset()
    while True:
        known = await asyncio.to_thread(_identities, roots)
        there = [root for root in roots if str(root) in known]
        try:
            async with aclosing(_batches(awatch, there, polling=polling)) as batches:
                async for batch in batches:
                    if batch or missed is not None:
                        yield batch | (missed or frozenset())
                    missed = _differing(known, await asyncio.to_thread(_identities, roots)) or None
                    if missed:
                        break
        except FileNotFoundError:  # gone between the look and the watch
            await asyncio.sleep(_LOOK_MS / 1000)
        except OSError as error:
            if polling:
                raise
            polling, missed = True, missed or frozenset()
            logger.warning("the plugin folders are looked at again and again: they cannot be watched: %s", error)


async def _batches(awatch: Callable[..., Any], there: Sequence[Path], *, polling: bool) -> AsyncGenerator[frozenset[str], None]:
    """
    As the library groups them; an empty one twice a second, from the moment that the folders are watched.
    """
    found = awatch(
        *there,
        watch_filter=None,
        debounce=_LOOK_MS,
        step=_STEP_MS,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        force_polling=polling or None,
        ignore_permission_denied=True,
    )
    async with aclosing(found):
        async for batch in found:
            yield frozenset(path for _, path in batch)


def _identities(roots: Iterable[Path]) -> Mapping[str, Identity]:
    """
    Which folders the roots, and the links to plugins in them, are at this moment.
    """
    found = {}
    for folder in _folders(roots):
        with suppress(OSError):
            status = os.stat(folder)  # noqa: PTH116 - asked twice a second
            found[folder] = (status.st_dev, status.st_ino)
    return found


def _folders(roots: Iterable[Path]) -> Iterator[str]:
    for root in map(str, roots):
        yield root
        with suppress(OSError), os.scandir(root) as entries:
            yield from [entry.path for entry in entries if entry.is_symlink()]


def _differing(before: Mapping[str, Identity], after: Mapping[str, Identity]) -> frozenset[str]:
    return frozenset(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
