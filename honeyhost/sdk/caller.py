"""
The caller: who is asking, as the host's identity function says it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

ANY_PERMISSION = "*"
"""Held by administrators: every permission of every plugin and of the host."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """
    A known caller. ``permissions`` may hold ``*``; ``scopes`` are the host's own verbs (``plugins.read``).
    """

    id: str
    permissions: frozenset[str] = field(default_factory=frozenset)
    groups: frozenset[str] = field(default_factory=frozenset)
    scopes: frozenset[str] = field(default_factory=frozenset)
    language: str | None = None

    def may(self, permission: str) -> bool:
        """
        Whether the caller holds the permission.
        """
        return permission in self.permissions or ANY_PERMISSION in self.permissions

    def has_scope(self, scope: str) -> bool:
        """
        Whether the caller may use the host's verbs of this scope.
        """
        return scope in self.scopes or ANY_PERMISSION in self.scopes


Identity = Callable[[Any], Awaitable[Caller | None]]
"""``async (HTTPConnection) -> Caller | None``: None is a stranger. It may raise the framework's HTTP exceptions."""
