"""
Claims: the names in a manifest that no two plugins can have, each with its place, and who has claimed them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from honeyhost.manifest.model import MenuItem, PluginManifest

ClaimKind = Literal["permission", "entry", "capability", "template"]
ClaimName = str | tuple[str, int]
"""A name; an override of a template is claimed together with its priority."""


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
    """The slugs of all who share a name with another."""
    repeated: frozenset[str] = frozenset()
    """The slugs of all who use a name twice themselves."""

    def claimants(self, kind: ClaimKind, name: ClaimName) -> tuple[str, ...]:
        """
        The slugs of all plugins that claim the name.
        """
        first = self.first[kind].get(name)
        return () if first is None else self.shared.get((kind, name), (first,))


def claimed(kind: ClaimKind, manifest: PluginManifest) -> tuple[tuple[ClaimName, str], ...]:
    """
    All that the manifest claims of one kind, each with its path, in the order of the document.
    """
    return tuple(zip(_NAMES[kind](manifest), _PATHS[kind](manifest), strict=True))


def collect(manifests: Mapping[str, PluginManifest]) -> Claims:
    """
    The claims of many manifests, which are sorted by slug.
    """
    first: dict[ClaimKind, dict[ClaimName, str]] = {kind: {} for kind in _NAMES}
    shared: dict[tuple[ClaimKind, ClaimName], tuple[str, ...]] = {}
    repeated: set[str] = set()
    for kind, names_of in _NAMES.items():
        owners = first[kind]
        for slug, manifest in manifests.items():
            for name in names_of(manifest):
                if name not in owners:
                    owners[name] = slug
                elif slug in (claimants := shared.get((kind, name), (owners[name],))):
                    repeated.add(slug)
                else:
                    shared[kind, name] = (*claimants, slug)
    contested = frozenset(slug for claimants in shared.values() for slug in claimants)
    return Claims(first=first, shared=shared, contested=contested, repeated=frozenset(repeated))


def _permissions(manifest: PluginManifest) -> Sequence[str]:
    return [permission.id for permission in manifest.permissions] if manifest.permissions else ()


def _entries(manifest: PluginManifest) -> Sequence[str]:
    """
    Entries of the navigation and of menus share their ids. One without an id is identified by its page, which nobody else has.
    """
    names = [item.id for item in manifest.nav if item.id is not None] if manifest.nav else []
    return [*names, *(item.id for item, _ in _menu(manifest.menu_items, "menu_items"))] if manifest.menu_items else names


def _capabilities(manifest: PluginManifest) -> Sequence[str]:
    return [capability.slug for capability in manifest.capabilities] if manifest.capabilities else ()


def _templates(manifest: PluginManifest) -> Sequence[tuple[str, int]]:
    templates = manifest.templates
    return [(template.name, template.priority) for template in templates if template.override] if templates else ()


def _permission_paths(manifest: PluginManifest) -> Iterator[str]:
    return (f"permissions[{index}]" for index in range(len(manifest.permissions)))


def _entry_paths(manifest: PluginManifest) -> Iterator[str]:
    yield from (f"nav[{index}].id" for index, item in enumerate(manifest.nav) if item.id is not None)
    yield from (f"{path}.id" for _, path in _menu(manifest.menu_items, "menu_items"))


def _capability_paths(manifest: PluginManifest) -> Iterator[str]:
    return (f"capabilities[{index}].slug" for index in range(len(manifest.capabilities)))


def _template_paths(manifest: PluginManifest) -> Iterator[str]:
    return (f"templates[{index}]" for index, template in enumerate(manifest.templates) if template.override)


def _menu(items: tuple[MenuItem, ...], path: str) -> Iterator[tuple[MenuItem, str]]:
    for index, item in enumerate(items):
        yield item, f"{path}[{index}]"
        yield from _menu(item.children, f"{path}[{index}].children")


_NAMES: dict[ClaimKind, Callable[[PluginManifest], Sequence[ClaimName]]] = {
    "permission": _permissions,
    "entry": _entries,
    "capability": _capabilities,
    "template": _templates,
}
_PATHS: dict[ClaimKind, Callable[[PluginManifest], Iterator[str]]] = {
    "permission": _permission_paths,
    "entry": _entry_paths,
    "capability": _capability_paths,
    "template": _template_paths,
}
