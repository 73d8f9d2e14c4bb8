"""
A verdict on a terminal: the rules that failed with what was wanted and found, and the smallest change.

::

    healthcare 0.3.0 is rejected: 1 of 14 rules failed
    ✗ host-too-old   wanted host >=2.1    found 1.9.4
                     plugins/healthcare/plugin.yaml:4:20 | HONEYHOST_HOST_VERSION
    ✓ 13 rules passed (-v shows each with its fact and source)
    smallest change: host 2.1 or newer
"""

from collections.abc import Iterable, Sequence

from honeyhost.cli.render.glyphs import Glyphs
from honeyhost.cli.render.problems import counted, headline, help_line
from honeyhost.cli.render.text import Line, Span, cells, indented, line, line_cells, padded, span, wrapped
from honeyhost.resolver.checks import Check
from honeyhost.resolver.explanation import Explanation

_GAP = 3


def verdict_lines(
    explanation: Explanation, glyphs: Glyphs, width: int | None, *, verbose: bool = False, note: str = ""
) -> list[Line]:
    """
    The whole verdict. ``note`` stands behind the word accepted (``, and disabled``).
    """
    lines = [_headline(explanation, note)]
    lines += _failed(explanation.failed, glyphs, width)
    lines += [line("  ", drawn) for drawing in explanation.drawings for drawn in drawing]
    for warning in explanation.warnings:
        lines.append(headline(warning))
        lines += [help_line(warning.hint)] if warning.hint else []
    lines += _passed(explanation, glyphs, width, verbose=verbose)
    if explanation.smallest_change:
        lines += wrapped(line(span("smallest change: ", "bold"), explanation.smallest_change), width)
    return lines


def _headline(explanation: Explanation, note: str) -> Line:
    subject = span(f"{explanation.name} {explanation.version}", "bold")
    if explanation.verdict == "accepted":
        return line(subject, " is ", span("accepted", "green"), note)
    failed = f": {explanation.failed_rules} of {counted(explanation.rules, 'rule')} failed"
    return line(subject, " is ", span("rejected", "red"), failed)


def _failed(checks: Sequence[Check], glyphs: Glyphs, width: int | None) -> list[Line]:
    """
    Wanted and found in columns; below each other where the terminal is too narrow.
    """
    heads = [line(span(check.reason.code if check.reason else check.rule, "cyan")) for check in checks]
    wants = [line(f"wanted {check.reason.wanted}") if check.reason else line(check.message) for check in checks]
    finds = [line(f"found {check.reason.found}") if check.reason else () for check in checks]
    first = max(map(line_cells, heads), default=0) + _GAP
    second = max(map(line_cells, wants), default=0) + _GAP
    margin = cells(glyphs.mark("bad").text)
    lines: list[Line] = []
    for check, head, want, find in zip(checks, heads, wants, finds, strict=True):
        row = (glyphs.mark("bad"), *padded(head, first), *padded(want, second), *find)
        if width is None or line_cells(row) <= width:
            lines.append(row)
            lines.append(indented(line(span(check.source, "dim")), margin + first))
        else:
            lines.append((glyphs.mark("bad"), *head))
            lines += _below((want, find, line(span(check.source, "dim"))), margin + 2, width)
    return lines


def _below(parts: Iterable[Line], margin: int, width: int) -> list[Line]:
    return [indented(piece, margin) for part in parts if part for piece in wrapped(part, width - margin)]


def _passed(explanation: Explanation, glyphs: Glyphs, width: int | None, *, verbose: bool) -> list[Line]:
    passed = [check for check in explanation.checks if check.passed]
    number = explanation.rules - explanation.failed_rules
    more = "" if verbose else " (-v shows each with its fact and source)"
    lines = [line(glyphs.mark("good"), f"{counted(number, 'rule')} passed{more}")] if number else []
    if not verbose:
        return lines
    first = max((cells(check.rule) for check in passed), default=0) + _GAP
    for check in passed:
        head = (*padded(line("  ", span(check.rule, "cyan")), first + 2), *line(check.message))
        lines += wrapped(head, width) if width is not None and line_cells(head) > width else [head]
        lines.append(indented((Span("", ""), *line(span(check.source, "dim"))), first + 2))
    return lines
