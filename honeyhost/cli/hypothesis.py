"""
The hypothesis: what a host of another version would say, asked before it is upgraded.
"""

from collections.abc import Iterable
from dataclasses import replace

from honeyhost.cli.targets import Target
from honeyhost.cli.verdicts import as_problem
from honeyhost.diagnostics import Problem
from honeyhost.discovery.inventory import DiscoveredPlugin, Inventory
from honeyhost.resolver import resolve
from honeyhost.resolver.resolution import Resolution
from honeyhost.settings import Settings

OPTION = "--host-version"


def supposed(targets: Iterable[Target], inventory: Inventory, settings: Settings, host_version: str) -> list[Target]:
    """
    The targets, with the reasons that a host of that version would reject them for. A target that is not installed is asked
    about as if it stood in the place of the one that is.

    Raises:
        SettingsError: if that is no version.
    """
    asked = list(targets)
    there = [target.plugin for target in asked if target.plugin is not None]
    resolution = _resolution(there, inventory, settings, host_version)
    return [
        target if target.plugin is None else replace(target, problems=target.problems + _verdict(resolution, target.plugin))
        for target in asked
    ]


def _resolution(there: Iterable[DiscoveredPlugin], inventory: Inventory, settings: Settings, host_version: str) -> Resolution:
    plugins = tuple(there)
    names = {plugin.name for plugin in plugins}
    others = tuple(plugin for plugin in inventory if plugin.name not in names)
    profile = replace(settings.profile(), host_version=host_version, host_version_source=OPTION)
    return resolve(replace(inventory, plugins=(*others, *plugins)), profile, settings.policy())


def _verdict(resolution: Resolution, plugin: DiscoveredPlugin) -> tuple[Problem, ...]:
    reasons = tuple(as_problem(reason) for reason in resolution.reasons_of(plugin))
    return reasons + resolution.warnings_of(plugin)
