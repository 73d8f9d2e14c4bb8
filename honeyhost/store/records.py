"""
Records: what the store keeps, as values.

They are complete so that a table never changes its meaning later; not every field has a user yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from honeyhost.errors import StoreError

LabelText = str | Mapping[str, str]
"""One text, or texts by language tag."""
GrantSource = Literal["seed", "operator"]

HOST = "host"
"""The owner of permissions that exist without any plugin."""
EDITABLE = ("nav", "sort", "labels")
"""Fields of the manifest that an operator may set otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PluginDefaults:
    """
    What a manifest says about its plugin's record.
    """

    slug: str
    kind: str = "integration"
    version: str = ""
    nav: bool = True
    sort: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class PluginRecord:
    """
    One row of the plugin table: the manifest's defaults with the operator's changes on top.

    ``revision`` is the one that was read (0: a record that was never stored); writing compares it. ``edited`` names the
    fields among nav, sort and labels that the operator set; a new version of the plugin does not touch them.
    """

    slug: str
    kind: str = "integration"
    enabled: bool = True
    config: Mapping[str, Any] = field(default_factory=dict)
    nav: bool = True
    """Whether the plugin shows in the navigation."""
    sort: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    """Texts by language tag."""
    version: str = ""
    grants: Mapping[str, Any] = field(default_factory=dict)
    """Host permissions that an operator granted."""
    grants_digest: str | None = None
    """The digest of the request that the grants answer."""
    installed_at: datetime | None = None
    reloads: int = 0
    """Grows with every request to load the plugin anew; a process whose number is smaller has one to do."""
    quarantine: Mapping[str, Any] | None = None
    """Why the plugin was taken out: ``phase``, ``count``, ``error``, ``at``; None while it is not."""
    edited: frozenset[str] = frozenset()
    revision: int = 0

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any]) -> "PluginRecord":
        """
        The record of a row: the operator's edits above what the manifest says.

        Raises:
            StoreError: The row holds something else than honeyhost writes.
        """
        for name in ("config", "labels", "edits", "grants"):
            if not isinstance(columns[name], Mapping):
                raise StoreError(
                    f"the record of plugin '{columns['slug']}' cannot be read: {name} is no JSON object",
                    hint="look for what was written by hand into the table hh_plugins",
                )
        edits = columns["edits"]
        said = {name: columns[name] for name in _COLUMNS}
        if not edits:
            return cls(**said)
        return cls(**said | {name: edits.get(name, said[name]) for name in EDITABLE}, edited=frozenset(edits))

    def to_json(self) -> dict[str, Any]:
        """
        The shape of the interface; the manager adds state, origin and reasons.
        """
        return {
            "slug": self.slug,
            "kind": self.kind,
            "enabled": self.enabled,
            "config": dict(self.config),
            "nav": self.nav,
            "sort": self.sort,
            "labels": dict(self.labels),
            "version": self.version,
        }


_COLUMNS = tuple(column.name for column in fields(PluginRecord) if column.name != "edited")


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredRecords:
    """
    The record of every recorded plugin by its slug, and the revision of the store that they were read at.
    """

    records: Mapping[str, PluginRecord] = field(default_factory=dict)
    revision: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class PermissionRecord:
    """
    A permission of the catalog and the plugin that declares it.
    """

    id: str
    owner: str
    label: LabelText | None = None
    description: LabelText | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupGrant:
    """
    One permission in one group: whose permission it is, and who put it there.
    """

    permission: str
    owner: str
    source: GrantSource


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupRecord:
    """
    A group as it is in force.

    ``removed`` are seed grants that an operator took away, ``dormant`` grants of an operator whose permission is not in the
    catalog now; they come into force again when the same plugin brings it back.
    """

    name: str
    label: LabelText | None = None
    permissions: tuple[GroupGrant, ...] = ()
    removed: tuple[GroupGrant, ...] = ()
    dormant: tuple[GroupGrant, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """
    Somebody in a group; ``subject`` is the caller's id.
    """

    group: str
    subject: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRecord:
    """
    An access token without its secret.
    """

    id: str
    name: str
    scopes: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    hash: str = field(default="", repr=False)
    """SHA-256 of the whole token, in hexadecimal digits."""
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    """To the minute."""

    def valid_at(self, moment: datetime) -> bool:
        """
        Whether the token opens anything at that moment.
        """
        return self.revoked_at is None and (self.expires_at is None or moment < self.expires_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedToken:
    """
    A token at the only moment when its secret is known.
    """

    record: TokenRecord
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRecord:
    """
    A browser's session: a token's rights for a while, proved by a cookie.
    """

    id: str
    token: str
    """The id of the token that opened it; when that ends, so does the session."""
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRecord:
    """
    Who changed what. ``details`` holds before and after, secrets masked.
    """

    id: int
    at: datetime
    actor: str
    action: str
    """``plugin.enable``, ``plugin.configure``, ``token.create`` and their like."""
    target: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceReport:
    """
    What one process says that it runs.
    """

    id: str
    node: str
    """The machine's name."""
    pid: int
    started_at: datetime
    seen_at: datetime
    host_version: str
    python: str
    revision: int
    """The revision of the store that it has taken up."""
    snapshot: str | None = None
    plugins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By slug: ``version``, ``digest``, ``state`` and, where there is one, ``error``."""
