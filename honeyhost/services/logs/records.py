"""
Records: what one of them says, and which of them somebody wants to see.
"""

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from honeyhost.errors import UsageError
from honeyhost.names import closest

Level = Literal["debug", "info", "warning", "error"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""From the least to the most urgent."""
NUMBERS: Mapping[Level, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
"""The levels as Python's logging counts them."""
_LONGEST_WORD = 40
HOST = "host"
"""What stands for the records of no plugin where a plugin is asked for; no plugin may be called so."""


class UnknownLevelError(UsageError):
    """
    There is no such level; ``level`` is the beginning of what was written in its place.
    """

    def __init__(self, level: str) -> None:
        near = closest(level.lower(), LEVELS)
        hint = f"did you mean {near}?" if near else f"the levels are {', '.join(LEVELS)}"
        super().__init__(f"there is no level '{level}'", hint=hint, level=level)
        self.level = level


def known_level(word: str) -> Level:
    """
    The level of this name.

    Raises:
        UnknownLevelError: if there is none; with the one that was probably meant.
    """
    for level in LEVELS:
        if level == word:
            return level
    raise UnknownLevelError(str(word)[:_LONGEST_WORD])


def level_of(number: int) -> Level:
    """
    The level of a record of Python's logging; whatever lies below info is debug.
    """
    return next((level for level in reversed(LEVELS) if number >= NUMBERS[level]), "debug")


@dataclass(frozen=True, kw_only=True, slots=True)
class LogRecord:
    """
    One record. ``fields`` hold JSON; the message may have any characters in it, and whoever shows it makes them visible.
    """

    sequence: int
    """Grows by one with each record of the process."""
    at: datetime
    level: Level
    message: str
    plugin: str | None = None
    """Whose it is; None for the host's own."""
    fields: Mapping[str, Any] = field(default_factory=dict)
    process: int = field(default_factory=os.getpid)
    """The number that the system gave the process."""

    def to_json(self) -> dict[str, Any]:
        """
        The record as JSON has it; the moment in UTC, to the millisecond.
        """
        return {
            "sequence": self.sequence,
            "at": self.at.isoformat(timespec="milliseconds"),
            "plugin": self.plugin,
            "level": self.level,
            "message": self.message,
            "fields": dict(self.fields),
            "process": self.process,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Which records somebody wants: all that is said here has to hold.
    """

    plugin: str | None = None
    """Those of one plugin, or of HOST."""
    levels: frozenset[Level] | None = None
    text: str | None = None
    """Somewhere in the message or the fields, in capitals or not."""

    @classmethod
    def of(cls, plugin: str | None = None, level: str | None = None, text: str | None = None) -> "Wanted":
        """
        Those of one plugin, at or above a level, with a text in them.

        Raises:
            UnknownLevelError: if there is no such level.
        """
        levels = None if level is None else frozenset(LEVELS[LEVELS.index(known_level(level)) :])
        return cls(plugin, levels, text.casefold() if text else None)

    def admits(self, record: LogRecord) -> bool:
        """
        Whether the record is one of them.
        """
        if self.plugin is not None and (record.plugin or HOST) != self.plugin:
            return False
        if self.levels is not None and record.level not in self.levels:
            return False
        return self.text is None or self._says(record, self.text)

    @staticmethod
    def _says(record: LogRecord, text: str) -> bool:
        return (
            text in record.message.casefold() or text in json.dumps(record.fields, ensure_ascii=False, default=str).casefold()
        )
