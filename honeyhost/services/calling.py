"""
Calling: other plugins' functions and capabilities, as far as they were granted.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from honeyhost.sdk.operations import CAPABILITY_RUN, PLUGIN_CALL
from honeyhost.services.guard import Guard
from honeyhost.services.published import Capabilities

Call = Callable[[str, str, str, Mapping[str, Any] | None], Awaitable[Any]]
"""``async (caller, plugin, function, args)``."""


class PluginCalls:
    """
    ``host.plugins`` of one plugin.
    """

    def __init__(self, guard: Guard, call: Callable[[], Call]) -> None:
        self._guard = guard
        self._call = call

    async def call(self, plugin: str, function: str, args: Mapping[str, Any] | None = None) -> Any:
        """
        What a function of another plugin answers; one's own functions need no grant.

        Raises:
            PermissionNotGrantedError: if the function was not granted.
            CallError: if the call comes to nothing.
        """
        guard = self._guard
        scopes = () if plugin == guard.slug else (f"{plugin}.{function}",)
        if scopes:
            guard.admit(PLUGIN_CALL, *scopes)
        return await guard.observe(PLUGIN_CALL, self._call()(guard.slug, plugin, function, args))


class PluginCapabilities:
    """
    ``host.capabilities`` of one plugin.
    """

    def __init__(self, guard: Guard, capabilities: Callable[[], Capabilities]) -> None:
        self._guard = guard
        self._capabilities = capabilities

    async def run(self, slug: str, input: Mapping[str, Any] | None = None) -> Any:  # noqa: A002 - the manifest's word
        """
        What a capability answers; one's own need no grant, those of others the grant ``plugin_call`` of their plugin.

        Raises:
            PermissionNotGrantedError: if it was not granted.
            CallError: if it comes to nothing.
        """
        guard, capabilities = self._guard, self._capabilities()
        owner = capabilities.owner(slug)
        if owner is not None and owner != guard.slug:
            whole = f"{owner}.{slug}"
            guard.admit(CAPABILITY_RUN, (slug, whole) if slug.startswith(f"{owner}.") else whole)
        return await guard.observe(CAPABILITY_RUN, capabilities.run(guard.slug, slug, input))
