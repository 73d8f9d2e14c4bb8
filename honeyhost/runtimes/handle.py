"""
The handle: a loaded plugin, looking alike whatever its code runs in.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from honeyhost.sdk import HostAPI


class PluginHandle(Protocol):
    """
    A loaded plugin. The manager keeps the limits of time; what the plugin's code raises comes through as it is.
    """

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """
        What can be called, by name.
        """
        ...

    @property
    def initialises(self) -> bool:
        """
        Whether it does anything at init, and so has to be started with the host.
        """
        ...

    @property
    def answers_health(self) -> bool:
        """
        Whether it has something to say of how it is.
        """
        ...

    async def init(self, host: HostAPI) -> None:
        """
        Give it its host.
        """
        ...

    async def call(self, function: str, args: Mapping[str, Any] | None = None) -> Any:
        """
        What a function answers.

        Raises:
            KeyError: if there is none of that name.
        """
        ...

    async def shutdown(self) -> None:
        """
        End it.
        """
        ...

    async def health(self) -> Any:
        """
        How it is.
        """
        ...
