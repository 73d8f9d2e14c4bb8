"""
The manifest: what a plugin.yaml says, found out without running any code of the plugin.

The public names are imported when they are first asked for, so that whoever meets only copies of manifests loads no YAML.
"""

from importlib import import_module
from typing import Any

_WHERE = {
    "MANIFEST_NAME": "validation",
    "Document": "document",
    "FolderTree": "tree",
    "PluginManifest": "model",
    "Positions": "positions",
    "SourceTree": "tree",
    "UnreadableError": "tree",
    "check_references": "references",
    "check_rules": "rules",
    "from_json": "normalised",
    "frontend_path": "rules",
    "json_schema": "schema",
    "label_text": "model",
    "load_manifest": "validation",
    "own_module": "references",
    "read": "reader",
    "read_bounded": "tree",
    "to_json": "normalised",
    "validate": "validation",
    "validate_document": "validation",
}

__all__ = [
    "MANIFEST_NAME",
    "Document",
    "FolderTree",
    "PluginManifest",
    "Positions",
    "SourceTree",
    "UnreadableError",
    "check_references",
    "check_rules",
    "from_json",
    "frontend_path",
    "json_schema",
    "label_text",
    "load_manifest",
    "own_module",
    "read",
    "read_bounded",
    "to_json",
    "validate",
    "validate_document",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"honeyhost.manifest.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'honeyhost.manifest' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
