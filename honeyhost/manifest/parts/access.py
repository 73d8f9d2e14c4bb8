"""
Access: the permissions that a plugin brings, the groups that get them, and what it asks of the host.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from honeyhost.manifest.parts.base import Part, Shorthand
from honeyhost.manifest.types import Label, PermissionId, Text

HostPermissionType = Literal["db", "cache", "http", "email", "config", "plugin_call", "dbt"]


class PermissionDeclaration(Shorthand):
    """
    A permission that the plugin brings into the platform's catalog.
    """

    shorthand: ClassVar[str] = "id"

    id: PermissionId = Field(description="The permission, as 'resource.action' in lower case.")
    label: Label | None = Field(None, description="Its name for people.")
    description: Label | None = Field(None, description="What its holder may do.")


class SeedGroup(Part):
    """
    A group that is created with these permissions when the plugin is attached.
    """

    name: Annotated[Text, Field(min_length=1, max_length=100)] = Field(description="The group's name in the platform.")
    label: Label | None = Field(None, description="The group's name for people.")
    permissions: tuple[PermissionId, ...] = Field(description="Permissions that this plugin declares.")


class HostPermission(Part):
    """
    Something that the plugin asks of the host; refused until an operator grants it.
    """

    type: HostPermissionType = Field(description="The service of the host.")
    access: Literal["read", "write", "readwrite"] | None = Field(None, description="For db and cache: what it does there.")
    scope: tuple[Text, ...] = Field(
        (), description="Table globs, hosts, e-mail domains, config keys, slug[.function], or dbt operations."
    )
    database: Text | None = Field(None, description="For db: the name of the database, if not the default one.")
    purpose: Label | None = Field(None, description="Why; shown to the operator who is asked.")
