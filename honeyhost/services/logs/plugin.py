"""
The log of one plugin: ``host.log``.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from honeyhost.errors import OperationLimitedError, OperationRefusedError
from honeyhost.names import visible
from honeyhost.sdk.operations import LOG
from honeyhost.services.guard import Guard
from honeyhost.services.logs.bounds import LONGEST_MESSAGE, bounded, shortened, spelled
from honeyhost.services.logs.buffer import LogBuffer
from honeyhost.services.logs.handler import KEPT, STORED
from honeyhost.services.logs.masks import masks_of
from honeyhost.services.logs.records import NUMBERS, UnknownLevelError, known_level

_CALLER = 3
"""Frames between the plugin's code and the logger."""


class PluginLog:
    """
    ``host.log`` of one plugin. What it writes is kept, and goes on to Python's logger ``honeyhost.plugin.<slug>``.

    Args:
        guard: of the plugin.
        buffer: keeps the records.
        secrets: the texts that are secret in the plugin's configuration of this moment.
    """

    def __init__(self, guard: Guard, buffer: LogBuffer, *, secrets: Callable[[], frozenset[str]]) -> None:
        self._guard = guard
        self._buffer = buffer
        self._secrets = secrets
        self._logger = logging.getLogger(f"honeyhost.plugin.{guard.slug}")

    def write(self, level: str, message: str, fields: Mapping[str, Any] | None = None) -> None:
        """
        One record; ``level`` is debug, info, warning or error. Needs no grant.

        Where the operator limits how much a plugin logs, what is too much is counted and left out: nobody's work fails
        because of what is said about it.

        Raises:
            OperationRefusedError: if there is no such level.
        """
        self._write(level, message, fields or {})

    def debug(self, message: str, **fields: Any) -> None:
        """
        A record for whoever looks closely.
        """
        self._write("debug", message, fields)

    def info(self, message: str, **fields: Any) -> None:
        """
        A record of what happened.
        """
        self._write("info", message, fields)

    def warning(self, message: str, **fields: Any) -> None:
        """
        A record of what somebody should look at.
        """
        self._write("warning", message, fields)

    def error(self, message: str, **fields: Any) -> None:
        """
        A record of what went wrong.
        """
        self._write("error", message, fields)

    def _write(self, level: str, message: str, fields: Mapping[str, Any]) -> None:
        slug = self._guard.slug
        try:
            self._guard.admit(LOG)
        except OperationLimitedError:
            return
        try:
            known = known_level(level)
        except UnknownLevelError as error:
            self._guard.tally(LOG).errors += 1
            said = f"plugin '{slug}' logs at the level '{error.level}', and there is none of that name"
            raise OperationRefusedError(said, hint=error.hint, plugin=slug, operation=LOG.name) from None
        masks = masks_of(self._secrets())
        text = shortened(masks.text(spelled(message)), LONGEST_MESSAGE)
        kept = bounded(fields, masks)
        self._buffer.add(known, text, plugin=slug, fields=kept)
        extra = {"plugin": slug, "fields": kept, KEPT: (STORED,)}
        self._logger.log(NUMBERS[known], visible(text), extra=extra, stacklevel=_CALLER)
        self._guard.tally(LOG).done += 1
