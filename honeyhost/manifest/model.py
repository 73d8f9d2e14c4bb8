"""
The manifest: what a plugin.yaml may say, as one frozen model.

The model gives shapes only. What needs more than one field, the file system or the host is asked elsewhere
(``manifest.rules``, ``manifest.references``, the resolver). Unknown keys are kept in ``model_extra``.

Source of the fields: the seed documents' manifest and registration, and the project's own; see docs/reference/manifest.md.
"""

from collections.abc import Mapping
from typing import Self

from pydantic import Field

from honeyhost.manifest.parts import (
    Capability,
    ErrorCode,
    HostPermission,
    Job,
    LandingPage,
    MenuItem,
    NavItem,
    Part,
    PermissionDeclaration,
    RouterEntry,
    RouteSpec,
    RuntimeSpec,
    SeedGroup,
    StepCondition,
    TemplateEntry,
    Translations,
    Widget,
    Workflow,
    WorkflowStep,
)
from honeyhost.manifest.types import (
    Label,
    OneOrMany,
    PluginPath,
    ReferenceText,
    Slug,
    SpecifierText,
    Text,
    VersionPrefix,
    VersionText,
    YamlInt,
)
from honeyhost.names import label_text

__all__ = [
    "Capability",
    "ErrorCode",
    "HostPermission",
    "Job",
    "LandingPage",
    "MenuItem",
    "NavItem",
    "Part",
    "PermissionDeclaration",
    "PluginManifest",
    "RouteSpec",
    "RouterEntry",
    "RuntimeSpec",
    "SeedGroup",
    "StepCondition",
    "TemplateEntry",
    "Translations",
    "Widget",
    "Workflow",
    "WorkflowStep",
    "label_text",
]


class PluginManifest(Part):
    """
    One plugin.yaml. ``name`` and ``version`` are required; everything else has a default.
    """

    name: Slug = Field(description="The slug: lower-case letters, digits and hyphens; also the folder's name.")
    version: VersionText = Field(description="The plugin's own version (PEP 440).")
    display_name: Label | None = Field(None, description="The name for people, as text or by language.")
    description: Label | None = Field(None, description="What the plugin does, in a sentence.")
    author: Text | None = Field(None, description="Who wrote it.")
    license: Text | None = Field(None, description="The licence, as SPDX spells it.")
    homepage: Text | None = Field(None, max_length=500, description="A page about the plugin.")
    kind: Text = Field("integration", min_length=1, max_length=100, description="What kind of plugin it is to the platform.")
    sort: YamlInt = Field(0, description="Lower comes first in lists.")
    labels: Label | None = Field(None, description="The label of its record, as text or by language.")
    runtime: RuntimeSpec = Field(RuntimeSpec(), description="How its code runs.")
    plugin: ReferenceText | None = Field(None, description="A class or instance with the plugin's functions.")

    min_host_version: VersionText | None = Field(None, description="The oldest version of the platform that it runs on.")
    requires_host: SpecifierText | None = Field(None, description="Versions of the platform that it runs on, as '>=1.4,<2'.")
    tested_up_to: VersionPrefix | None = Field(None, description="The newest version of the platform that it was tried on.")
    requires_python: SpecifierText | None = Field(None, description="Versions of Python that it runs on.")
    requires_plugins: Mapping[Slug, SpecifierText] = Field(
        default_factory=dict, description="Plugins that it needs, with their versions."
    )

    permissions: tuple[PermissionDeclaration, ...] = Field((), description="Permissions that it brings.")
    seed_groups: tuple[SeedGroup, ...] = Field((), description="Groups that get them.")
    host_permissions: tuple[HostPermission, ...] = Field((), description="What it asks of the host.")

    routers: tuple[RouterEntry, ...] = Field((), description="FastAPI routers, answered below the plugin's prefix.")
    middleware: tuple[ReferenceText, ...] = Field((), description="ASGI middleware around its own routes.")
    routes: tuple[RouteSpec, ...] = Field((), description="Routes that functions answer.")
    nav: tuple[NavItem, ...] = Field((), description="Entries of the sidebar.")
    menu_items: tuple[MenuItem, ...] = Field((), description="Entries of any menu, nested or not.")
    hide_menu_items: tuple[Text, ...] = Field((), description="Entries of the platform that it hides.")
    landing_page: LandingPage | None = Field(None, description="Where a person arrives.")
    widgets: tuple[Widget, ...] = Field((), description="Cards on dashboards.")
    jobs: tuple[Job, ...] = Field((), description="Functions that run on a schedule.")
    capabilities: tuple[Capability, ...] = Field((), description="Functions that others may run by name.")
    workflows: tuple[Workflow, ...] = Field((), description="Capabilities in order.")
    templates: tuple[TemplateEntry, ...] = Field((), description="Templates, its own or in place of the host's.")
    i18n: Translations | None = Field(None, description="Texts in several languages.")
    error_codes: tuple[ErrorCode, ...] = Field((), description="Errors that it answers with.")
    config_schema: PluginPath | None = Field(None, description="A JSON Schema file for its configuration.")
    migrations: PluginPath | None = Field(None, description="An Alembic script folder for its own tables.")
    dbt_workspace: OneOrMany[PluginPath] = Field((), description="A folder with dbt_project.yml, or several.")
    frontend_entry: PluginPath | None = Field(None, description="The source file of its pages.")
    frontend_bundle: PluginPath | None = Field(None, description="A folder with its built pages and honeyhost.json.")
    frontend_peers: Mapping[Text, SpecifierText] = Field(
        default_factory=dict, description="npm packages that it shares with the shell, with their versions."
    )

    @property
    def unknown_fields(self) -> tuple[str, ...]:
        """
        Keys of the document that no field has.
        """
        return tuple(self.model_extra or ())

    def title(self, language: str = "en") -> str:
        """
        The display name in a language, else in English, else in the first one given, else the slug.
        """
        return label_text(self.display_name, language) or self.name

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """
        The manifest in a JSON document that was validated before it was written (the copy in a wheel).
        """
        return cls.model_validate_json(text)
