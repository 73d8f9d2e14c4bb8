"""
Report: headlines as tables, for a terminal and for ``README.md``.
"""

import json
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from os import cpu_count
from pathlib import Path
from typing import Any

from outcome import Headline, Row, Verdict
from peers import versions

_MEASURED = ("honeyhost", "fastapi", "starlette", "pydantic", "pydantic-settings", "importlib_metadata", "PyYAML", "typer")
_PEERS = ("litestar", "Flask", "Django", "stevedore", "pluggy", "npe2", "datasette", "pip")
_METHOD = (
    "All alternatives take turns, in short batches of one process or in fresh interpreters, and a figure is the median of the "
    "CPU time of one operation: on a shared machine it is steady where wall time is not. Ratios are what counts; wall time "
    "stands beside it where work waits. The floor runs beside the others each time. `nox -s bench` runs the short form, which "
    "fails where a ratio misses its target by more than 25 %. P5 and P13 to P17 measure rooms that are not built yet."
)
_SCALES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))
_MEGABYTE = 1e6


def text(headline: Headline) -> str:
    """
    One headline for a terminal.
    """
    table = _table(headline)
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    lines = ["  ".join(_padded(line, widths)).rstrip() for line in table]
    lines[1:1] = ["  ".join("-" * width for width in widths)]
    lacks = [f"  {name}: {what}" for name, what in _lacks(headline).items()]
    verdicts = [f"  {_word(verdict):7} {_said(verdict)}" for verdict in headline.verdicts]
    notices = [f"  note    {notice}" for notice in headline.notices]
    head = [f"{headline.identifier} {headline.title}", headline.method, ""]
    return "\n".join([*head, *lines, "", *(["not done by", *lacks, ""] if lacks else []), *verdicts, *notices, ""])


def markdown(headlines: Sequence[Headline], command: str) -> str:
    """
    All headlines as a page.
    """
    missed = [(headline, verdict) for headline in headlines for verdict in headline.verdicts if not verdict.met]
    return "\n".join([*_page_head(command), *_summary(headlines, missed), *(_section(headline) for headline in headlines)])


def as_json(headlines: Sequence[Headline], command: str) -> str:
    """
    All figures, for a program.
    """
    document = {"command": command, "about": _about(), "headlines": [_plain(headline) for headline in headlines]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _page_head(command: str) -> list[str]:
    facts = [f"- {name}: {value}" for name, value in _about().items()]
    return ["# Benchmarks", "", "Made by the command below; do not edit.", "", f"    {command}", "", *facts, "", _METHOD, ""]


def _about() -> dict[str, str]:
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "machine": f"{platform.system()} {platform.machine()}, {cpu_count()} processors{_processor()}",
        "measured": versions(_MEASURED),
        "peers": versions(_PEERS),
    }


def _processor() -> str:
    """
    The processor's model, where the system says it: a fact of the machine that names no machine.
    """
    file = Path("/proc/cpuinfo")
    if sys.platform != "linux" or not file.is_file():
        return ""
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return f" ({value.strip()})"
    return ""


def _summary(headlines: Sequence[Headline], missed: Sequence[tuple[Headline, Verdict]]) -> Iterator[str]:
    yield "| | headline | figure | target | |"
    yield "|---|---|---|---|---|"
    for headline in headlines:
        for verdict in headline.verdicts:
            figures = f"{_number(verdict.actual, verdict.unit)} | {_number(verdict.target, verdict.unit)}"
            yield f"| {headline.identifier} | {headline.title}: {verdict.claim} | {figures} | {_word(verdict)} |"
    yield ""
    if missed:
        yield "## Missed"
        yield ""
        for headline, verdict in missed:
            yield f"- **{headline.identifier} {verdict.claim}**: {verdict.why or 'the cause is not known yet'}."
        yield ""


def _section(headline: Headline) -> str:
    head, *lines = _table(headline)
    rows = [f"| {' | '.join(line)} |" for line in lines]
    lacks = [f"- {name}: {what}." for name, what in _lacks(headline).items()]
    notices = [f"- Not measured: {notice}." for notice in headline.notices]
    return "\n".join(
        [
            f"## {headline.identifier} {headline.title}",
            "",
            headline.method,
            "",
            f"| {' | '.join(head)} |",
            "|" + "---|" * len(head),
            *rows,
            "",
            *(["What the others do not do:", "", *lacks, ""] if lacks else []),
            *([*notices, ""] if notices else []),
        ]
    )


def _table(headline: Headline) -> list[list[str]]:
    """
    One line for each alternative, one column for each size.
    """
    sizes = sorted({row.size for row in headline.rows}, key=lambda size: size or 0)
    names = list(dict.fromkeys(row.name for row in headline.rows))
    cells = {(row.name, row.size): _cell(row) for row in headline.rows}
    counted = [f"{size} plugin{'' if size == 1 else 's'}" if size is not None else "alone" for size in sizes]
    return [["", *counted], *([name, *(cells.get((name, size), "") for size in sizes)] for name in names)]


def _cell(row: Row) -> str:
    parts = [_number(row.value, row.unit)]
    if row.ratio is not None:
        parts.append(f"({_number(row.ratio, 'x')})")
    if row.wall is not None:
        parts.append(f"wall {_number(row.wall, row.unit)}")
    return " ".join(parts)


def _lacks(headline: Headline) -> dict[str, str]:
    return {row.who or row.name: row.lacks for row in headline.rows if row.lacks}


def _number(value: float, unit: str) -> str:
    if unit == "x":
        return f"{_digits(value)}x"
    if unit == "":
        return f"{value:g}"
    if unit == "KiB":
        return f"{_digits(value)} KiB"
    if unit == "B":
        return f"{_digits(value / _MEGABYTE)} MB"
    scale, word = next(((scale, word) for scale, word in _SCALES if abs(value) >= scale), _SCALES[-1])
    return f"{_digits(value / scale)} {word}"


def _digits(value: float) -> str:
    """
    Three significant digits; more would be the machine's mood.
    """
    for bound, places in ((99.95, 0), (9.995, 1), (0.9995, 2), (0.0995, 3)):
        if abs(value) >= bound:
            return f"{value:.{places}f}"
    return f"{value:.4f}"


def _word(verdict: Verdict) -> str:
    return "met" if verdict.met else "MISSED"


def _said(verdict: Verdict) -> str:
    return f"{verdict.claim}: {_number(verdict.actual, verdict.unit)}, at most {_number(verdict.target, verdict.unit)}"


def _padded(line: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for number, (cell, width) in enumerate(zip(line, widths, strict=True)):
        yield cell.ljust(width) if number == 0 else cell.rjust(width)


def _plain(headline: Headline) -> dict[str, Any]:
    plain = asdict(headline)
    for verdict, given in zip(plain["verdicts"], headline.verdicts, strict=True):
        verdict["met"] = given.met
    return plain
