"""
Tables: columns side by side where they fit, fewer columns where they do not, a block for each row where nothing fits.

Nothing is ever cut. Without a width (no terminal reads it) each row is one line.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from honeyhost.cli.render.text import Line, Span, indented, joined, line, line_cells, padded, wrapped

GAP = 2
BLOCKS_BELOW = 60
"""Terminals narrower than this show a block for each row."""
COMFORTABLE = 32
"""Cells that the last column may claim before another column stays."""
_BLOCK_INDENT = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """
    A column; those with a ``leaves`` number go first where the terminal is narrow, the lowest number before the others.
    """

    title: str
    leaves: int | None = None


def table(columns: Sequence[Column], rows: Sequence[Sequence[Line]], width: int | None, *, indent: int = 0) -> list[Line]:
    """
    The rows under their titles. ``indent`` moves the first title over the glyph that the first cells begin with.
    """
    if not rows:
        return []
    kept = _kept(columns, rows, width)
    sizes = [max(len(columns[index].title), *(line_cells(row[index]) for row in rows)) for index in kept]
    room = None if width is None else width - sum(sizes[:-1]) - GAP * (len(sizes) - 1)
    if width is not None and room is not None and (width < BLOCKS_BELOW or room < min(sizes[-1], COMFORTABLE // 2)):
        return [content for row in rows for content in _block(columns, row, width)]
    titles = [line(Span(" " * (indent if index == 0 else 0) + columns[index].title, "dim")) for index in kept]
    lines = [_row(titles, sizes)] if any(column.title for column in columns) else []
    for row in rows:
        lines += _wrapped_row([row[index] for index in kept], sizes, room)
    return lines


def _kept(columns: Sequence[Column], rows: Sequence[Sequence[Line]], width: int | None) -> list[int]:
    """
    The columns that stay: one after the other leaves until the last one has room.
    """
    kept = list(range(len(columns)))
    if width is None:
        return kept
    sizes = [max(len(column.title), *(line_cells(row[index]) for row in rows)) for index, column in enumerate(columns)]
    leaving = sorted(
        (column.leaves, index) for index, column in enumerate(columns) if column.leaves is not None and index != kept[-1]
    )
    for _, index in leaving:
        taken = sum(sizes[other] + GAP for other in kept[:-1])
        if width - taken >= min(sizes[-1], COMFORTABLE):
            break
        kept.remove(index)
    return kept


def _wrapped_row(row: Sequence[Line], sizes: Sequence[int], room: int | None) -> list[Line]:
    first, *rest = wrapped(row[-1], room)
    hanging = sum(sizes[:-1]) + GAP * (len(sizes) - 1)
    return [_row([*row[:-1], first], sizes), *(indented(more, hanging) for more in rest)]


def _row(row: Sequence[Line], sizes: Sequence[int]) -> Line:
    filled = [padded(cell, size) for cell, size in zip(row, sizes, strict=True)]
    return tuple(part for number, cell in enumerate(filled) for part in (*((Span(" " * GAP),) if number else ()), *cell))


def _block(columns: Sequence[Column], row: Sequence[Line], width: int) -> list[Line]:
    """
    What cannot leave stands in the first line, the rest below it, each with its title.
    """
    last = len(columns) - 1
    head = joined((cell for index, cell in enumerate(row) if columns[index].leaves is None and index != last), "  ")
    lines = wrapped(head, width)
    for index, cell in enumerate(row):
        if line_cells(cell) and (index == last or columns[index].leaves is not None):
            titled = (Span(columns[index].title.lower() + " ", "dim"), *cell)
            lines += [indented(part, _BLOCK_INDENT) for part in wrapped(titled, width - _BLOCK_INDENT)]
    return lines
