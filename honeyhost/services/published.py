"""
What plugins publish, as far as the host's operations have to know of it.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any


class Capabilities:
    """
    What the host knows of capabilities.

    Args:
        owner: the plugin that publishes one, or None.
        run: ``async (caller, slug, input)``: what it answers.
    """

    __slots__ = ("owner", "run")

    def __init__(
        self,
        owner: Callable[[str], str | None],
        run: Callable[[str, str, Mapping[str, Any] | None], Awaitable[Any]],
    ) -> None:
        self.owner = owner
        self.run = run
