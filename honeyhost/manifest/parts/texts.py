"""
Texts: the templates, translations and error messages that a plugin brings.
"""

from collections.abc import Mapping

from pydantic import Field

from honeyhost.manifest.parts.base import Part
from honeyhost.manifest.types import ErrorCodeName, PluginPath, Text, YamlBool, YamlInt


class TemplateEntry(Part):
    """
    A template that the plugin brings, or one of the host's that it replaces.
    """

    name: Text = Field(max_length=200, description="The template's name, as the host asks for it.")
    path: PluginPath = Field(description="The template file.")
    override: YamlBool = Field(default=False, description="Whether it replaces the host's template of that name.")
    priority: YamlInt = Field(0, description="The highest of all plugins wins.")
    handler: Text | None = Field(None, description="A function that returns the template's values.")


class Translations(Part):
    """
    Texts in several languages, in the manifest or in ``<tag>.json`` files of a directory.
    """

    namespace: Text | None = Field(None, description="What stands before each key; the slug where none is given.")
    languages: tuple[Text, ...] = Field((), description="Language tags, such as en or pt-BR.")
    translations: Mapping[str, Mapping[str, str]] = Field(default_factory=dict, description="Texts by language and key.")
    directory: PluginPath | None = Field(None, description="A folder of <tag>.json files.")


class ErrorCode(Part):
    """
    An error that the plugin answers with, shown as ``<slug>:<code>``.
    """

    code: ErrorCodeName = Field(description="The code without the slug.")
    message: Text = Field(description="The message in English; translated by 'errors.<code>'.")
    http_status: YamlInt = Field(500, ge=400, le=599, description="The HTTP status of an answer with this error.")
