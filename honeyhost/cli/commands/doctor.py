"""
``doctor``: examine the platform, and say how to mend it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module

from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.glyphs import Mark
from honeyhost.cli.render.problems import counted
from honeyhost.cli.render.text import Line, cells, indented, line, span, wrapped
from honeyhost.cli.streams import Screen, Streams
from honeyhost.doctoring import Check, Repair, Status, examine
from honeyhost.settings import Settings

_MARKS: Mapping[Status, Mark] = {"ok": "good", "info": "note", "warning": "alert", "error": "bad"}
_GAP = 2


def run(streams: Streams, *, fix: bool, json: bool) -> int:
    """
    Tell every finding; 1 where one is an error. With ``fix`` what can be mended without a decision is, and told before.
    """
    settings = Settings.load()
    checks = examine(settings)
    mended = _mend(streams, settings, checks) if fix else ()
    if mended:
        checks = examine(settings)
    if json:
        body = {"checks": [check.to_json() for check in checks]}
        write_json(streams.out, document({**body, "mended": list(mended)} if fix else body))
    else:
        streams.answer(_lines(checks, streams.out))
        _conclude(streams, checks, fix=fix)
    return int(any(check.status == "error" for check in checks))


def _mend(streams: Streams, settings: Settings, checks: Sequence[Check]) -> tuple[Repair, ...]:
    """
    Say what will be done, and do it.
    """
    wanted = {check.repair: check.id for check in checks if check.repair is not None}
    repairs = tuple(repair for repair in _REPAIRS if repair in wanted)
    for repair in repairs:
        names = ", ".join(dict.fromkeys(check.id for check in checks if check.repair == repair))
        streams.aside([line(span("will ", "yellow"), f"{_WORDS[repair]} (mends {names})")])
    for repair in repairs:
        _REPAIRS[repair](settings)
    if not repairs:
        streams.aside([line("nothing can be mended without a decision of yours")])
    return repairs


def _migrate(settings: Settings) -> None:
    import_module("honeyhost.store.database").Database(settings.database_url).migrate()


def _apply(settings: Settings) -> None:
    import_module("honeyhost.applying").apply(settings)


_REPAIRS: Mapping[Repair, Callable[[Settings], None]] = {"migrate": _migrate, "apply": _apply}
"""In the order in which they are done."""
_WORDS: Mapping[Repair, str] = {"migrate": "bring the tables up to date", "apply": "apply the plan"}


def _lines(checks: Iterable[Check], out: Screen) -> list[Line]:
    known = list(checks)
    wide = max((cells(check.id) for check in known), default=0) + _GAP
    margin = cells(out.glyphs.mark("good").text) + wide
    lines: list[Line] = []
    for check in known:
        room = None if out.width is None else max(out.width - margin, 20)
        first, *more = wrapped(line(check.message), room)
        name = span(check.id.ljust(wide), "bold")
        lines.append((out.glyphs.mark(_MARKS[check.status]), *_word(check, out), name, *first))
        lines += [indented(part, margin) for part in more]
        if check.fix is not None:
            lines += [indented(part, margin) for part in wrapped(line(span("fix: ", "green"), check.fix), room)]
        if check.text is not None:  # to be copied: neither wrapped nor indented
            lines += [line(part) for part in check.text.splitlines()]
    return lines


def _word(check: Check, out: Screen) -> Line:
    """
    The status as a word for readers who asked for no glyphs.
    """
    return () if out.glyphs.good else line(f"{check.status}: ")


def _conclude(streams: Streams, checks: Sequence[Check], *, fix: bool) -> None:
    counts = Counter(check.status for check in checks)
    parts = [counted(counts[status], status) for status in ("error", "warning") if counts[status]]
    streams.aside([line(", ".join([*parts, f"{counts['ok']} passed"]))])
    first = _first(checks)
    if first is not None and first.fix is not None:
        streams.next("honeyhost doctor --fix" if first.repair is not None and not fix else first.fix)


def _first(checks: Sequence[Check]) -> Check | None:
    order: tuple[Status, ...] = ("error", "warning")
    return next((check for status in order for check in checks if check.status == status), None)
