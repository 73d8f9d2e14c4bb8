"""
``token create``: make an access token.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from honeyhost.cli.opened import changes_by_user, open_stores
from honeyhost.cli.streams import Streams
from honeyhost.cli.tokens import show_issued
from honeyhost.errors import UsageError
from honeyhost.settings import Settings

_SPAN = re.compile(r"(\d{1,5})([mhdw])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def run(streams: Streams, *, name: str, rights: Mapping[str, Sequence[str]], expires: str | None, json: bool) -> int:
    """
    Make the token, and show its text this once.
    """
    ends = None if expires is None else _moment(expires)
    changes = changes_by_user(open_stores(Settings.load()))
    issued = changes.create_token(name, **rights, expires_at=ends)
    return show_issued(streams, issued, json=json)


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
