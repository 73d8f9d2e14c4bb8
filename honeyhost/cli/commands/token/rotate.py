"""
``token rotate``: give a token a new text.
"""

from honeyhost.cli.opened import changes_by_user, open_stores
from honeyhost.cli.streams import Streams
from honeyhost.cli.tokens import show_issued, token_id
from honeyhost.settings import Settings


def run(streams: Streams, *, token: str, json: bool) -> int:
    """
    Rotate the token, and show its new text this once.
    """
    stores = open_stores(Settings.load())
    issued = changes_by_user(stores).rotate_token(token_id(stores.tokens.all(), token))
    return show_issued(streams, issued, json=json)
