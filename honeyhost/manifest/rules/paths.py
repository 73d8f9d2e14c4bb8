"""
Paths of pages: what may stand in a menu, and where it leads.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from honeyhost.diagnostics import Problem, error
from honeyhost.manifest.syntax import excerpt

_ORDINARY = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+/?")
"""What nearly all paths look like, and nothing in it can mean something else."""
_NEVER = frozenset("\\<>\"'`{}|^ ")


def frontend_path(slug: str, path: str) -> str | None:
    """
    The full path of a plugin's page below the shell, or None where the text names no page of this plugin.

    The seed's ``/<slug>/x`` means ``/plugins/<slug>/x``. A query or fragment may follow.
    """
    if not _safe(path):
        return None
    place = re.split(r"[?#]", path, maxsplit=1)[0]
    if place == f"/{slug}" or place.startswith(f"/{slug}/"):
        return f"/plugins{path}"
    if place == f"/plugins/{slug}" or place.startswith(f"/plugins/{slug}/"):
        return path
    return None


def page(slug: str, path: str, place: str) -> Iterator[Problem]:
    """
    The problem of a path that is no page of this plugin.
    """
    if frontend_path(slug, path) is not None:
        return
    shown = excerpt(path)
    hint = f"write '/{slug}/…' or '/plugins/{slug}/…'"
    if _safe(path):
        message = f"'{shown}' is not a page of plugin '{slug}'"
        yield error("page-foreign", message, path=place, hint=hint, found=shown, plugin=slug)
    else:
        message = f"'{shown}' does not lead to a page inside the platform"
        yield error("page-unsafe", message, path=place, hint=hint, found=shown, plugin=slug)


def _safe(path: str) -> bool:
    """
    Whether a browser that follows the path stays on this platform, on the page that the text names.
    """
    if _ORDINARY.fullmatch(path):
        return True
    if not path.startswith("/") or not path.isprintable() or not _NEVER.isdisjoint(path):
        return False
    segments = re.split(r"[?#]", path, maxsplit=1)[0][1:].split("/")
    plain = segments[:-1] if segments[-1] == "" else segments
    return all(_plain(segment) for segment in plain)


def _plain(segment: str) -> bool:
    meant = unquote(segment)
    return meant not in ("", ".", "..") and meant.isprintable() and not any(sign in meant for sign in "/\\%")
