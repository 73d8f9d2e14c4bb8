"""
Publishing: which function of a plugin answers each of its capabilities.

The manifest says so by a handler. A mark at a method of the plugin object says the same of a declared capability, and publishes
one that is not declared.
"""

import re
from collections import Counter
from collections.abc import Mapping
from importlib import import_module

from honeyhost.errors import LoadError
from honeyhost.manager.spec import PluginSpec
from honeyhost.names import visible
from honeyhost.runtimes.functions import Callables
from honeyhost.sdk.plugin import Plugin, marks_of

_LONGEST = 200


def answering(spec: PluginSpec, plugin: Plugin | None, marked: Mapping[str, str], functions: Callables) -> dict[str, str]:
    """
    The function that answers each capability, by slug.

    Args:
        spec: what the manifest declares.
        plugin: the plugin object.
        marked: the function of the object that is marked for each capability.
        functions: of the plugin.

    Raises:
        LoadError: if two functions are to answer one capability, or a mark names none that there can be.
    """
    for slug, count in Counter(_marks(plugin)).items():
        if count > 1:
            said = f"plugin '{spec.slug}' marks {count} methods for the capability '{visible(slug)}'"
            raise LoadError(said, hint="mark one of them", plugin=spec.slug, capability=slug)
    for slug, name in marked.items():
        _compare(spec, slug, name, functions)
    return dict(sorted({**marked, **spec.capabilities}.items()))


def _compare(spec: PluginSpec, slug: str, function: str, functions: Callables) -> None:
    declared = spec.capabilities.get(slug)
    if declared is not None and functions.get(declared) != functions[function]:
        raise LoadError(
            f"plugin '{spec.slug}' declares the capability '{slug}' with the handler '{declared}', "
            f"and its object marks '{function}' for it",
            hint=f"write handler: {function}, or take the mark away",
            plugin=spec.slug,
            capability=slug,
        )
    if declared is None and not _is_name(slug):
        raise LoadError(
            f"plugin '{spec.slug}' marks '{function}' for '{visible(slug)}', which is not the name of a capability",
            hint=f"write lower-case words with dots: {spec.slug}.send",
            plugin=spec.slug,
            capability=slug,
        )


def _marks(plugin: Plugin | None) -> list[str]:
    methods = [getattr(type(plugin), name, None) for name in dir(type(plugin))] if plugin is not None else []
    return [mark.name for method in methods for mark in marks_of(method) if mark.kind == "capability" and mark.name is not None]


def _is_name(slug: str) -> bool:
    # The manifest's word for it; a start from a snapshot, whose plugins only declare, goes without that room.
    pattern: str = import_module("honeyhost.manifest.types").CAPABILITY_PATTERN
    return len(slug) <= _LONGEST and re.fullmatch(pattern, slug) is not None
