"""
Attaching: an accepted plugin and what compiling revealed, made into what the manager serves.

Apart from the values, because these functions know discovery and the manifest, and a start from a snapshot needs neither.
"""

from honeyhost.attach.compiled import CompiledPlugin
from honeyhost.attach.nav import nav_entries
from honeyhost.attach.routing.openapi import Fragment
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.manager.attached import AttachedPlugin, PluginFacts
from honeyhost.manager.spec import PluginSpec, RouterSpec


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
        routers=tuple(RouterSpec(entry.router, entry.permission, entry.public) for entry in manifest.routers),
        middleware=manifest.middleware,
        permissions=plugin.permissions,
        stamps=plugin.stamps,
    )


def attached(plugin: DiscoveredPlugin, compiled: CompiledPlugin) -> AttachedPlugin:
    """
    The attached plugin of a discovered one that was compiled.
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
    )
    paths, schemas, security = compiled.openapi
    return AttachedPlugin(
        slug=plugin.name,
        version=plugin.version,
        sort=manifest.sort,
        lifespan=compiled.lifespan,
        public=compiled.public,
        read=lambda: facts,
        read_fragment=lambda: Fragment(paths.encode(), schemas.encode(), security.encode()),
    )
