"""
Access: a plugin declares its own permissions, grants no others, and asks the host for what it needs by name.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.manifest.model import HostPermission, MenuItem, PluginManifest
from honeyhost.manifest.positions import child
from honeyhost.manifest.rules.repetition import repeated
from honeyhost.manifest.syntax import excerpt
from honeyhost.names import closest, is_slug, permission_reserved

GUARDED = ("routers", "routes", "nav", "menu_items", "widgets", "capabilities", "workflows")
"""Fields whose entries may each name a permission."""

_WITH_ACCESS = frozenset({"db", "cache"})
_HOSTS_TABLES = "hh_"
_HOST = r"(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_SCOPES = {
    "db": (re.compile(r"[A-Za-z_*?][\w.*?]*"), "a table or a glob, as 'patient_*'"),
    "cache": (re.compile(r"[\w.:*?/-]+"), "a key or a glob, as 'session:*'"),
    "http": (re.compile(rf"(?:https?://)?{_HOST}(?::[0-9]{{1,5}})?"), "a host, as 'api.example.com' or '*.example.com'"),
    "email": (re.compile(_HOST), "a domain, as 'example.com'"),
    "config": (re.compile(r"[\w.*-]+"), "a key, as 'mail.sender'"),
    "dbt": (re.compile(r"[a-z][a-z-]*"), "an operation, as 'run'"),
}


def declarations(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Each permission is declared once, and none in the host's name.
    """
    names = [permission.id for permission in manifest.permissions]
    yield from repeated(names, "permissions", "the permission")
    for index, name in enumerate(names):
        if permission_reserved(name):
            message = f"the permission '{name}' lies in the host's own name space '{name.split('.', 1)[0]}.'"
            hint = (
                f"name it after what it protects, as '{manifest.name.strip('_').replace('-', '_')}.{name.rsplit('.', 1)[-1]}'"
            )
            yield error("permission-reserved", message, path=child("permissions", index), hint=hint, permission=name)


def seed_groups(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Seed groups hold only what this plugin declares.
    """
    yield from repeated([group.name for group in manifest.seed_groups], "seed_groups", "the group", below="name")
    declared = {permission.id for permission in manifest.permissions}
    for index, group in enumerate(manifest.seed_groups):
        path = child(child("seed_groups", index), "permissions")
        yield from repeated(group.permissions, path, "the permission", harmless=True)
        for position, name in enumerate(group.permissions):
            if name not in declared:
                message = f"seed group '{excerpt(group.name)}' grants '{name}', which plugin '{manifest.name}' does not declare"
                hint = _meant(name, declared) or "declare it under permissions, or take it out of the group"
                facts = {"permission": name, "group": excerpt(group.name), "near": closest(name, declared)}
                yield error("permission-foreign", message, path=child(path, position), hint=hint, **facts)


def guards(manifest: PluginManifest) -> Iterator[Problem]:
    """
    What stands before a router, a page or a function is declared here; the resolver knows whether somebody else has it.
    """
    declared = {permission.id for permission in manifest.permissions}
    for name, path in _foreign(manifest, declared):
        message = f"the permission '{name}' is not declared by plugin '{manifest.name}'"
        hint = _meant(name, declared) or "declare it under permissions, unless the platform or a required plugin has it"
        yield warning("permission-unknown", message, path=path, hint=hint, permission=name, near=closest(name, declared))


def host_permissions(manifest: PluginManifest) -> Iterator[Problem]:
    """
    Each request says what it wants in the words of its service.
    """
    for index, wanted in enumerate(manifest.host_permissions):
        path = child("host_permissions", index)
        yield from _access(wanted, path)
        if wanted.database is not None and wanted.type != "db":
            message = f"'database' has no meaning for '{wanted.type}'"
            yield error("host-permission-invalid", message, path=child(path, "database"), hint="take it out")
        for position, scope in enumerate(wanted.scope):
            if wanted.type == "db" and scope.lower().startswith(_HOSTS_TABLES):
                message = f"'{excerpt(scope)}' names tables of the host, which are granted to no plugin"
                place = child(child(path, "scope"), position)
                yield error("host-permission-invalid", message, path=place, hint="ask for tables of the platform")
                continue
            expected = _scope_expected(wanted.type, scope)
            if expected is not None:
                message = f"'{excerpt(scope)}' is no scope of '{wanted.type}'"
                place = child(child(path, "scope"), position)
                yield error("host-permission-invalid", message, path=place, hint=f"write {expected}")


def _access(wanted: HostPermission, path: str) -> Iterator[Problem]:
    if wanted.type in _WITH_ACCESS and wanted.access is None:
        message = f"'{wanted.type}' needs 'access': read, write or readwrite"
        yield error("host-permission-invalid", message, path=path, hint="add 'access: read'")
    if wanted.type not in _WITH_ACCESS and wanted.access is not None:
        message = f"'access' has no meaning for '{wanted.type}'"
        yield error("host-permission-invalid", message, path=child(path, "access"), hint="take it out")


def _scope_expected(kind: str, scope: str) -> str | None:
    if kind == "plugin_call":
        slug, _, function = scope.partition(".")
        named = is_slug(slug) and (function.replace("-", "_").isidentifier() or scope == slug)
        return None if named else "a plugin or one of its functions, as 'billing' or 'billing.invoice'"
    pattern, expected = _SCOPES[kind]
    return None if pattern.fullmatch(scope) else expected


def _foreign(manifest: PluginManifest, declared: set[str]) -> Iterator[tuple[str, str]]:
    """
    Each permission that is named and not declared, with its place.
    """
    for field in GUARDED:
        if field in manifest.model_fields_set:
            yield from _in_entries(getattr(manifest, field), field, declared)


def _in_entries(entries: Iterable[Any], path: str, declared: set[str]) -> Iterator[tuple[str, str]]:
    for index, entry in enumerate(entries):
        if entry.permission is not None and entry.permission not in declared:
            yield entry.permission, child(child(path, index), "permission")
        if type(entry) is MenuItem and entry.children:
            yield from _in_entries(entry.children, child(child(path, index), "children"), declared)


def _meant(name: str, declared: set[str]) -> str | None:
    near = closest(name, declared)
    return f"did you mean '{near}'?" if near else None
