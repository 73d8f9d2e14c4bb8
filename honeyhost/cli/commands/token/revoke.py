"""
``token revoke``: end a token.
"""

from honeyhost.cli.opened import changes_by_user, open_stores
from honeyhost.cli.output import document, write_json
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import Streams
from honeyhost.cli.tokens import token_id, token_json
from honeyhost.settings import Settings


def run(streams: Streams, *, token: str, json: bool) -> int:
    """
    End the token; one that was ended before stays so.
    """
    stores = open_stores(Settings.load())
    record = changes_by_user(stores).revoke_token(token_id(stores.tokens.all(), token))
    if json:
        write_json(streams.out, document({"token": token_json(record)}))
    else:
        streams.answer([line(streams.out.glyphs.mark("off"), span(record.id, "bold"), f" ({record.name}) is revoked")])
    return 0
