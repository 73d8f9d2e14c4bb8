"""
``release``: let a quarantined plugin start again.
"""

from honeyhost.cli.changing import change, tell
from honeyhost.cli.streams import Streams
from honeyhost.settings import Settings


def run(streams: Streams, *, name: str, json: bool) -> int:
    """
    Take the plugin out of quarantine.
    """
    changed = change(Settings.load(), name, lambda changes, defaults: changes.set_quarantine(name, None, defaults=defaults))
    held = changed.before is not None and changed.before.quarantine is not None
    tell(streams, changed, "good", "is released" if held else "was not quarantined", json=json)
    if not changed.after.enabled and not json:
        streams.next(f"honeyhost enable {name}")
    return 0
