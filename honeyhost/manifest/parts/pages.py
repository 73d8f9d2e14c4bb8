"""
Pages: the entries of the platform's menus, and the cards on its dashboards.
"""

from typing import Literal

from pydantic import Field

from honeyhost.manifest.parts.base import Part
from honeyhost.manifest.types import ICON_PATTERN, ItemId, Label, PermissionId, Text, YamlBool, YamlInt

_ICON = "The name of an icon, as Lucide spells it."


class NavItem(Part):
    """
    An entry of the platform's sidebar.
    """

    label: Label = Field(description="What the entry says, as text or by language.")
    path: Text = Field(max_length=500, description="A page of this plugin: '/<slug>/…' or '/plugins/<slug>/…'.")
    icon: Text | None = Field(None, description=_ICON, json_schema_extra={"pattern": ICON_PATTERN})
    order: YamlInt = Field(0, description="Lower comes first.")
    permission: PermissionId | None = Field(None, description="Who sees it; everyone where none is given.")
    id: ItemId | None = Field(None, description="What others call it; the path where none is given.")


class MenuItem(Part):
    """
    An entry of a menu, nested or not.
    """

    id: ItemId = Field(description="What others call it.")
    label: Label = Field(description="What the entry says, as text or by language.")
    icon: Text | None = Field(None, description=_ICON, json_schema_extra={"pattern": ICON_PATTERN})
    path: Text | None = Field(None, max_length=500, description="A page of this plugin: '/<slug>/…' or '/plugins/<slug>/…'.")
    location: Text = Field("sidebar", description="The menu that it stands in.")
    parent: ItemId | None = Field(None, description="The id of the entry that it stands under.")
    order: YamlInt = Field(0, description="Lower comes first.")
    children: tuple["MenuItem", ...] = Field((), description="The entries under it.")
    permission: PermissionId | None = Field(None, description="Who sees it; everyone where none is given.")


class LandingPage(Part):
    """
    Where a person arrives; the highest priority wins.
    """

    path: Text = Field(max_length=500, description="A page of this plugin.")
    priority: YamlInt = Field(0, description="The highest of all plugins wins.")


class Widget(Part):
    """
    A card on a dashboard, drawn by a function (``handler``) or by the plugin's frontend (``block``).
    """

    id: ItemId = Field(description="What others call it.")
    title: Label = Field(description="What stands over it.")
    description: Label | None = Field(None, description="What it shows.")
    location: Text = Field("dashboard", description="The dashboard that it stands on.")
    size: Literal["small", "medium", "large", "full"] = Field("medium", description="How much room it takes.")
    order: YamlInt = Field(0, description="Lower comes first.")
    refreshable: YamlBool = Field(default=False, description="Whether it can be drawn again in place.")
    refresh_sec: YamlInt = Field(0, ge=0, description="After how many seconds it is drawn again by itself; 0 is never.")
    permission: PermissionId | None = Field(None, description="Who sees it; everyone where none is given.")
    handler: Text | None = Field(None, description="A function that returns HTML or JSON.")
    block: Text | None = Field(None, description="An export of the frontend entry.")
