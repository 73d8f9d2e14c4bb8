"""
Claims: the names in a manifest that no two plugins can have, each with its place, and who has claimed them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from honeyhost.manifest.model import MenuItem, PluginManifest
from honeyhost.manifest.rules import frontend_path

ClaimKind = Literal["permission", "entry", "capability", "template"]
ClaimName = str | tuple[str, int]
"""A name; an override of a template is claimed together with its priority."""
Claimed = tuple[ClaimName, str, int]
"""A name, the field it stands in, and its index there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claims:
    """
    Who claims what, of all plugins that can be meant by their slug.
    """

    first: Mapping[ClaimKind, Mapping[ClaimName, str]] = field(default_factory=dict)
    """The first claimant of every name, by slug."""
    shared: Mapping[tuple[ClaimKind, ClaimName], tuple[str, ...]] = field(default_factory=dict)
    """All claimants of the names that have more than one, by slug."""
    contested: frozenset[str] = frozenset()
    """The slugs of all who share a name."""

    def claimants(self, kind: ClaimKind, name: ClaimName) -> tuple[str, ...]:
        """
        The slugs of all plugins that claim the name.
        """
        first = self.first.get(kind, {}).get(name)
        return () if first is None else self.shared.get((kind, name), (first,))


def claimed(kind: ClaimKind, manifest: PluginManifest) -> Sequence[Claimed]:
    """
    All that the manifest claims of one kind, in the order of the document.
    """
    return _CLAIMED[kind](manifest)


def collect(manifests: Mapping[str, PluginManifest]) -> Claims:
    """
    The claims of many manifests; ``manifests`` is sorted by slug.
    """
    first: dict[ClaimKind, dict[ClaimName, str]] = {}
    shared: dict[tuple[ClaimKind, ClaimName], tuple[str, ...]] = {}
    for kind, claims_of in _CLAIMED.items():
        owners = first[kind] = {}
        for slug, manifest in manifests.items():
            for name, _, _ in claims_of(manifest):
                owner = owners.setdefault(name, slug)
                if owner != slug:
                    claimants = shared.get((kind, name), (owner,))
                    shared[kind, name] = claimants if slug in claimants else (*claimants, slug)
    contested = frozenset(slug for claimants in shared.values() for slug in claimants)
    return Claims(first=first, shared=shared, contested=contested)


def _permissions(manifest: PluginManifest) -> Sequence[Claimed]:
    return [(permission.id, "permissions", index) for index, permission in enumerate(manifest.permissions)]


def _entries(manifest: PluginManifest) -> Sequence[Claimed]:
    """
    Entries of the navigation and of menus share their ids; without an id, the path identifies an entry.
    """
    entries: list[Claimed] = [
        (item.id or frontend_path(manifest.name, item.path) or item.path, "nav", index)
        for index, item in enumerate(manifest.nav)
    ]
    if manifest.menu_items:
        entries.extend(_menu(manifest.menu_items, "menu_items"))
    return entries


def _menu(items: tuple[MenuItem, ...], path: str) -> Iterator[Claimed]:
    for index, item in enumerate(items):
        yield item.id, path, index
        yield from _menu(item.children, f"{path}[{index}].children")


def _capabilities(manifest: PluginManifest) -> Sequence[Claimed]:
    return [(capability.slug, "capabilities", index) for index, capability in enumerate(manifest.capabilities)]


def _templates(manifest: PluginManifest) -> Sequence[Claimed]:
    if not manifest.templates:
        return ()
    return [
        ((template.name, template.priority), "templates", index)
        for index, template in enumerate(manifest.templates)
        if template.override
    ]


_CLAIMED: dict[ClaimKind, Callable[[PluginManifest], Sequence[Claimed]]] = {
    "permission": _permissions,
    "entry": _entries,
    "capability": _capabilities,
    "template": _templates,
}
