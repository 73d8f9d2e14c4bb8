"""
The settings of one platform, read and checked.

Reading them touches no plugin and no database, and imports none of the rooms that the settings are for: every command
begins here, also those that need nothing else.
"""

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Self, get_origin

from pydantic import ByteSize, Field, PrivateAttr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from honeyhost import __version__
from honeyhost.settings import defaults
from honeyhost.settings.assignments import PREFIX, Given
from honeyhost.settings.origins import SettingOrigin
from honeyhost.settings.refusals import refusal
from honeyhost.settings.shapes import (
    CacheUrl,
    DatabaseFailure,
    DatabasesSetting,
    DatabaseUrl,
    HostsSetting,
    Hours,
    LimitsSetting,
    MailAddress,
    MailUrl,
    ObjectSetting,
    OverridesSetting,
    PathSetting,
    PathsSetting,
    PermissionsSetting,
    PinsSetting,
    Rate,
    RolesSetting,
    Seconds,
    Size,
    TokenSetting,
    Trust,
    VersionSetting,
)


class Settings(BaseSettings):
    """
    The settings of one platform. A platform with settings of its own derives from this class and adds fields.

    Values come from the arguments, else from ``HONEYHOST_*``, else from ``INSTALL_DIR`` and ``DATA_DIR``, else from
    ``honeyhost.toml`` in the working directory, else from the defaults. A mapping is put together from all of them.

    Raises:
        SettingsError: A value cannot be used, or a name is no setting; every such place is named.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, env_prefix=PREFIX)

    install_dir: PathSetting = Field(default_factory=defaults.installation)
    """The platform's own folder; bundled plugins are in ``plugins`` below it."""
    data_dir: PathSetting = Field(default_factory=defaults.data)
    """What the platform writes; customer plugins are in ``plugins`` below it."""
    host_version: VersionSetting = __version__
    """The version of the platform, which plugins ask for."""
    platform_permissions: PermissionsSetting = ()
    """Permissions of the platform itself, which plugins may name to guard what they bring."""
    database_url: DatabaseUrl = Field(default_factory=defaults.database, repr=False)
    """The database of the platform: ``sqlite:////path`` or ``postgresql+psycopg://…``."""
    cache_url: CacheUrl = Field(default="mem://", repr=False)
    """The cache: ``mem://`` in the memory of each process, or ``redis://…``."""
    databases: DatabasesSetting = Field(default_factory=dict, repr=False)
    """Other databases that plugins may ask for, by name; the platform's own is ``default``."""
    database_roles: RolesSetting = Field(default_factory=dict, repr=False)
    """On PostgreSQL, the URL with the role of each plugin, by ``slug`` or ``slug/database``."""
    query_timeout: Seconds = 5.0
    """Seconds for one statement of a plugin."""
    query_rows: Rate = 10_000
    """Rows that one statement of a plugin may give."""
    internal_hosts: HostsSetting = ()
    """Hosts that plugins may reach at addresses that are not public; each needs a grant all the same."""
    http_timeout: Seconds = 30.0
    """Seconds for one request of a plugin to another server."""
    http_max_size: Size = ByteSize(10 * 1024 * 1024)
    """Bytes that another server may answer a plugin."""
    mail_url: MailUrl | None = Field(default=None, repr=False)
    """The mail server: ``smtp://user:password@host:25``, ``smtps://…`` or ``smtp+starttls://…``."""
    mail_sender: MailAddress | None = None
    """The address that messages of plugins come from."""
    operation_limits: LimitsSetting = Field(default_factory=dict)
    """How often a minute a plugin may do an operation, by ``operation`` or ``slug/operation``."""
    platform_config: ObjectSetting = Field(default_factory=dict, repr=False)
    """What plugins may know of the platform, if it is granted: a JSON object."""
    log_records: Rate = 1000
    """Records of the plugins' logs that each process keeps."""
    frontend_manifest: PathSetting = Field(default_factory=defaults.frontend_manifest)
    """The TypeScript file that names the frontends of the plugins."""
    dbt_project_dir: PathSetting = Field(default_factory=defaults.dbt_project)
    """The dbt project that the workspaces of the plugins join."""
    trust: Trust = "warn"
    """What an unsigned plugin is met with."""
    fallback_directories: bool = True
    """Whether folders are looked through beside the entry points."""
    archives: PathsSetting = ()
    """Wheels and zips, or folders of them, to list and check in place."""
    object_manifests: bool = False
    """Whether a manifest that exists only as a Python object may be read, in a process of its own."""
    overrides: OverridesSetting = Field(default_factory=dict)
    """Rules whose upper bound is waived, by plugin: ``{"healthcare": ["host-version"]}``."""
    pins: PinsSetting = Field(default_factory=dict)
    """The distribution that may have a slug which two claim."""
    admin_token: TokenSetting | None = None
    """The administrator's token; one is made and printed once where this is not set."""
    debug: bool = False
    """Whether failures show their tracebacks."""
    start_timeout: Seconds = 30.0
    """Seconds for the import of one plugin, and for its start."""
    max_body_size: Size = ByteSize(10 * 1024 * 1024)
    """Bytes that a request to a plugin may carry."""
    request_timeout: Seconds | None = None
    """Seconds for a request to a plugin; None for as long as it takes."""
    stop_timeout: Seconds = 10.0
    """Seconds for the end of one plugin: its shutdown, its lifespan, its tasks."""
    drain_timeout: Seconds = 10.0
    """Seconds that requests, streams and websockets of a generation may go on after another has taken its place."""
    call_timeout: Seconds = 30.0
    """Seconds for one call of a plugin's function."""
    health_interval: Seconds = 60.0
    """Seconds between two questions to a plugin whether it is well."""
    watch: bool = False
    """Whether changed plugin folders are taken up at once, for development."""
    safe_mode: bool = False
    """Whether the host starts without any plugin; what was wanted stays wanted."""
    heartbeat: Seconds = 5.0
    """Seconds between two reports of a process about what it runs."""
    drift_grace: Seconds = 10.0
    """Seconds that a process may lag behind what is wanted before it is not ready."""
    database_failure: DatabaseFailure = "last-known"
    """What a start without a database does: go on from the last known state, or refuse."""
    session_hours: Hours = 12.0
    """Hours that a browser's session lasts."""
    control_rate: Rate = 60
    """Changes per minute that one caller may make through the control interface."""

    _given: Given = PrivateAttr(default_factory=Given)

    def __init__(self, **arguments: Any) -> None:
        fields = type(self).model_fields
        nested = (name for name, info in fields.items() if _is_mapping(info.annotation))
        given = Given.read(arguments, nested=nested, folder=Path.cwd(), environment=os.environ)
        values = {name: value for name, value in given.values().items() if name in fields}
        cause = None
        try:
            super().__init__(**values)
        except ValidationError as found:
            cause = found
        error = refusal(given, cause, fields)
        if error is not None:
            raise error
        self._given = given

    @classmethod
    def load(cls) -> Self:
        """
        The settings as environment, file and defaults have them now.
        """
        return cls()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """
        One source: all places were read already, once, so that an origin is never another than the one that was used.
        """
        return (init_settings,)

    @property
    def bundled_root(self) -> Path:
        """
        The folder of the plugins that come with the platform.
        """
        return self.install_dir / "plugins"

    @property
    def customer_root(self) -> Path:
        """
        The folder of the plugins that the operator added.
        """
        return self.data_dir / "plugins"

    @property
    def plugin_roots(self) -> tuple[Path, Path]:
        """
        Both folders of plugins, the one that wins first.
        """
        return self.customer_root, self.bundled_root

    def origins(self) -> tuple[SettingOrigin, ...]:
        """
        Every setting with its value, secrets masked, and where the value came from.
        """
        return tuple(SettingOrigin.of(name, getattr(self, name), self._given.source(name)) for name in type(self).model_fields)

    def import_path(self) -> tuple[str, ...]:
        """
        The folders that installed plugins are looked for in.
        """
        return tuple(sys.path)

    def discovery_options(self) -> Any:
        """
        Where plugins are looked for, as ``honeyhost.discovery.DiscoveryOptions``.
        """
        return import_module("honeyhost.discovery").DiscoveryOptions(
            path=self.import_path(),
            bundled_root=self.bundled_root,
            customer_root=self.customer_root,
            archives=self.archives,
            directories=self.fallback_directories,
            entry_points=True,
            object_manifests=self.object_manifests,
        )

    def profile(self) -> Any:
        """
        The facts of this host, as ``honeyhost.resolver.HostProfile``.
        """
        source = self._given.source("host_version")
        return import_module("honeyhost.resolver.profile").HostProfile(
            host_version=self.host_version, host_version_source=source, catalog=dict.fromkeys(self.platform_permissions, "host")
        )

    def policy(self) -> Any:
        """
        The operator's wishes, as ``honeyhost.resolver.Policy``.
        """
        return import_module("honeyhost.resolver.profile").Policy(trust=self.trust, overrides=self.overrides, pins=self.pins)


def _is_mapping(annotation: Any) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)
