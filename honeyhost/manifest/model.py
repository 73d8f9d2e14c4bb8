"""
The manifest: what a plugin.yaml may say, as one frozen model.

The model gives shapes only. What needs more than one field, the file system or the host is asked elsewhere
(``manifest.rules``, ``manifest.references``, the resolver). Unknown keys are kept in ``model_extra``.

Source of the fields: the seed documents' manifest and registration, and the project's own; see docs/reference/manifest.md.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from packaging.specifiers import SpecifierSet
from packaging.version import Version
from pydantic import BaseModel, ConfigDict, Field, model_validator

from honeyhost.manifest.types import (
    Duration,
    FreeForm,
    Label,
    OneOrMany,
    PermissionId,
    PluginPath,
    ReferenceText,
    Slug,
    SpecifierText,
    Text,
    VersionPrefix,
    VersionText,
    YamlBool,
    YamlInt,
)


class Part(BaseModel):
    """
    The settings that every part of the manifest shares.
    """

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True, hide_input_in_errors=True)


class PermissionDeclaration(Part):
    """
    A permission that the plugin brings into the platform's catalog.
    """

    id: PermissionId
    label: Label | None = None
    description: Label | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_id(cls, value: Any) -> Any:
        return {"id": value} if isinstance(value, str) else value


class SeedGroup(Part):
    """
    A group that is created with these permissions when the plugin is attached.
    """

    name: Annotated[Text, Field(min_length=1, max_length=100)]
    label: Label | None = None
    permissions: tuple[PermissionId, ...]


class HostPermission(Part):
    """
    Something that the plugin asks of the host; refused until an operator grants it.
    """

    type: Literal["db", "cache", "http", "email", "config", "plugin_call", "dbt"]
    access: Literal["read", "write", "readwrite"] | None = None
    scope: tuple[Text, ...] = ()
    database: Text | None = None
    purpose: Label | None = None


class RouterEntry(Part):
    """
    A FastAPI router and who may reach it: a permission, everyone (``public``), or every known caller (neither).
    """

    router: ReferenceText
    permission: PermissionId | None = None
    public: YamlBool = False

    @model_validator(mode="before")
    @classmethod
    def _from_reference(cls, value: Any) -> Any:
        return {"router": value} if isinstance(value, str) else value


HttpMethod = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class RouteSpec(Part):
    """
    A route that is answered by a function of the plugin.
    """

    method: HttpMethod
    path: Annotated[Text, Field(pattern=r"^/")]
    handler: Text
    permission: PermissionId | None = None
    public: YamlBool = False
    middleware: tuple[Text, ...] = ()
    description: Text | None = None
    args: PluginPath | None = None


class NavItem(Part):
    """
    An entry of the platform's sidebar.
    """

    label: Label
    path: Text
    icon: Text | None = None
    order: YamlInt = 0
    permission: PermissionId | None = None
    id: Text | None = None


class MenuItem(Part):
    """
    An entry of a menu, nested or not.
    """

    id: Text
    label: Label
    icon: Text | None = None
    path: Text | None = None
    location: Text = "sidebar"
    parent: Text | None = None
    order: YamlInt = 0
    children: tuple["MenuItem", ...] = ()
    permission: PermissionId | None = None


class LandingPage(Part):
    """
    Where a person arrives; the highest priority wins.
    """

    path: Text
    priority: YamlInt = 0


class Widget(Part):
    """
    A card on a dashboard, drawn by a function (``handler``) or by the plugin's frontend (``block``).
    """

    id: Text
    title: Label
    description: Label | None = None
    location: Text = "dashboard"
    size: Literal["small", "medium", "large", "full"] = "medium"
    order: YamlInt = 0
    refreshable: YamlBool = False
    refresh_sec: Annotated[YamlInt, Field(ge=0)] = 0
    permission: PermissionId | None = None
    handler: Text | None = None
    block: Text | None = None


class Job(Part):
    """
    A function that runs on a schedule (cron of five or six fields).
    """

    id: Text
    handler: Text
    schedule: Text
    timezone: Text = "UTC"
    enabled: YamlBool = True
    timeout: Duration = "5m"
    args: FreeForm = Field(default_factory=dict)
    description: Label | None = None


class Capability(Part):
    """
    A function published under a slug of its own.
    """

    slug: Text
    handler: Text
    permission: PermissionId | None = None
    input_schema: PluginPath | None = None


class StepCondition(Part):
    """
    Runs the step only when the referenced value equals the given one.
    """

    ref: Text
    equals: FreeForm


class WorkflowStep(Part):
    """
    One capability in a workflow.
    """

    id: Text
    capability: Text
    args: FreeForm = Field(default_factory=dict)
    retries: Annotated[YamlInt, Field(ge=0)] = 0
    timeout: Duration | None = None
    when: StepCondition | None = None


class Workflow(Part):
    """
    Capabilities in order.
    """

    name: Text
    permission: PermissionId | None = None
    steps: Annotated[tuple[WorkflowStep, ...], Field(min_length=1)]


class TemplateEntry(Part):
    """
    A template that the plugin brings, or one of the host's that it replaces.
    """

    name: Text
    path: PluginPath
    override: YamlBool = False
    priority: YamlInt = 0
    handler: Text | None = None


class Translations(Part):
    """
    Texts in several languages, in the manifest or in ``<tag>.json`` files of a directory.
    """

    namespace: Text | None = None
    languages: tuple[Text, ...] = ()
    translations: Mapping[Text, Mapping[Text, Text]] = Field(default_factory=dict)
    directory: PluginPath | None = None


class ErrorCode(Part):
    """
    An error that the plugin answers with, shown as ``<slug>:<code>``.
    """

    code: Annotated[Text, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    message: Text
    http_status: Annotated[YamlInt, Field(ge=400, le=599)] = 500


class RuntimeSpec(Part):
    """
    How the code of the plugin runs.
    """

    type: Literal["python", "process", "wasm", "grpc"] = "python"
    path: PluginPath | None = None
    command: tuple[Text, ...] | None = None
    call_timeout: Duration | None = None
    memory_mb: Annotated[YamlInt, Field(ge=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_type(cls, value: Any) -> Any:
        return {"type": value} if isinstance(value, str) else value


class PluginManifest(Part):
    """
    One plugin.yaml. ``name`` and ``version`` are required; everything else has a default.
    """

    name: Slug
    version: VersionText
    display_name: Label | None = None
    description: Label | None = None
    author: Text | None = None
    license: Text | None = None
    homepage: Text | None = None
    kind: Text = "integration"
    sort: YamlInt = 0
    labels: Label | None = None
    runtime: RuntimeSpec = RuntimeSpec()
    plugin: ReferenceText | None = None

    min_host_version: VersionText | None = None
    requires_host: SpecifierText | None = None
    tested_up_to: VersionPrefix | None = None
    requires_python: SpecifierText | None = None
    requires_plugins: Mapping[Slug, SpecifierText] = Field(default_factory=dict)

    permissions: tuple[PermissionDeclaration, ...] = ()
    seed_groups: tuple[SeedGroup, ...] = ()
    host_permissions: tuple[HostPermission, ...] = ()

    routers: tuple[RouterEntry, ...] = ()
    middleware: tuple[ReferenceText, ...] = ()
    routes: tuple[RouteSpec, ...] = ()
    nav: tuple[NavItem, ...] = ()
    menu_items: tuple[MenuItem, ...] = ()
    hide_menu_items: tuple[Text, ...] = ()
    landing_page: LandingPage | None = None
    widgets: tuple[Widget, ...] = ()
    jobs: tuple[Job, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    templates: tuple[TemplateEntry, ...] = ()
    i18n: Translations | None = None
    error_codes: tuple[ErrorCode, ...] = ()
    config_schema: PluginPath | None = None
    migrations: PluginPath | None = None
    dbt_workspace: OneOrMany[PluginPath] = ()
    frontend_entry: PluginPath | None = None
    frontend_bundle: PluginPath | None = None
    frontend_peers: Mapping[Text, SpecifierText] = Field(default_factory=dict)

    @property
    def parsed_version(self) -> Version:
        """
        The version as a comparable value (PEP 440).
        """
        return Version(self.version)

    @property
    def host_specifiers(self) -> SpecifierSet:
        """
        ``min_host_version`` and ``requires_host`` intersected.
        """
        minimum = SpecifierSet(f">={self.min_host_version}" if self.min_host_version else "")
        return minimum & SpecifierSet(self.requires_host or "")

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


def label_text(label: str | Mapping[str, str] | None, language: str = "en") -> str | None:
    """
    One text of a label: in the language, its base language, English, or the first given.
    """
    if label is None or isinstance(label, str):
        return label
    for tag in (language, language.split("-", 1)[0], "en"):
        if tag in label:
            return label[tag]
    return next(iter(label.values()), None)
