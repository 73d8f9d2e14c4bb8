"""
Tokens for people and for programs; the text of one is shown when it is made, and never again.
"""

from collections.abc import Iterable
from typing import Any

from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import Streams
from honeyhost.errors import UsageError
from honeyhost.store.records import IssuedToken, TokenRecord

_SHORTEST = 4


def show_issued(streams: Streams, issued: IssuedToken, *, json: bool) -> int:
    """
    The text of a new token alone on standard output, so that a script can keep it; the rest beside it.
    """
    record = issued.record
    if json:
        write_json(streams.out, document({"token": token_json(record), "secret": issued.secret}))
        return 0
    streams.answer([line(issued.secret)])
    streams.aside([line("token ", span(record.id, "bold"), f" ({record.name}), {rights(record)}; shown this once")])
    return 0


def rights(record: TokenRecord) -> str:
    """
    What a token is good for, in one line.
    """
    parts = (("scopes", record.scopes), ("groups", record.groups), ("permissions", record.permissions))
    return "; ".join(f"{word} {', '.join(sorted(values))}" for word, values in parts if values) or "no rights"


def token_json(record: TokenRecord) -> dict[str, Any]:
    """
    The token without its hash.
    """
    moments = ("created_at", "expires_at", "revoked_at", "last_used_at")
    return {
        "id": record.id,
        "name": record.name,
        "scopes": sorted(record.scopes),
        "groups": sorted(record.groups),
        "permissions": sorted(record.permissions),
        **{name: moment.isoformat() if (moment := getattr(record, name)) is not None else None for name in moments},
    }


def token_id(records: Iterable[TokenRecord], text: str) -> str:
    """
    The id that begins so, where it is the only one; else the text as it is, for the store to refuse.

    Raises:
        UsageError: if several ids begin so.
    """
    ids = [record.id for record in records if record.id.startswith(text)]
    if text in ids or len(text) < _SHORTEST or not ids:
        return text
    if len(ids) > 1:
        hint = f"write {' or '.join(sorted(ids)[:5])}"
        raise UsageError(f"{len(ids)} tokens have an id that begins with '{text}'", hint=hint)
    return ids[0]
