"""
Menus: entries that lead to this plugin's pages, are told apart, and do not go round in circles.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.manifest.model import MenuItem, PluginManifest
from honeyhost.manifest.positions import child
from honeyhost.manifest.rules.paths import frontend_path, page
from honeyhost.manifest.rules.repetition import repeated
from honeyhost.manifest.syntax import excerpt
from honeyhost.manifest.types import ICON_PATTERN

MAX_MENU_DEPTH = 4

_ICON = re.compile(ICON_PATTERN)
_ICON_MAX_LENGTH = 64


@dataclass(frozen=True, slots=True)
class _Placed:
    """
    An entry, its path in the document, how deep it stands, and under which entry.
    """

    item: MenuItem
    path: str
    depth: int
    parent: str | None


def nav(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Entries of the sidebar.
    """
    ids = []
    for index, item in enumerate(manifest.nav):
        path = child("nav", index)
        leads_to = frontend_path(manifest.name, item.path)
        if leads_to is None:
            yield from page(manifest.name, item.path, child(path, "path"))
        if item.icon is not None:
            yield from _icon(item.icon, path)
        ids.append(item.id or leads_to or item.path)
    yield from repeated(ids, "nav", "the entry")


def menu_items(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Entries of any menu, in depth.
    """
    if not manifest.menu_items:
        return
    places = list(_placed(manifest.menu_items, "menu_items", 1, None))
    for place in places:
        if place.item.path is not None:
            yield from page(manifest.name, place.item.path, child(place.path, "path"))
        yield from _icon(place.item.icon, place.path)
        yield from _standing(place.item, place.path, place.depth)
    yield from _told_apart(places, set(_nav_ids(manifest)))
    yield from _circles(places)


def landing_page(manifest: PluginManifest) -> Iterator[Problem]:
    """
    People arrive at a page of this plugin.
    """
    if manifest.landing_page is not None:
        yield from page(manifest.name, manifest.landing_page.path, "landing_page.path")


def hidden_items(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Each entry of the platform is hidden once.
    """
    yield from repeated(manifest.hide_menu_items, "hide_menu_items", "the entry", harmless=True)


def _nav_ids(manifest: PluginManifest) -> list[str]:
    return [item.id or frontend_path(manifest.name, item.path) or item.path for item in manifest.nav]


def _icon(icon: str | None, path: str) -> Iterator[Problem]:
    if icon is not None and (len(icon) > _ICON_MAX_LENGTH or _ICON.fullmatch(icon) is None):
        message = f"'{excerpt(icon)}' is not the name of an icon"
        hint = "write a name of the Lucide set, as users or book-open; markup and addresses are not read"
        yield error("icon-invalid", message, path=child(path, "icon"), hint=hint, found=excerpt(icon))


def _placed(items: tuple[MenuItem, ...], path: str, depth: int, above: str | None) -> Iterator[_Placed]:
    for index, item in enumerate(items):
        place = child(path, index)
        yield _Placed(item, place, depth, above or item.parent)
        yield from _placed(item.children, child(place, "children"), depth + 1, item.id)


def _standing(item: MenuItem, path: str, depth: int) -> Iterator[Problem]:
    if depth == MAX_MENU_DEPTH + 1:
        message = f"the entry '{item.id}' stands {depth} levels deep, and menus have at most {MAX_MENU_DEPTH}"
        yield error("menu-too-deep", message, path=path, hint="move it up", depth=depth, limit=MAX_MENU_DEPTH)
    if depth > 1 and item.parent is not None:
        message = f"the entry '{item.id}' stands under another one and names a parent as well"
        yield error("menu-parent-invalid", message, path=child(path, "parent"), hint="keep one of the two")
    if item.path is None and not item.children:
        message = f"the entry '{item.id}' has neither a path nor children"
        yield warning("menu-empty", message, path=path, hint="add 'path', unless other entries name it as their parent")


def _told_apart(places: list[_Placed], taken: set[str]) -> Iterator[Problem]:
    seen = set(taken)
    for place in places:
        name = place.item.id
        if name in seen:
            message = f"the entry '{name}' stands twice"
            hint = "keep one, or name the other differently"
            yield error("duplicate-id", message, path=child(place.path, "id"), hint=hint, id=name)
        seen.add(name)


def _circles(places: list[_Placed]) -> Iterator[Problem]:
    """
    An entry whose parents lead back to itself would be in no menu at all.
    """
    parents = {place.item.id: place.parent for place in places}
    for place in places:
        name = place.item.id
        if place.depth == 1 and place.parent is not None and _returns(name, parents):
            message = f"the parents of the entry '{name}' lead back to it"
            hint = "let one of them stand at the top"
            yield error("menu-parent-invalid", message, path=child(place.path, "parent"), hint=hint)


def _returns(start: str, parents: dict[str, str | None]) -> bool:
    seen: set[str] = set()
    here = parents[start]
    while here is not None and here not in seen:
        if here == start:
            return True
        seen.add(here)
        here = parents.get(here)
    return False
