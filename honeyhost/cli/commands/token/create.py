"""
``token create``: make an access token.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from honeyhost.cli.opened import changes_by_user, open_stores
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import Streams
from honeyhost.cli.tokens import show_issued
from honeyhost.errors import UsageError
from honeyhost.names import closest, permission_reserved
from honeyhost.settings import Settings
from honeyhost.store.stores import Stores

_SPAN = re.compile(r"(\d{1,5})([mhdw])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_EVERYTHING = "*"


def run(streams: Streams, *, name: str, rights: Mapping[str, Sequence[str]], expires: str | None, json: bool) -> int:
    """
    Make the token, and show its text this once.
    """
    ends = None if expires is None else _moment(expires)
    settings = Settings.load()
    stores = open_stores(settings)
    issued = changes_by_user(stores).create_token(name, **rights, expires_at=ends)
    show_issued(streams, issued, json=json)
    if not json:
        for doubt in _doubts(settings, stores, rights):
            streams.aside([line(span("warning: ", "yellow"), doubt)])
    return 0


def _doubts(settings: Settings, stores: Stores, rights: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """
    The rights that nothing here knows. They may belong to a plugin that is still to come, so they are kept.
    """
    permissions = {record.id for record in stores.catalog.permissions()} | {*settings.platform_permissions, _EVERYTHING}
    for permission in rights["permissions"]:
        if permission not in permissions and not permission_reserved(permission):
            yield f"no attached plugin declares the permission '{permission}'{_near(permission, permissions)}"
    groups = {record.name for record in stores.catalog.groups()}
    for group in rights["groups"]:
        if group not in groups:
            yield f"there is no group '{group}' yet{_near(group, groups)}"


def _near(word: str, known: Iterable[str]) -> str:
    near = closest(word, known)
    return f"; did you mean {near}?" if near else ""


def _moment(text: str) -> datetime:
    found = _SPAN.fullmatch(text)
    if found is not None:
        return datetime.now(UTC) + int(found[1]) * _UNITS[found[2]]
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(
            f"'{text}' is neither a span nor a moment with its zone",
            hint="write 90d, 12h, 30m or 2w, or a moment as 2027-01-31T12:00+00:00",
        )
    return moment
