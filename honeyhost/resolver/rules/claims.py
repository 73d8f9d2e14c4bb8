"""
The rules about what plugins claim: permissions, entries of navigation and menus, capabilities, template overrides.

Two claims are stronger than a plugin's word: what the host's catalog has is the host's, and a capability's name belongs to
the plugin whose slug it begins with. All others are equal (``resolver.rules.contests``).
"""

from collections.abc import Sequence

from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.resolver.claims import ClaimKind, ClaimName, claimed
from honeyhost.resolver.context import Context
from honeyhost.resolver.places import place
from honeyhost.resolver.reasons import CapabilityConflict, NavConflict, PermissionConflict, TemplateConflict
from honeyhost.resolver.rules.contests import common, contests
from honeyhost.resolver.rules.rule import Fact, Rule


def ask_permissions(plugin: DiscoveredPlugin, context: Context) -> Sequence[PermissionConflict]:
    """
    Declared permissions that the host's catalog has from somebody else already.
    """
    catalog = context.profile.catalog
    if not catalog:
        return ()
    return tuple(
        PermissionConflict(
            plugin=plugin.name,
            version=plugin.version,
            source=place(plugin, f"permissions[{index}]"),
            fact_source="the host's permission catalog",
            permission=permission.id,
            others=(catalog[permission.id],),
        )
        for index, permission in enumerate(plugin.manifest.permissions)
        if permission.id in catalog and catalog[permission.id] != plugin.manifest.name
    )


def compare_permissions(plugin: DiscoveredPlugin, context: Context) -> Sequence[PermissionConflict]:
    """
    Declared permissions that other plugins declare too.
    """
    return tuple(
        PermissionConflict(**common(plugin, contest), permission=contest.name)
        for contest in contests("permission", plugin, context)
    )


def ask_entries(plugin: DiscoveredPlugin, context: Context) -> Sequence[NavConflict]:
    """
    Entries of the plugin's own with one id.
    """
    if plugin.manifest.name not in context.claims.repeated and context.is_chosen(plugin):
        return ()
    first: dict[ClaimName, str] = {}
    conflicts = []
    for name, path in claimed("entry", plugin.manifest):
        if first.setdefault(name, path) != path:
            conflicts.append(
                NavConflict(
                    plugin=plugin.name,
                    version=plugin.version,
                    source=place(plugin, path),
                    fact_source=place(plugin, first[name]),
                    id=str(name),
                    others=(plugin.name,),
                )
            )
    return conflicts


def compare_entries(plugin: DiscoveredPlugin, context: Context) -> Sequence[NavConflict]:
    """
    Entries with an id that other plugins use too.
    """
    return tuple(NavConflict(**common(plugin, contest), id=contest.name) for contest in contests("entry", plugin, context))


def ask_capabilities(plugin: DiscoveredPlugin, context: Context) -> Sequence[CapabilityConflict]:
    """
    Capabilities that bear the name of another installed plugin.
    """
    if not plugin.manifest.capabilities:
        return ()
    return tuple(
        CapabilityConflict(
            plugin=plugin.name,
            version=plugin.version,
            source=place(plugin, f"capabilities[{index}].slug"),
            fact_source=place(context.chosen[owner], "name"),
            capability=capability.slug,
            others=(owner,),
            owned=True,
        )
        for index, capability in enumerate(plugin.manifest.capabilities)
        if (owner := _head(capability.slug)) in context.chosen and owner != plugin.name
    )


def compare_capabilities(plugin: DiscoveredPlugin, context: Context) -> Sequence[CapabilityConflict]:
    """
    Capabilities that other plugins declare too, where the name belongs to none of them.
    """
    return tuple(
        CapabilityConflict(**common(plugin, contest), capability=contest.name)
        for contest in contests("capability", plugin, context)
        if _head(contest.name) not in context.chosen
    )


def compare_templates(plugin: DiscoveredPlugin, context: Context) -> Sequence[TemplateConflict]:
    """
    Templates that other plugins override with the same priority.
    """
    return tuple(
        TemplateConflict(**common(plugin, contest), template=contest.name, priority=contest.rank)
        for contest in contests("template", plugin, context)
    )


def fact_permissions(plugin: DiscoveredPlugin, _context: Context) -> Fact:
    """
    That its permissions are its own.
    """
    return _fact(plugin, "permission", "permissions", "nobody else declares its permissions")


def fact_entries(plugin: DiscoveredPlugin, _context: Context) -> Fact:
    """
    That its entries are its own.
    """
    field = "nav" if plugin.manifest.nav else "menu_items"
    return _fact(plugin, "entry", field, "every entry of its navigation has an id of its own")


def fact_capabilities(plugin: DiscoveredPlugin, _context: Context) -> Fact:
    """
    That its capabilities are its own.
    """
    return _fact(plugin, "capability", "capabilities", "nobody else has its capabilities")


def fact_templates(plugin: DiscoveredPlugin, _context: Context) -> Fact:
    """
    That its overrides are its own.
    """
    return _fact(plugin, "template", "templates", "nobody else overrides its templates with the same priority")


def _fact(plugin: DiscoveredPlugin, kind: ClaimKind, field: str, message: str) -> Fact:
    names = [name if isinstance(name, str) else name[0] for name, _ in claimed(kind, plugin.manifest)]
    nothing = f"claims nothing under {field}"
    return Fact(fact=", ".join(names) or "none", source=place(plugin, field), message=message if names else nothing)


def _head(capability: str) -> str:
    return capability.partition(".")[0]


PERMISSIONS = Rule(
    name="permission-owners",
    fact=fact_permissions,
    ask=ask_permissions,
    compare=compare_permissions,
    idle=lambda context: not context.profile.catalog,
)
ENTRIES = Rule(
    name="navigation",
    fact=fact_entries,
    ask=ask_entries,
    compare=compare_entries,
    idle=lambda context: not context.claims.repeated and not context.others,
)
CAPABILITIES = Rule(
    name="capabilities",
    fact=fact_capabilities,
    ask=ask_capabilities,
    compare=compare_capabilities,
    idle=lambda context: not context.claims.first["capability"] and not context.others,
)
TEMPLATES = Rule(name="templates", fact=fact_templates, compare=compare_templates)
