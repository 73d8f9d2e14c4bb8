"""
Recording: what a manifest says about its plugin's record, and about its configuration.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from honeyhost.discovery.archives import tree_of
from honeyhost.discovery.inventory import DiscoveredPlugin, Inventory
from honeyhost.errors import RefusedError
from honeyhost.manifest.document import MAX_BYTES
from honeyhost.manifest.tree import FolderTree
from honeyhost.store.records import PluginDefaults


def defaults_of(plugin: DiscoveredPlugin) -> PluginDefaults:
    """
    The record of a plugin as its manifest has it, before an operator changes anything.
    """
    manifest = plugin.manifest
    labels = manifest.labels if manifest.labels is not None else manifest.display_name
    return PluginDefaults(
        slug=plugin.name,
        kind=manifest.kind,
        version=plugin.version,
        nav=bool(manifest.nav),
        sort=manifest.sort,
        labels={"en": labels} if isinstance(labels, str) else dict(labels or {}),
    )


def config_schema_of(plugin: DiscoveredPlugin) -> Mapping[str, Any] | None:
    """
    The JSON Schema of the plugin's configuration; None where it has none.

    Raises:
        RefusedError: it names a schema that cannot be read, so nobody knows what is secret.
    """
    path = plugin.manifest.config_schema
    if path is None:
        return None
    tree = tree_of(plugin.root, plugin.package) if plugin.origin.kind == "archive" else FolderTree(plugin.root)
    try:
        schema = json.loads(tree.read(path, MAX_BYTES))
    except (OSError, ValueError) as cause:
        raise _unreadable(plugin, path) from cause
    if isinstance(schema, bool):
        return None if schema else {"not": {}}
    if not isinstance(schema, dict):
        raise _unreadable(plugin, path)
    return schema


def _unreadable(plugin: DiscoveredPlugin, path: str) -> RefusedError:
    return RefusedError(
        f"the schema '{path}' of plugin '{plugin.name}' cannot be read, so nobody knows which of its values are secret",
        hint=f"honeyhost check {plugin.name}",
        plugin=plugin.name,
    )


UNKNOWN_SCHEMA: Mapping[str, Any] = {"additionalProperties": {"writeOnly": True}}
"""Stands for the schema of a plugin that is not here: every one of its values may be a secret."""


def config_schemas(inventory: Inventory) -> Callable[[str], Mapping[str, Any] | None]:
    """
    The schema of each plugin's configuration by its slug; of one that is not found, or cannot be read, UNKNOWN_SCHEMA.
    """

    def schema(slug: str) -> Mapping[str, Any] | None:
        found = inventory.named(slug)
        try:
            return config_schema_of(found[0]) if found else UNKNOWN_SCHEMA
        except RefusedError:
            return UNKNOWN_SCHEMA

    return schema
