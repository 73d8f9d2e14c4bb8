"""
Configuration: values by dotted keys, a plugin's own and those that the platform shares.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from honeyhost.sdk.operations import CONFIG_GET, CONFIG_PLATFORM
from honeyhost.services.guard import Guard

Values = Mapping[str, Any]
_MISSING = object()


class PluginConfig:
    """
    ``host.config`` of one plugin.

    Args:
        guard: of the plugin.
        own: its configuration of this moment.
        defaults: what its schema says for what is not configured.
        platform: what the operator shares.
    """

    def __init__(self, guard: Guard, *, own: Callable[[], Values], defaults: Callable[[], Values], platform: Values) -> None:
        self._guard = guard
        self._own = own
        self._defaults = defaults
        self._platform = platform

    def get(self, key: str = "", default: Any = None) -> Any:
        """
        A value of the plugin's own configuration; what is changed in it changes nothing.
        """
        self._guard.tally(CONFIG_GET).count()
        found = value_at(self._own(), key)
        other = value_at(self._defaults(), key)
        if found is _MISSING:
            return default if other is _MISSING else deepcopy(other)
        return deepcopy(merged(other, found))

    def platform(self, key: str, default: Any = None) -> Any:
        """
        A value that the operator shares with the plugins it is granted to.

        Raises:
            PermissionNotGrantedError: if the key was not granted.
        """
        self._guard.admit(CONFIG_PLATFORM, key)
        self._guard.tally(CONFIG_PLATFORM).count()
        found = value_at(self._platform, key)
        return default if found is _MISSING else deepcopy(found)


def value_at(values: Values, key: str) -> Any:
    """
    The value at a dotted key, also where a part of it has dots itself; all values where the key is empty.
    """
    if not key:
        return values
    if key in values:
        return values[key]
    for end in (position for position, sign in enumerate(key) if sign == "."):
        below = values.get(key[:end])
        if isinstance(below, Mapping):
            found = value_at(below, key[end + 1 :])
            if found is not _MISSING:
                return found
    return _MISSING


def merged(defaults: Any, given: Any) -> Any:
    """
    What was given, with defaults for what it leaves out.
    """
    if not isinstance(defaults, Mapping) or not isinstance(given, Mapping):
        return given
    return {**defaults, **{key: merged(defaults.get(key), value) for key, value in given.items()}}


def schema_defaults(schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """
    The defaults that a JSON Schema gives its properties, also those of objects in them.
    """
    found: dict[str, Any] = {}
    properties = (schema or {}).get("properties")
    for key, part in properties.items() if isinstance(properties, Mapping) else ():
        if not isinstance(part, Mapping):
            continue
        below = schema_defaults(part)
        if "default" in part:
            found[key] = merged(below, part["default"]) if below else part["default"]
        elif below:
            found[key] = below
    return found
