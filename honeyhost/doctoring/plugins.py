"""
The plugins: what was found, what stands against it, who waits for a word of an operator, and whether all of it was applied.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from honeyhost.attach.frontend import frontend_entry, render_frontend_manifest
from honeyhost.diagnostics import Problem
from honeyhost.discovery.inventory import DiscoveryFailure
from honeyhost.doctoring.finding import Check, broken, doubtful, noted, ok
from honeyhost.manager.snapshot import Snapshot, settings_key
from honeyhost.recorded import DEFAULT_PREFIX, WAITING, settings_digest, snapshot_path
from honeyhost.settings import Settings
from honeyhost.standing import Standing
from honeyhost.survey import Survey

_MOST = 5
"""Names in one line; the others are counted."""
_FIX = "honeyhost apply"
_DONE_WITH = {"cache": ("cache", "cashews"), "http": ("http", "httpcore"), "email": ("mail", "aiosmtplib")}
"""By what plugins ask for: the extra, and the module that it brings."""


def findings(found: Survey) -> Iterator[Check]:
    """
    What cannot be read, what is rejected, what could not be attached, and what belongs to no plugin.
    """
    for failure in found.inventory.failures:
        yield _unreadable(failure)
    waiting, rejected = _refused(found)
    if waiting:
        text = f"{_listed(waiting)} {_verb(waiting, 'waits', 'wait')} for an answer to what is asked of the host"
        yield doubtful("grants", text, f"honeyhost grant {waiting[0]}")
    if rejected:
        yield doubtful(
            "rejected", f"{_listed(rejected)} {_verb(rejected, 'is', 'are')} rejected", f"honeyhost why {rejected[0]}"
        )
    for slug, problem in _unanswered(found):
        yield doubtful("grants", problem.message, problem.hint or f"honeyhost grant {slug}")
    yield from _libraries(found)
    failed = [plugin for plugin in found.resolution.accepted if found.state_of(plugin) == "failed"]
    for plugin in failed:
        yield broken("attach", found.failed[plugin.name].message, f"mend {plugin.name}, then {_FIX}")
    if not (waiting or rejected or failed or found.inventory.failures):
        yield ok("plugins", "every plugin that was found can be used")
    for finding in found.inventory.findings:
        yield doubtful("finding", finding.message, finding.hint or f"honeyhost explain {finding.code}")


def quarantine(standing: Standing) -> Iterator[Check]:
    """
    Plugins that stopped the host and were taken out.
    """
    for slug in standing.records:
        if standing.wish(slug) == "quarantined":
            (reason,) = standing.reasons(slug)
            yield broken("quarantine", f"{reason['message']}, and is left out", reason["hint"])


def applied(settings: Settings, found: Survey) -> Iterator[Check]:
    """
    Whether what was applied is what is found now, and the generated file what an apply would write.
    """
    snapshot = Snapshot.open(snapshot_path(settings))
    if snapshot is None:
        if any(plugin.origin.kind != "archive" for plugin in found.resolution.accepted):
            yield doubtful("snapshot", "nothing was applied yet; every start looks anew", _FIX, repair="apply")
        return
    key = {**settings_key(settings_digest(settings), DEFAULT_PREFIX), "fastapi": snapshot.key.get("fastapi", "")}
    if snapshot.tells(key, sys.path, settings.plugin_roots):
        yield ok("snapshot", f"{snapshot.digest.removeprefix('sha256:')[:8]} is what is found")
    else:
        yield doubtful("snapshot", "plugins or settings have changed since the last apply", _FIX, repair="apply")
    yield from _frontend(settings.frontend_manifest, found)


def _frontend(file: Path, found: Survey) -> Iterator[Check]:
    wanted = render_frontend_manifest(
        [
            entry
            for plugin in found.resolution.accepted
            if plugin.origin.kind != "archive" and found.state_of(plugin) != "disabled" and found.failure_of(plugin) is None
            if (entry := frontend_entry(plugin.manifest)) is not None
        ]
    )
    try:
        same = file.read_text(encoding="utf-8") == wanted
    except (OSError, UnicodeDecodeError):
        same = False
    if same:
        yield ok("frontend", f"{file.name} is what apply would write")
    else:
        yield broken("frontend", f"{file} is not what apply would write", _FIX, repair="apply")


def _unreadable(failure: DiscoveryFailure) -> Check:
    target = failure.name or failure.origin.location
    problem: Problem | None = next((problem for problem in failure.problems if problem.severity == "error"), None)
    said = f": {problem.message}" if problem is not None else ""
    return broken("unreadable", f"{target} cannot be read{said}", f"honeyhost check {target}")


def _refused(found: Survey) -> tuple[list[str], list[str]]:
    """
    The rejected plugins that only wait for an answer, and the others.
    """
    waiting: list[str] = []
    rejected: list[str] = []
    for rejection in found.resolution.rejected:
        only_waits = all(reason.code == WAITING for reason in rejection.reasons)
        (waiting if only_waits else rejected).append(rejection.plugin.name)
    return waiting, rejected


def _unanswered(found: Survey) -> Iterator[tuple[str, Problem]]:
    """
    What new versions ask for and nobody has answered.
    """
    for plugin in found.resolution.accepted:
        for problem in found.resolution.warnings_of(plugin):
            if problem.code == "grant-open":
                yield plugin.name, problem


def _libraries(found: Survey) -> Iterator[Check]:
    """
    Whether the libraries are installed that what plugins ask for is done with.
    """
    asked = {wanted.type for plugin in found.resolution.accepted for wanted in plugin.manifest.host_permissions}
    for kind, (extra, module) in _DONE_WITH.items():
        if kind in asked and find_spec(module) is None:
            said = f"plugins ask for '{kind}', and the extra '{extra}' is not installed: what they ask of it fails"
            yield doubtful("extras", said, f"pip install 'honeyhost[{extra}]'")


def _listed(names: Iterable[str]) -> str:
    known = list(dict.fromkeys(names))
    more = f" and {len(known) - _MOST} more" if len(known) > _MOST else ""
    return ", ".join(known[:_MOST]) + more


def _verb(names: Sequence[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many


def counted(found: Survey, milliseconds: float) -> Check:
    """
    The host, and how long looking for its plugins took.
    """
    profile, number = found.profile, len(found.inventory.plugins) + len(found.inventory.failures)
    word = "plugin" if number == 1 else "plugins"
    text = f"{profile.host_version} on Python {profile.python_version}; {number} {word} found in {milliseconds:.0f} ms"
    return ok("host", text)


def trust(settings: Settings) -> Iterator[Check]:
    """
    That unsigned plugins are let in without a word, where they are.
    """
    if settings.trust == "off":
        yield noted("trust", "off: unsigned plugins are met with nothing")
