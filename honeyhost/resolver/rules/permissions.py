"""
The rules about permissions: what a plugin declares is its own to declare, and what it names exists.

A plugin may name what it declares itself, what the host's catalog has, and what a plugin declares that it requires: then
the permission is there whenever the plugin is.
"""

from collections.abc import Iterable, Iterator, Sequence

from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.manifest.model import (
    Capability,
    MenuItem,
    NavItem,
    PluginManifest,
    RouterEntry,
    RouteSpec,
    Widget,
    Workflow,
)
from honeyhost.names import RESERVED_PERMISSION_PREFIXES
from honeyhost.resolver.context import Context
from honeyhost.resolver.places import joined, place
from honeyhost.resolver.reasons import PermissionForeign, PermissionReserved, PermissionUnknown, Reason
from honeyhost.resolver.rules.rule import Fact, Rule

_GUARDED = ("routers", "routes", "nav", "widgets", "capabilities", "workflows")
"""Fields whose parts may each name one permission; menus do so in depth, seed groups in lists."""
_Guarded = RouterEntry | RouteSpec | NavItem | Widget | Capability | Workflow
_CATALOG = "the host's permission catalog"


def ask_declared(plugin: DiscoveredPlugin, _context: Context) -> Sequence[PermissionReserved]:
    """
    Declared permissions that bear the host's name.
    """
    return [
        PermissionReserved(
            plugin=plugin.name,
            version=plugin.version,
            source=place(plugin, f"permissions[{index}]"),
            permission=permission.id,
        )
        for index, permission in enumerate(plugin.manifest.permissions)
        if permission.id.startswith(RESERVED_PERMISSION_PREFIXES)
    ]


def fact_declared(plugin: DiscoveredPlugin, _context: Context) -> Fact:
    """
    How many it declares.
    """
    count = len(plugin.manifest.permissions)
    message = f"declares {count} of its own, none in the host's name space" if count else "declares no permission"
    return Fact(fact=f"{count} declared", source=place(plugin, "permissions"), message=message)


def ask_named(plugin: DiscoveredPlugin, context: Context) -> Sequence[Reason]:
    """
    Permissions that guard something and do not exist, and those that a seed group would grant without owning them.
    """
    own = frozenset([permission.id for permission in plugin.manifest.permissions])
    if _names_only(plugin.manifest, own):
        return ()
    return (*_unknown(plugin, context), *_foreign(plugin, own))


def fact_named(plugin: DiscoveredPlugin, context: Context) -> Fact:
    """
    Which ones it names.
    """
    names = tuple(dict.fromkeys(name for name, _ in guards(plugin.manifest)))
    message = f"names {', '.join(names)}: all known" if names else "names no permission"
    source = joined(place(plugin, "permissions"), f"{_CATALOG} ({len(context.profile.catalog)})")
    return Fact(fact=f"{len(names)} named", source=source, message=message)


def guards(manifest: PluginManifest) -> Iterator[tuple[str, str]]:
    """
    Every permission that stands before something, with its path in the document.
    """
    for field in _GUARDED:
        for index, part in enumerate(getattr(manifest, field)):
            if part.permission is not None:
                yield part.permission, f"{field}[{index}].permission"
    if manifest.menu_items:
        yield from _menu_guards(manifest.menu_items, "menu_items")


def _menu_guards(items: tuple[MenuItem, ...], path: str) -> Iterator[tuple[str, str]]:
    for index, item in enumerate(items):
        if item.permission is not None:
            yield item.permission, f"{path}[{index}].permission"
        yield from _menu_guards(item.children, f"{path}[{index}].children")


def _names_only(manifest: PluginManifest, own: frozenset[str]) -> bool:
    """
    Whether guards and seed groups name nothing but these: asked of every plugin, so it has to be cheap.
    """
    parts: Iterable[_Guarded]
    for parts in (
        manifest.routers,
        manifest.nav,
        manifest.routes,
        manifest.widgets,
        manifest.capabilities,
        manifest.workflows,
    ):
        for part in parts:
            if part.permission is not None and part.permission not in own:
                return False
    for group in manifest.seed_groups:
        if not own.issuperset(group.permissions):
            return False
    return not manifest.menu_items or own.issuperset([name for name, _ in _menu_guards(manifest.menu_items, "")])


def _unknown(plugin: DiscoveredPlugin, context: Context) -> Iterator[PermissionUnknown]:
    known = _known(plugin, context)
    places: dict[str, list[str]] = {}
    for permission, path in guards(plugin.manifest):
        if permission not in known:
            places.setdefault(permission, []).append(path)
    for permission, paths in places.items():
        owner = next(iter(context.claims.claimants("permission", permission)), None)
        yield PermissionUnknown(
            plugin=plugin.name,
            version=plugin.version,
            source=place(plugin, paths[0]),
            fact_source=place(context.chosen[owner], "permissions") if owner else _CATALOG,
            permission=permission,
            places=tuple(paths),
            owner=owner,
            known=known,
        )


def _known(plugin: DiscoveredPlugin, context: Context) -> frozenset[str]:
    required = (context.chosen[slug] for slug in plugin.manifest.requires_plugins if slug in context.chosen)
    theirs = (permission for other in required for permission in other.permissions)
    return frozenset((*plugin.permissions, *context.profile.catalog, *theirs))


def _foreign(plugin: DiscoveredPlugin, own: frozenset[str]) -> Iterator[PermissionForeign]:
    for index, group in enumerate(plugin.manifest.seed_groups):
        for position, permission in enumerate(group.permissions):
            if permission not in own:
                yield PermissionForeign(
                    plugin=plugin.name,
                    version=plugin.version,
                    source=place(plugin, f"seed_groups[{index}].permissions[{position}]"),
                    permission=permission,
                    group=group.name,
                    known=own,
                )


DECLARED = Rule(name="permission-declarations", fact=fact_declared, ask=ask_declared)
NAMED = Rule(name="permission-names", fact=fact_named, ask=ask_named)
