"""
The rules about permissions: what a plugin declares is its own to declare, and what it names exists.

A plugin may name what it declares itself, what the host's catalog has, and what a plugin declares that it requires: then
the permission is there whenever the plugin is.
"""

from collections.abc import Iterable, Iterator

from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.manifest.model import MenuItem, PluginManifest
from honeyhost.names import permission_reserved
from honeyhost.resolver.context import Context
from honeyhost.resolver.places import joined, place
from honeyhost.resolver.reasons import PermissionForeign, PermissionReserved, PermissionUnknown, Reason
from honeyhost.resolver.rules.rule import Fact, Rule

_GUARDED = ("routers", "routes", "nav", "widgets", "capabilities", "workflows")
"""Fields whose parts may each name one permission; menus do so in depth, seed groups in lists."""
_CATALOG = "the host's permission catalog"


def ask_declared(plugin: DiscoveredPlugin, _context: Context) -> Iterable[PermissionReserved]:
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
        if permission_reserved(permission.id)
    ]


def fact_declared(plugin: DiscoveredPlugin, _context: Context) -> Fact:
    """
    How many it declares.
    """
    count = len(plugin.manifest.permissions)
    message = f"declares {count} of its own, none in the host's name space" if count else "declares no permission"
    return Fact(fact=f"{count} declared", source=place(plugin, "permissions"), message=message)


def ask_named(plugin: DiscoveredPlugin, context: Context) -> Iterable[Reason]:
    """
    Permissions that guard something and do not exist, and those that a seed group would grant without owning them.
    """
    manifest = plugin.manifest
    own = {permission.id for permission in manifest.permissions}
    foreign = _foreign(plugin, own)
    if own.issuperset(_guarding(manifest)):
        return foreign
    return (*_unknown(plugin, context), *foreign)


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


def _guarding(manifest: PluginManifest) -> set[str]:
    """
    The names that :func:`guards` finds, without their paths: asked of every plugin, so it has to be cheap.
    """
    names = {part.permission for field in _GUARDED for part in getattr(manifest, field)}
    names.discard(None)
    if manifest.menu_items:
        names.update(name for name, _ in _menu_guards(manifest.menu_items, ""))
    return names


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


def _foreign(plugin: DiscoveredPlugin, own: set[str]) -> tuple[PermissionForeign, ...]:
    groups = plugin.manifest.seed_groups
    if all(own.issuperset(group.permissions) for group in groups):
        return ()
    return tuple(
        PermissionForeign(
            plugin=plugin.name,
            version=plugin.version,
            source=place(plugin, f"seed_groups[{index}].permissions[{position}]"),
            permission=permission,
            group=group.name,
            known=frozenset(own),
        )
        for index, group in enumerate(groups)
        for position, permission in enumerate(group.permissions)
        if permission not in own
    )


DECLARED = Rule(name="permission-declarations", fact=fact_declared, ask=ask_declared)
NAMED = Rule(name="permission-names", fact=fact_named, ask=ask_named)
