"""
Places: where a demand of a plugin stands, as people read it.
"""

import re

from honeyhost.diagnostics import Problem
from honeyhost.discovery.inventory import DiscoveredPlugin

_FIELD = re.compile(r"\w+")


def place(plugin: DiscoveredPlugin, path: str) -> str:
    """
    ``file:line:column`` of a value of the manifest; the file alone where the field is not set or its position not known.
    """
    position = _position(plugin, path)
    return f"{_file(plugin)}:{position[0]}:{position[1]}" if position else _file(plugin)


def located(plugin: DiscoveredPlugin, problem: Problem) -> Problem:
    """
    The problem with the place of its path in the plugin's manifest.
    """
    line, column = _position(plugin, problem.path or "") or (None, None)
    return problem.at(file=_file(plugin), line=line, column=column)


def joined(*sources: str) -> str:
    """
    Sources of the two sides of a comparison, in one line.
    """
    return " | ".join(source for source in sources if source)


def carrier(plugin: DiscoveredPlugin) -> str:
    """
    What brings the plugin, short: its distribution, else its place.
    """
    return plugin.origin.distribution or plugin.origin.location


def named(plugin: DiscoveredPlugin) -> str:
    """
    The plugin as messages name it.
    """
    return f"plugin '{plugin.name}' {plugin.version}"


def _file(plugin: DiscoveredPlugin) -> str:
    return plugin.positions.file or plugin.manifest_file


def _position(plugin: DiscoveredPlugin, path: str) -> tuple[int, int] | None:
    field = _FIELD.match(path)
    if field is None or field[0] not in plugin.manifest.model_fields_set:
        return None
    return plugin.positions.of(path)
