"""
Widgets: cards that something draws, and that can be drawn again.
"""

import re
from collections.abc import Iterator

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.manifest.model import PluginManifest, Widget
from honeyhost.manifest.positions import child
from honeyhost.manifest.rules.repetition import repeated
from honeyhost.manifest.syntax import excerpt

_EXPORT = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def widgets(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Each card is drawn by exactly one thing that exists.
    """
    yield from repeated([widget.id for widget in manifest.widgets], "widgets", "the widget", below="id")
    has_frontend = bool(manifest.frontend_entry or manifest.frontend_bundle)
    for index, widget in enumerate(manifest.widgets):
        path = child("widgets", index)
        yield from _drawn(widget, path, has_frontend=has_frontend)
        if widget.refresh_sec and not widget.refreshable:
            message = f"'refresh_sec: {widget.refresh_sec}' has no effect on a widget that is not refreshable"
            yield warning("widget-refresh", message, path=child(path, "refresh_sec"), hint="add 'refreshable: true'")


def _drawn(widget: Widget, path: str, *, has_frontend: bool) -> Iterator[Problem]:
    if (widget.handler is None) == (widget.block is None):
        found = "neither" if widget.handler is None else "both"
        message = f"the widget '{widget.id}' has {found} of 'handler' and 'block'"
        yield error("widget-source", message, path=path, hint="name exactly one: a function, or an export of the frontend")
    if widget.block is None:
        return
    if _EXPORT.fullmatch(widget.block) is None:
        message = f"'{excerpt(widget.block)}' is not the name of an export"
        yield error("widget-source", message, path=child(path, "block"), hint="write the name as the source exports it")
    elif not has_frontend:
        message = f"the block '{excerpt(widget.block)}' comes from a frontend that the plugin does not have"
        yield error("widget-source", message, path=child(path, "block"), hint="add 'frontend_entry', or use 'handler'")
