"""
What runs: whether every process has taken up what is wanted, what failed in it, and which tokens end soon.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from honeyhost.doctoring.finding import Check, broken, doubtful, noted, ok
from honeyhost.errors import HoneyhostError
from honeyhost.settings import Settings

_SOON = timedelta(days=7)


def processes(settings: Settings) -> Iterator[Check]:
    """
    The processes that are behind, and plugins that failed in them. Nothing where the database cannot be asked: that is told
    by another check.
    """
    try:
        stores = import_module("honeyhost.store.stores").Stores(
            import_module("honeyhost.store.database").Database(settings.database_url)
        )
        with closing(stores.database):
            status = import_module("honeyhost.overview").overview(settings, stores)
            tokens = stores.tokens.all()
    except (ModuleNotFoundError, HoneyhostError):
        return
    yield from _instances(status)
    yield from _failed(status)
    yield from _left(status)
    yield from _tokens(tokens, datetime.now(UTC))


def _instances(status: Any) -> Iterator[Check]:
    if not status.processes:
        yield noted("instances", "no process reports")
        return
    for process in status.processes:
        name = process.report.id
        if process.state == "behind":
            late = process.report.revision < status.revision
            fix = f"restart {name}" if late or process.report.snapshot is not None else f"honeyhost apply, or restart {name}"
            yield doubtful("instances", f"{name} {' and '.join(process.behind)}", fix)
        elif process.state == "stale":
            seen = process.report.seen_at.isoformat(timespec="seconds")
            yield doubtful("instances", f"{name} was last heard of at {seen}", "start it again; its row goes after ten minutes")
    if all(process.state == "current" for process in status.processes):
        number = len(status.processes)
        yield ok("instances", f"{number} of {number} run what is wanted")


def _failed(status: Any) -> Iterator[Check]:
    errors: defaultdict[str, list[str]] = defaultdict(list)
    for process in status.alive:
        for slug, facts in process.report.plugins.items():
            if facts.get("state") == "failed":
                errors[slug].append(str(facts.get("error") or "it does not say why"))
    for slug, said in sorted(errors.items()):
        text = f"{slug} failed on {len(said)} of {len(status.alive)}: {said[0]}"
        yield broken("failed", text, f"mend it, then honeyhost reload {slug}")


def _left(status: Any) -> Iterator[Check]:
    for slug in status.records:
        if errors := status.left(slug):
            text = f"{slug} goes on as it was on {len(errors)} of {len(status.alive)}: {errors[0]}"
            yield broken("left", text, f"mend it, then honeyhost reload {slug}")


def _tokens(records: Any, now: datetime) -> Iterator[Check]:
    for record in records:
        if record.expires_at is not None and record.valid_at(now) and record.expires_at - now < _SOON:
            ends = record.expires_at.isoformat(timespec="minutes")
            yield doubtful("tokens", f"{record.id} ({record.name}) ends at {ends}", f"honeyhost token create {record.name}")
