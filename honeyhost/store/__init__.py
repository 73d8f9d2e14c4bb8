"""
The store: the plugin table, the permission catalog with its groups, and the access tokens.

Only values and protocols are public here; the modules that open a database (``database``, ``plugins``,
``catalog``, ``tokens``) need the extra ``store`` and are imported by their own names. The public names are imported when
they are first asked for, so that the light readers stay light.
"""

from importlib import import_module
from typing import Any

_WHERE = {
    "CatalogStore": "protocol",
    "GroupGrant": "protocol",
    "GroupRecord": "protocol",
    "IssuedToken": "protocol",
    "Member": "protocol",
    "PermissionRecord": "protocol",
    "PluginDefaults": "protocol",
    "PluginRecord": "protocol",
    "PluginStore": "protocol",
    "TokenRecord": "protocol",
    "TokenStore": "protocol",
    "Undo": "protocol",
}

__all__ = [
    "CatalogStore",
    "GroupGrant",
    "GroupRecord",
    "IssuedToken",
    "Member",
    "PermissionRecord",
    "PluginDefaults",
    "PluginRecord",
    "PluginStore",
    "TokenRecord",
    "TokenStore",
    "Undo",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"honeyhost.store.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'honeyhost.store' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
