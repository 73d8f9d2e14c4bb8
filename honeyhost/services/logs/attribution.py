"""
Attribution: the plugin that a record of Python's logging is of.
"""

import logging
import traceback
from collections.abc import Callable, Mapping
from types import TracebackType

from honeyhost.names import is_slug
from honeyhost.sdk.requires import current_plugin

_FOLDERS = "plugins"
"""The package of plugins that are folders."""


def plugin_of(record: logging.LogRecord, packages: Callable[[], Mapping[str, str]]) -> str | None:
    """
    The plugin of a record, by the first of these that says one: the record itself (``extra={"plugin": …}``), the code that
    runs, the logger, the exception; None for the host's own.

    Args:
        record: just made, in the thread and the task that made it.
        packages: plugins by their packages, where those do not lie in ``plugins``; asked where nothing else says it.
    """
    said = getattr(record, "plugin", None)
    if isinstance(said, str) and is_slug(said):
        return said
    plugin = current_plugin()
    if plugin is not None:
        return plugin
    known = packages()
    return owner(record.name, known) or _raiser(record, known)


def owner(name: str, packages: Mapping[str, str]) -> str | None:
    """
    The plugin in whose package a module or a logger of this name lies.

    A generation that has names of its own hangs its loggers below that of the package.
    """
    top, _, rest = name.partition(".")
    if top == _FOLDERS:
        slug = rest.partition(".")[0]
        return slug if is_slug(slug) else None
    place = name
    while place:
        if place in packages:
            return packages[place]
        place = place.rpartition(".")[0]
    known = logging.root.manager.loggerDict.get(top)
    above = known.parent if isinstance(known, logging.Logger) else None
    return None if above is None or above is logging.root else owner(above.name, packages)


def _raiser(record: logging.LogRecord, packages: Mapping[str, str]) -> str | None:
    """
    The plugin whose code was the last on the way to the exception.
    """
    error = error_of(record)
    return None if error is None else _last(error.__traceback__, packages)


def _last(trace: TracebackType | None, packages: Mapping[str, str]) -> str | None:
    names = [str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(trace)]
    return next((slug for name in reversed(names) if (slug := owner(name, packages)) is not None), None)


def error_of(record: logging.LogRecord) -> BaseException | None:
    """
    The exception that the record tells of.
    """
    told = record.exc_info
    error = told[1] if isinstance(told, tuple) else told
    return error if isinstance(error, BaseException) else None
