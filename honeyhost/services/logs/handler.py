"""
The handler: records of Python's logging taken into the buffer while a host serves.
"""

import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from honeyhost.services.logs.attribution import error_of, plugin_of
from honeyhost.services.logs.bounds import LONGEST_MESSAGE, bounded, ending, shortened, spelled
from honeyhost.services.logs.buffer import LogBuffer
from honeyhost.services.logs.masks import Masks, masks_of
from honeyhost.services.logs.records import level_of

LOGGERS = ("", "honeyhost", "uvicorn", "uvicorn.error", "hypercorn.error")
"""Listened to: the root, and those that servers keep from it. Requests (``uvicorn.access``) are none of our records."""
KEPT = "honeyhost_kept"
"""The attribute of a record that says who has taken it: one may pass several loggers."""
STORED = "stored"
"""Said in it by whoever keeps the record without a handler."""
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message", "plugin", KEPT}
_OURS = frozenset({"logger", "exception", "traceback", "stack"})
_NOBODY: frozenset[str] = frozenset()


class BufferHandler(logging.Handler):
    """
    Takes records into a buffer, without secrets and within bounds. It raises nothing, and what is logged while it works is
    none of its records.

    Args:
        buffer: keeps them.
        secrets_of: the secrets of a plugin.
        others: the secrets to take out of records of no plugin.
        packages: plugins by their packages, where those do not lie in ``plugins``.
    """

    def __init__(
        self,
        buffer: LogBuffer,
        secrets_of: Callable[[str], frozenset[str]],
        *,
        others: Callable[[], frozenset[str]] = lambda: _NOBODY,
        packages: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        super().__init__()
        self._buffer = buffer
        self._secrets_of = secrets_of
        self._others = others
        self._packages = packages
        self._at_work = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        """
        Take one record, once.
        """
        taken = getattr(record, KEPT, ())
        if self in taken or getattr(self._at_work, "on", False):
            return
        setattr(record, KEPT, (*taken, self))
        self._at_work.on = True
        try:
            if not any(isinstance(one, BufferHandler) for one in taken):
                _show_unheard(record)
            if STORED not in taken:
                self._store(record)
        except Exception:  # noqa: BLE001 - whoever logs is not to suffer for it
            self.handleError(record)
        finally:
            self._at_work.on = False

    def _store(self, record: logging.LogRecord) -> None:
        plugin = plugin_of(record, self._packages)
        masks = masks_of(self._others() if plugin is None else self._secrets_of(plugin))
        message = shortened(masks.text(_message(record)), LONGEST_MESSAGE)
        self._buffer.add(level_of(record.levelno), message, plugin=plugin, fields=_fields(record, masks))


@contextmanager
def installed(
    buffer: LogBuffer,
    secrets_of: Callable[[str], frozenset[str]],
    *,
    others: Callable[[], frozenset[str]] = lambda: _NOBODY,
    packages: Callable[[], Mapping[str, str]] = dict,
) -> Iterator[BufferHandler]:
    """
    Meanwhile what is logged in this process goes into the buffer too. Levels and other handlers stay as they are.

    Args:
        buffer: as for :class:`BufferHandler`, like the others.
        secrets_of: the secrets of a plugin.
        others: the secrets to take out of records of no plugin.
        packages: plugins by their packages, where those do not lie in ``plugins``.
    """
    handler = BufferHandler(buffer, secrets_of, others=others, packages=packages)
    loggers = [logging.getLogger(name) for name in LOGGERS]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield handler
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()


def _show_unheard(record: logging.LogRecord) -> None:
    """
    Do what Python does for a record that no handler takes, and would not do because of ours: write a warning to standard error.
    """
    last = logging.lastResort
    if last is not None and record.levelno >= last.level and not _is_heard(record):
        last.handle(record)


def _is_heard(record: logging.LogRecord) -> bool:
    known = logging.root.manager.loggerDict.get(record.name)
    logger: logging.Logger | None = known if isinstance(known, logging.Logger) else logging.root
    while logger is not None:
        if any(not isinstance(handler, BufferHandler) for handler in logger.handlers):
            return True
        logger = logger.parent if logger.propagate else None
    return False


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - foreign code, or arguments that do not fit
        return f"{spelled(record.msg)} (its arguments cannot be shown: {type(error).__name__})"


def _fields(record: logging.LogRecord, masks: Masks) -> dict[str, Any]:
    """
    What else the record says: its logger, what came as ``extra``, its exception.
    """
    extra = {f"extra.{name}" if name in _OURS else name: value for name, value in vars(record).items() if name not in _USUAL}
    found = bounded({"logger": record.name, **extra}, masks)
    error = error_of(record)
    if error is not None:
        found |= bounded({"exception": error}, masks)
        found["traceback"] = ending(masks.text("".join(traceback.format_exception(error))), LONGEST_MESSAGE)
    if record.stack_info:
        found["stack"] = ending(masks.text(record.stack_info), LONGEST_MESSAGE)
    return found
