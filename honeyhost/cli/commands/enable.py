"""
``enable``: let a plugin answer.
"""

from honeyhost.cli.changing import change, tell
from honeyhost.cli.render.text import line, span
from honeyhost.cli.streams import Streams
from honeyhost.settings import Settings


def run(streams: Streams, *, name: str, json: bool) -> int:
    """
    Enable the plugin; one that is quarantined stays so until it is released.
    """
    changed = change(Settings.load(), name, lambda changes, defaults: changes.set_enabled(name, True, defaults=defaults))
    known = changed.before is None or changed.before.enabled
    tell(streams, changed, "good", "is enabled already" if known and changed.before else "is enabled", json=json)
    if json:
        return 0
    if changed.after.quarantine is not None:
        streams.next(f"honeyhost release {name}")
    elif changed.taken_up is not None and (errors := changed.taken_up.failures(name)):
        where = f"{len(errors)} of {len(changed.taken_up.serving)}"
        streams.aside([line(span("warning: ", "yellow"), f"it failed on {where}: {errors[0]}")])
        streams.next("honeyhost doctor")
    return 0
