"""
A look: everything that is found at one moment, in one inventory.
"""

from collections.abc import Iterator
from pathlib import Path

from honeyhost.collector import collector_paused
from honeyhost.discovery.directories import DirectorySource
from honeyhost.discovery.distributions import Scan, scan
from honeyhost.discovery.entry_points import EntryPointSource
from honeyhost.discovery.inventory import DiscoveredPlugin, DiscoveryFailure, Inventory
from honeyhost.discovery.options import DiscoveryOptions
from honeyhost.discovery.precedence import arranged
from honeyhost.discovery.sources import Look, Source


def discover(options: DiscoveryOptions | None = None) -> Inventory:
    """
    All plugins that are installed, lie in the plugin roots or in archives. Never raises, and runs no code of a plugin.

    Args:
        options: where to look; where nothing is said, the path of this process and the roots that the environment names.
    """
    options = options or DiscoveryOptions.from_environment()
    with collector_paused():
        return _looked(options)


def _looked(options: DiscoveryOptions) -> Inventory:
    scanned = scan(options.path) if options.entry_points else Scan((), (), ())
    looks = [EntryPointSource(options.path, object_manifests=options.object_manifests).look_at(scanned)]
    looks.extend(source.look() for source in _sources(options))
    looks.append(_archives_on_path(scanned, options))
    return arranged(looks)


def _sources(options: DiscoveryOptions) -> Iterator[Source]:
    if options.directories and options.customer_root is not None:
        yield DirectorySource(options.customer_root, "customer")
    if options.directories and options.bundled_root is not None and options.bundled_root != options.customer_root:
        yield DirectorySource(options.bundled_root, "bundled")
    if options.archives:
        from honeyhost.discovery.archives import ArchiveSource  # noqa: PLC0415 - most looks meet no archive

        yield ArchiveSource(options.archives)


def _archives_on_path(scanned: Scan, options: DiscoveryOptions) -> Look:
    """
    Wheels that were put on the path themselves. What is no plugin there is nobody's business here.
    """
    wheels = [Path(place) for place in scanned.archives if place.endswith(".whl")]
    if not wheels:
        return Look((), ())
    from honeyhost.discovery.archives import ArchiveSource  # noqa: PLC0415 - most looks meet no archive

    look = ArchiveSource(tuple(wheel for wheel in wheels if wheel not in options.archives)).look()
    return Look(tuple(item for item in look.found if _is_ours(item)), look.findings)


def _is_ours(item: DiscoveredPlugin | DiscoveryFailure) -> bool:
    return isinstance(item, DiscoveredPlugin) or all(problem.code != "archive-without-plugin" for problem in item.problems)
