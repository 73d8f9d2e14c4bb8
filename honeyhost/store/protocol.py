"""
What the store can do, as protocols, and the values that it does it with.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

from honeyhost.store.records import (
    HOST,
    GrantSource,
    GroupGrant,
    GroupRecord,
    IssuedToken,
    LabelText,
    Member,
    PermissionRecord,
    PluginDefaults,
    PluginRecord,
    TokenRecord,
)

__all__ = [
    "HOST",
    "CatalogStore",
    "DeclaredGroup",
    "DeclaredPermission",
    "GrantSource",
    "GroupGrant",
    "GroupRecord",
    "IssuedToken",
    "LabelText",
    "Member",
    "PermissionRecord",
    "PluginDefaults",
    "PluginRecord",
    "PluginStore",
    "TokenRecord",
    "TokenStore",
    "Undo",
]

Undo = Callable[[], None]
"""Puts back what stood there before; calling it twice does no more than calling it once."""


class DeclaredPermission(Protocol):
    """
    What the catalog reads of a declaration; the manifest's own type has it.
    """

    @property
    def id(self) -> str:
        """
        The permission.
        """
        ...

    @property
    def label(self) -> LabelText | None:
        """
        Its name for people.
        """
        ...

    @property
    def description(self) -> LabelText | None:
        """
        What it allows.
        """
        ...


class DeclaredGroup(Protocol):
    """
    What the catalog reads of a seed group; the manifest's own type has it.
    """

    @property
    def name(self) -> str:
        """
        The group's name, shared by all plugins that use it.
        """
        ...

    @property
    def label(self) -> LabelText | None:
        """
        Its name for people.
        """
        ...

    @property
    def permissions(self) -> tuple[str, ...]:
        """
        Permissions of the declaring plugin.
        """
        ...


class PluginStore(Protocol):
    """
    The plugin table.
    """

    def register(self, defaults: Iterable[PluginDefaults]) -> tuple[PluginRecord, ...]:
        """
        Record what manifests say: new plugins become enabled records, known ones keep what the operator changed.
        """
        ...

    def upsert(self, record: PluginRecord) -> PluginRecord:
        """
        Write a whole record; ConflictError unless its revision is the stored one.
        """
        ...

    def set_enabled(self, slug: str, enabled: bool) -> PluginRecord:  # noqa: FBT001 - the value is what the call is about
        """
        Enable or disable, whatever the revision; UnknownPluginError where there is no record.
        """
        ...

    def get(self, slug: str) -> PluginRecord | None:
        """
        One record.
        """
        ...

    def all(self) -> tuple[PluginRecord, ...]:
        """
        Every record, by (sort, slug).
        """
        ...

    def delete(self, slug: str) -> bool:
        """
        Remove the record, and say whether there was one.
        """
        ...


class CatalogStore(Protocol):
    """
    The permission catalog, and the groups with their members.
    """

    def attach_permissions(self, slug: str, declarations: Iterable[DeclaredPermission]) -> Undo:
        """
        Make these the permissions of the plugin.
        """
        ...

    def attach_seed_groups(self, slug: str, groups: Iterable[DeclaredGroup]) -> Undo:
        """
        Make these the plugin's part in the groups; an operator's changes stay on top.
        """
        ...

    def detach(self, slug: str) -> Undo:
        """
        Take away all that the plugin put there, and nothing else.
        """
        ...

    def permissions(self) -> tuple[PermissionRecord, ...]:
        """
        The catalog, by id.
        """
        ...

    def groups(self) -> tuple[GroupRecord, ...]:
        """
        Every group, by name.
        """
        ...

    def groups_of(self, subject: str) -> frozenset[str]:
        """
        The groups that somebody is in.
        """
        ...

    def permissions_of(self, subject: str, *, groups: Iterable[str] = ()) -> frozenset[str]:
        """
        The permissions that somebody holds through their groups, and through ``groups`` that an identity vouches for.
        """
        ...


class TokenStore(Protocol):
    """
    The access tokens.
    """

    def verify(self, secret: str) -> TokenRecord | None:
        """
        The valid token that this text is, or None.
        """
        ...

    def ensure_administrator(self, secret: str | None) -> str | None:
        """
        See that the administrator has a token; the text of a newly made one, once.
        """
        ...
