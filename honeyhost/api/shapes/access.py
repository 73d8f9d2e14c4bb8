"""
The shapes of access: sessions, tokens, groups, grants, and the audit.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from honeyhost.api.shapes.base import Given, Name, PermissionName, Shown, Text

Scope = Literal["plugins.read", "plugins.manage", "capabilities.run", "*"]


class CallerShape(Shown):
    """
    Who is asking, as the host knows them.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "token:administrator",
                    "permissions": ["*"],
                    "groups": [],
                    "scopes": ["*"],
                    "language": None,
                    "expires_at": "2026-11-25T20:00:00Z",
                    "header": "x-honeyhost-request",
                }
            ]
        }
    )

    id: str
    permissions: list[str]
    groups: list[str]
    scopes: list[str]
    language: str | None
    expires_at: datetime | None = Field(default=None, description="the end of the browser's session, where there is one")
    header: str = Field(description="the header that a page has to send with every change that its cookie speaks for")


class SessionRequest(Given):
    """
    A token, where it does not stand in the Authorization header.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": "hht_0f3c9a5b7d1e2f40_…"}]})

    token: Annotated[str, Field(min_length=1, max_length=512)]


class TokenRequest(Given):
    """
    A token to be made.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "deploy", "scopes": ["plugins.read", "plugins.manage"]}]}
    )

    name: Annotated[Text, Field(min_length=1)]
    scopes: list[Scope] = Field(default=[], max_length=8)
    groups: list[Name] = Field(default=[], max_length=100)
    permissions: list[PermissionName] = Field(default=[], max_length=1000)
    expires_at: AwareDatetime | None = Field(default=None, description="in the future; null for a token without an end")


class TokenShape(Shown):
    """
    A token without its secret.
    """

    id: str
    name: str
    scopes: list[str]
    groups: list[str]
    permissions: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="to the minute")


class IssuedTokenShape(TokenShape):
    """
    A token at the only moment when its secret is shown.
    """

    secret: str


class GroupRequest(Given):
    """
    A group to be made.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "nurses", "label": "Nurses"}]})

    name: Name
    label: Annotated[Text, Field(min_length=1)] | None = None


class GrantShape(Shown):
    """
    One permission in one group.
    """

    permission: str
    owner: str = Field(description="the plugin whose permission it is, or host")
    source: str = Field(description="seed: by the plugin's manifest; operator: by hand")


class GroupShape(Shown):
    """
    A group as it is in force.
    """

    name: str
    label: str | Mapping[str, str] | None
    permissions: list[GrantShape]
    removed: list[GrantShape] = Field(description="what the plugin seeds and an operator took away")
    dormant: list[GrantShape] = Field(description="what comes into force when its plugin is back")
    members: list[str]


GrantText = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[\x21-\x7e]+$")]
"""``type[:access][:scope]``."""


class HostGrants(Given):
    """
    What a plugin may ask of the host: all of it, each as ``type[:access][:scope]``.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"grants": ["db:read:patient_*", "http:api.example.org"], "digest": None}]}
    )

    grants: Annotated[list[GrantText], Field(max_length=500)]
    digest: Annotated[str, Field(max_length=100, pattern=r"^[\x21-\x7e]+$")] | None = Field(
        default=None, description="of the request that this answers; of whatever the plugin asks for now where left out"
    )


class AskedShape(Shown):
    """
    A piece of what a plugin asks for.
    """

    grant: str
    answer: str
    purpose: str | None


class OperationShape(Shown):
    """
    How often a plugin did an operation of the host in this process, and was not let.
    """

    done: int
    refused: int
    limited: int
    errors: int
    seconds: float
    last_at: datetime | None


class HostGrantsShape(Shown):
    """
    What a plugin asks of the host, what it was granted, and what it did. ``request`` is the digest of what it asks for.
    """

    slug: str
    grants: Mapping[str, Any]
    digest: str | None
    revision: int
    request: str
    asked: list[AskedShape]
    used: Mapping[str, OperationShape]


class AuditShape(Shown):
    """
    Who changed what.
    """

    id: int
    at: datetime
    actor: str
    action: str
    target: str
    details: Mapping[str, Any]
