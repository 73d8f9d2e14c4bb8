"""
Attaching: an accepted plugin and what compiling revealed, made into what the manager serves.

Apart from the values, because these functions know discovery and the manifest, and a start from a snapshot needs neither.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from honeyhost.attach.compiled import CompiledPlugin, Fragment
from honeyhost.attach.nav import nav_entries
from honeyhost.attach.published import PublishedCapability
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.errors import AttachError
from honeyhost.manager.attached import AttachedPlugin, PluginFacts
from honeyhost.manager.spec import PluginSpec, RouterSpec
from honeyhost.manifest.references import own_module
from honeyhost.manifest.rules.code import HANDLED
from honeyhost.names import Reference
from honeyhost.runtimes.namespace import NAMESPACE


def specify(plugin: DiscoveredPlugin) -> PluginSpec:
    """
    The specification of a discovered plugin.
    """
    manifest = plugin.manifest
    return PluginSpec(
        slug=plugin.name,
        version=plugin.version,
        digest=plugin.digest,
        title=manifest.title(),
        package=plugin.package,
        routers=tuple(RouterSpec(_located(entry.router, plugin), entry.permission, entry.public) for entry in manifest.routers),
        middleware=tuple(_located(text, plugin) for text in manifest.middleware),
        permissions=tuple(sorted({*plugin.permissions, *_guards(plugin)})),
        stamps=(*plugin.stamps, *_schema_files(plugin)),
        plugin=None if manifest.plugin is None else _located(manifest.plugin, plugin),
        handlers=tuple(dict.fromkeys(_handlers(plugin))),
        capabilities={entry.slug: _located(entry.handler, plugin) for entry in manifest.capabilities},
        requires=tuple(manifest.requires_plugins),
    )


def _schema_files(plugin: DiscoveredPlugin) -> Iterable[str]:
    """
    The schemas of the configuration and of inputs: what they say, as that a value is secret, has to be known as soon as they
    say so.
    """
    manifest = plugin.manifest
    paths = (manifest.config_schema, *(entry.input_schema for entry in manifest.capabilities))
    return (str(plugin.root / path) for path in dict.fromkeys(paths) if path is not None)


def _handlers(plugin: DiscoveredPlugin) -> Iterable[str]:
    entries = (entry for field in HANDLED for entry in getattr(plugin.manifest, field))
    return (_located(entry.handler, plugin) for entry in entries if entry.handler is not None)


def _guards(plugin: DiscoveredPlugin) -> Iterable[str]:
    """
    Permissions that guard whole routers. The resolver has admitted them, also those of the platform and of other plugins.
    """
    return (entry.permission for entry in plugin.manifest.routers if entry.permission is not None)


def _located(text: str, plugin: DiscoveredPlugin) -> str:
    """
    The reference as it is importable here: ``plugins.<slug>.x:y`` of a wheel lies in the wheel's own package.
    """
    reference = Reference.parse(text)
    if reference is None or reference.relative or plugin.package == f"{NAMESPACE}.{plugin.name}":
        return text
    module = own_module(reference, plugin.package, plugin.name)
    return text if module is None else f"{'.'.join(filter(None, (plugin.package, module)))}:{reference.attribute}"


def attached(plugin: DiscoveredPlugin, compiled: CompiledPlugin) -> AttachedPlugin:
    """
    The attached plugin of a discovered one that was compiled.

    Raises:
        AttachError: if the schema of its configuration cannot be read: nobody would know what in it is secret; or that of an
            input.
    """
    manifest = plugin.manifest
    facts = PluginFacts(
        spec=specify(plugin),
        compiled=compiled,
        nav=tuple(entry.to_json() for entry in nav_entries(manifest)),
        about={
            "display_name": manifest.title(),
            "kind": manifest.kind,
            "labels": manifest.labels if manifest.labels is not None else manifest.display_name,
            "origin": plugin.origin.to_json(),
        },
        config_schema=_schema(plugin, manifest.config_schema, "config_schema"),
        capabilities=_published(plugin, compiled),
    )
    paths, schemas, security = compiled.openapi
    return AttachedPlugin(
        slug=plugin.name,
        version=plugin.version,
        sort=manifest.sort,
        lifespan=compiled.lifespan,
        starts=compiled.starts,
        public=compiled.public,
        capabilities={slug: capability.permission for slug, capability in facts.capabilities.items()},
        read=lambda: facts,
        read_fragment=lambda: Fragment(paths.encode(), schemas.encode(), security.encode()),
    )


def _published(plugin: DiscoveredPlugin, compiled: CompiledPlugin) -> dict[str, PublishedCapability]:
    """
    Every capability, by slug. One that only a mark speaks of is for every known caller, and takes what its function takes.
    """
    published = {slug: PublishedCapability(slug=slug, function=name) for slug, name in compiled.capabilities.items()}
    for entry in plugin.manifest.capabilities:
        published[entry.slug] = PublishedCapability(
            slug=entry.slug,
            function=_located(entry.handler, plugin),
            permission=entry.permission,
            input_schema=_schema(plugin, entry.input_schema, "input_schema"),
        )
    return published


def _schema(plugin: DiscoveredPlugin, path: str | None, field: str) -> Mapping[str, Any] | None:
    if path is None or plugin.root.is_file():  # an archive is listed and never served
        return None
    try:
        schema = json.loads((plugin.root / path).read_bytes())
    except (OSError, ValueError) as error:
        said = f"plugin '{plugin.name}': its {field} '{path}' cannot be read: {error}"
        raise AttachError(said, hint=f"honeyhost check {plugin.name}", plugin=plugin.name) from error
    if isinstance(schema, dict):
        return schema
    return None if schema is True else {"not": {}}
