"""
The policy of a route: who may reach it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from honeyhost.sdk import Caller


@dataclass(frozen=True, slots=True)
class RoutePolicy:
    """
    Everyone (``public``), every known caller (no permissions), or callers who hold all the permissions.
    """

    public: bool = False
    permissions: frozenset[str] = field(default_factory=frozenset)

    def missing(self, caller: Caller) -> str | None:
        """
        The first permission, by name, that the caller lacks.
        """
        if not self.permissions or "*" in caller.permissions or self.permissions <= caller.permissions:
            return None
        return min(self.permissions - caller.permissions)

    def narrowed(self, permissions: Iterable[str]) -> "RoutePolicy":
        """
        The same with more permissions demanded; a route that demands one is not public.
        """
        wanted = self.permissions | frozenset(permissions)
        return self if wanted == self.permissions else RoutePolicy(public=self.public and not wanted, permissions=wanted)

    def __str__(self) -> str:
        if self.permissions:
            return " + ".join(sorted(self.permissions))
        return "public" if self.public else "authenticated"


AUTHENTICATED = RoutePolicy()
PUBLIC = RoutePolicy(public=True)
