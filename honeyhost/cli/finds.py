"""
Finds: what a plugin's name stands for on this host.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from honeyhost.discovery.inventory import DiscoveredPlugin, DiscoveryFailure, Inventory
from honeyhost.errors import UnknownPluginError
from honeyhost.names import closest


@dataclass(frozen=True, kw_only=True, slots=True)
class Finds:
    """
    Everything of one name: usable plugins (more than one where the name is contested), and what cannot be read.
    """

    name: str
    plugins: tuple[DiscoveredPlugin, ...]
    failures: tuple[DiscoveryFailure, ...]


def finds(inventory: Inventory, name: str, *, also: Iterable[str] = ()) -> Finds:
    """
    What has this name. ``also`` are names that a near miss may mean besides.

    Raises:
        UnknownPluginError: if nothing has; with the name that was probably meant.
    """
    found = Finds(
        name=name,
        plugins=inventory.named(name),
        failures=tuple(failure for failure in inventory.failures if failure.name == name),
    )
    if not (found.plugins or found.failures):
        raise unknown(inventory, name, also)
    return found


def unknown(inventory: Inventory, name: str, also: Iterable[str] = ()) -> UnknownPluginError:
    """
    The error for a name that nothing has.
    """
    known = {plugin.name for plugin in inventory} | {failure.name for failure in inventory.failures if failure.name}
    known.update(also)
    near = closest(name, known)
    hint = f"did you mean {near}?" if near else "honeyhost list shows every plugin that was found"
    return UnknownPluginError(f"there is no plugin '{name}' on this host", hint=hint, plugin=name)
