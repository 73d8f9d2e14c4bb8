"""
The page about plugin.yaml, and the JSON Schema for editors.
"""

import json
from collections.abc import Container, Mapping
from typing import Any

from honeyhost.manifest import json_schema
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.rules import NOT_ATTACHED
from pages.text import code, default, document, prose, shape, table

INTRODUCTION = """
A plugin is described by one file, `plugin.yaml`, at the root of its folder or package. `name` and `version` are
required; every other key has a default. A key that is not listed here is a warning.

- **Text** is text: `version: 1.10` stays `1.10`, and `name: no` stays `no`. Where a whole number or yes and no are
  asked for, the text is read as that; free-form values (`args`) follow the core rules of YAML 1.2.
- **A slug** has lower-case letters, digits and single hyphens. Some words are the host's, and so are the names of
  Python's standard library.
- **A reference** is `package.module:attribute`, or `.module:attribute` below the plugin's own package. That package is
  `plugins.<slug>` for a folder, and for a wheel the module of its entry point.
- **A path** is relative and stays inside the plugin's root, also after links are followed.
- **A label** is text, or a mapping from language to text: `{en: Patients, ar: المرضى}`.
- **A duration** is written as `30s`, `5m`, `1h30m`.
- **Versions** follow PEP 440, and so do ranges: `>=1.4,<2`.

The reader takes at most 256 KiB, 20 000 nodes and 20 levels, and no anchors, tags, second documents or duplicate keys.

A key with an asterisk is checked in full, and has no effect in this version; `check` says so.

For completion in an editor: `honeyhost schema > plugin.schema.json`, and as the first line of plugin.yaml `#
yaml-language-server: $schema=plugin.schema.json`.
"""


def page() -> str:
    """
    All keys, then each kind of mapping.
    """
    model = PluginManifest.model_json_schema()
    parts = [f"## {name}\n\n{_about(part)}\n\n{_fields(_mapping(part))}" for name, part in sorted(model["$defs"].items())]
    return document("plugin.yaml", INTRODUCTION, "## Keys", _fields(model, waiting=NOT_ATTACHED), *parts)


def schema() -> str:
    """
    The JSON Schema, as ``honeyhost schema`` prints it.
    """
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _mapping(part: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((option for option in part.get("anyOf", ()) if "properties" in option), part)


def _about(part: Mapping[str, Any]) -> str:
    mapping = _mapping(part)
    text = prose(mapping.get("description"))
    if mapping is part:
        return text
    key = mapping["required"][0] if mapping.get("required") else next(iter(mapping["properties"]))
    return f"{text} May be written as one text: its `{key}`."


def _fields(mapping: Mapping[str, Any], waiting: Container[str] = ()) -> str:
    required = mapping.get("required", ())
    rows = [
        (
            code(name) + (" *" if name in waiting else ""),
            shape(field),
            "required" if name in required else default(field),
            prose(field.get("description")),
        )
        for name, field in mapping["properties"].items()
    ]
    return table(("key", "shape", "default", "what it is"), rows)
