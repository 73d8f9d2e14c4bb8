"""
Discovery: every plugin on this machine, found and read without running any of its code.

``look.discover`` asks one source after the other: ``entry_points`` for installed distributions, ``directories`` for the two
plugin roots, ``archives`` for wheels and zip files that are still packed. What each finds is a value, usable or not, and
one ``Inventory`` holds them all. ``targets.locate`` is for a single thing that a person names.

The public names are imported when they are first asked for, so that the scan alone (``distributions.scan``) stays light.
"""

from importlib import import_module
from typing import Any

_WHERE = {
    "DiscoveredPlugin": "inventory",
    "DiscoveryFailure": "inventory",
    "DiscoveryOptions": "options",
    "Inventory": "inventory",
    "Located": "targets",
    "Origin": "inventory",
    "discover": "look",
    "locate": "targets",
}

__all__ = [
    "DiscoveredPlugin",
    "DiscoveryFailure",
    "DiscoveryOptions",
    "Inventory",
    "Located",
    "Origin",
    "discover",
    "locate",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"honeyhost.discovery.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'honeyhost.discovery' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
