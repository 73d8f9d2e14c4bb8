"""
Code: the routers and routes that a plugin answers, and how its code runs.
"""

from typing import ClassVar, Literal

from pydantic import Field

from honeyhost.manifest.parts.base import Part, Shorthand
from honeyhost.manifest.types import Duration, PermissionId, PluginPath, ReferenceText, Text, YamlBool, YamlInt

HttpMethod = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class RouterEntry(Shorthand):
    """
    A FastAPI router and who may reach it: a permission, everyone (``public``), or every known caller (neither).
    """

    shorthand: ClassVar[str] = "router"

    router: ReferenceText = Field(description="'package.module:attribute', or '.module:attribute' below the plugin's package.")
    permission: PermissionId | None = Field(None, description="The permission that every caller of it needs.")
    public: YamlBool = Field(default=False, description="Whether anyone may call it, known or not.")


class RouteSpec(Part):
    """
    A route that is answered by a function of the plugin.
    """

    method: HttpMethod = Field(description="The HTTP method.")
    path: Text = Field(max_length=500, description="The path below the plugin's prefix, with {parameters}.")
    handler: Text = Field(description="A function's name, or a reference.")
    permission: PermissionId | None = Field(None, description="The permission that a caller needs.")
    public: YamlBool = Field(default=False, description="Whether anyone may call it, known or not.")
    middleware: tuple[Text, ...] = Field((), description="Names of this plugin's middleware, outermost first.")
    description: Text | None = Field(None, description="For the API documentation.")
    args: PluginPath | None = Field(None, description="A JSON Schema file for the arguments.")


class RuntimeSpec(Shorthand):
    """
    How the code of the plugin runs.
    """

    shorthand: ClassVar[str] = "type"

    type: Literal["python", "process", "wasm", "grpc"] = Field("python", description="The kind of runtime.")
    path: PluginPath | None = Field(None, description="The module or program below the plugin's root.")
    command: tuple[Text, ...] | None = Field(None, description="The program and its arguments.")
    call_timeout: Duration | None = Field(None, description="The longest that one call may take.")
    memory_mb: YamlInt | None = Field(None, ge=1, description="The most memory that the runtime may use, in MB.")
