"""
``disable``: let a plugin answer no more.
"""

from honeyhost.cli.changing import change, tell
from honeyhost.cli.streams import Streams
from honeyhost.settings import Settings


def run(streams: Streams, *, name: str, json: bool) -> int:
    """
    Disable the plugin.
    """
    changed = change(Settings.load(), name, lambda changes, defaults: changes.set_enabled(name, False, defaults=defaults))
    already = changed.before is not None and not changed.before.enabled
    return tell(streams, changed, "off", "is disabled already" if already else "is disabled", json=json)
