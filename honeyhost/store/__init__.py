"""
The store: the plugin table, the permission catalog with its groups, and the access tokens.

Only values, protocols and the light reader are re-exported here; the modules that open a database (``database``,
``plugins``, ``catalog``, ``tokens``) need the extra ``store`` and are imported by their own names.
"""

from honeyhost.store.peek import Flags, read_flags
from honeyhost.store.protocol import (
    CatalogStore,
    GroupGrant,
    GroupRecord,
    IssuedToken,
    Member,
    PermissionRecord,
    PluginDefaults,
    PluginRecord,
    PluginStore,
    TokenRecord,
    TokenStore,
    Undo,
)

__all__ = [
    "CatalogStore",
    "Flags",
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
    "read_flags",
]
