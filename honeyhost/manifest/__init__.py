"""
The manifest: what a plugin.yaml says, found out without running any code of the plugin.
"""

from honeyhost.manifest.document import Document
from honeyhost.manifest.model import PluginManifest, label_text
from honeyhost.manifest.normalised import from_json, to_json
from honeyhost.manifest.positions import Positions
from honeyhost.manifest.reader import read
from honeyhost.manifest.references import check_references, own_module
from honeyhost.manifest.rules import check_rules, frontend_path
from honeyhost.manifest.schema import json_schema
from honeyhost.manifest.tree import FolderTree, SourceTree, UnreadableError, read_bounded
from honeyhost.manifest.validation import MANIFEST_NAME, load_manifest, validate, validate_document

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
