"""
The schema: JSON Schema of plugin.yaml, for editors and for programs that write manifests.

It is made from the model, so it cannot say anything else. It stays open: an unknown key is a warning of ours, not an error
of the editor's.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from honeyhost.manifest.model import PluginManifest

SCHEMA_ID = "urn:honeyhost:schema:plugin:1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_COMMENT = (
    "Write the schema to a file with 'honeyhost schema > plugin.schema.json', and put this into the first line of plugin.yaml: "
    "# yaml-language-server: $schema=plugin.schema.json"
)


class _ForEditors(GenerateJsonSchema):
    """
    A schema without what only pydantic needs: a title for each field that repeats its name, and nulls that nobody writes.
    """

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def json_schema() -> dict[str, Any]:
    """
    The schema of plugin.yaml (JSON Schema 2020-12), the same dictionary for the same version of the model.
    """
    made = _plain(PluginManifest.model_json_schema(schema_generator=_ForEditors))
    return {
        "$schema": DIALECT,
        "$id": SCHEMA_ID,
        "$comment": _COMMENT,
        "title": "plugin.yaml",
        **{key: made[key] for key in ("description", "type", "properties", "required", "additionalProperties", "$defs")},
    }


def _plain(value: Any) -> Any:
    """
    The schema without empty titles and defaults that say nothing, and with ``additionalProperties`` spelt as people read it.
    """
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _plain(item) for key, item in value.items() if not _noise(key, item)}
    if isinstance(text := kept.get("description"), str):
        kept["description"] = text.replace("``", "`")
    if kept.get("additionalProperties") == {}:
        kept["additionalProperties"] = True
    return kept


def _noise(key: str, item: Any) -> bool:
    return (key == "title" and isinstance(item, str)) or (key == "default" and (item is None or isinstance(item, dict | list)))
