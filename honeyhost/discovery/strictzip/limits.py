"""
The limits: how much an archive may hold, asked of its directory before anything is decompressed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from honeyhost.diagnostics import Problem, error
from honeyhost.discovery.strictzip.layout import Entry

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """
    What is accepted at most. Sizes are in bytes, ``ratio`` is expanded size over compressed size.
    """

    archive: int = 256 * MEBIBYTE
    entries: int = 20_000
    file: int = 128 * MEBIBYTE
    total: int = 512 * MEBIBYTE
    ratio: int = 250
    ratio_from: int = MEBIBYTE
    """Below this size the ratio is not asked: a short file of one repeated line is no bomb."""


LIMITS = Limits()


def check_limits(entries: Sequence[Entry], limits: Limits) -> Iterator[Problem]:
    """
    What of the directory exceeds the limits. The declared sizes bind the reader: it never expands beyond them.
    """
    if len(entries) > limits.entries:
        found = len(entries)
        yield error("archive-too-large", f"it holds {found:,} entries, at most {limits.entries:,} are accepted", found=found)
    for entry in entries:
        yield from _check_file(entry, limits)
    total = sum(entry.size for entry in entries)
    if total > limits.total:
        yield error("archive-too-large", f"it expands to {total:,} bytes, at most {limits.total:,} are accepted", found=total)


def _check_file(entry: Entry, limits: Limits) -> Iterator[Problem]:
    if entry.size > limits.file:
        message = f"'{entry.name}' expands to {entry.size:,} bytes, at most {limits.file:,} are accepted"
        yield error("archive-too-large", message, entry=entry.name, found=entry.size)
    elif entry.size > limits.ratio_from and entry.size > limits.ratio * max(entry.compressed, 1):
        ratio = entry.size // max(entry.compressed, 1)
        message = f"'{entry.name}' expands {ratio:,}-fold, at most {limits.ratio}-fold is accepted"
        yield error("archive-too-large", message, entry=entry.name, found=ratio)
