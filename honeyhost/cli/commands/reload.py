"""
``reload``: load a plugin's code anew.
"""

from honeyhost.cli.changing import change, tell
from honeyhost.cli.streams import Streams
from honeyhost.settings import Settings


def run(streams: Streams, *, name: str, json: bool) -> int:
    """
    Ask every running host to load the plugin anew; what became of it stands in the status.
    """
    changed = change(Settings.load(), name, lambda changes, defaults: changes.request_reload(name, defaults=defaults))
    tell(streams, changed, "good", "is loaded anew by every running host", json=json, word="heard")
    if changed.taken_up is not None and changed.taken_up.serving and not json:
        streams.next("honeyhost status")
    return 0
