"""
The specification of a plugin to the manager: the part of its manifest that its code is loaded by.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Self

from honeyhost.attach.routing.policy import AUTHENTICATED, PUBLIC, RoutePolicy


class RouterSpec(NamedTuple):
    """
    A router's reference and who may reach it.
    """

    reference: str
    permission: str | None
    public: bool

    @property
    def policy(self) -> RoutePolicy:
        """
        The policy that the manifest gives all routes of the router.
        """
        return (PUBLIC if self.public else AUTHENTICATED).narrowed((self.permission,) if self.permission else ())


@dataclass(frozen=True, kw_only=True, slots=True)
class PluginSpec:
    """
    What the manager has to know to load a plugin; small enough to stand in a snapshot a thousand times.
    """

    slug: str
    version: str
    digest: str
    title: str
    package: str
    routers: tuple[RouterSpec, ...] = ()
    middleware: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()
    """Files that stand for the digest."""
    plugin: str | None = None
    """The reference of the plugin object."""
    handlers: tuple[str, ...] = ()
    """Names and references of the functions that the manifest names."""
    capabilities: Mapping[str, str] = field(default_factory=dict)
    """The one among them that answers each declared capability, by slug."""
    requires: tuple[str, ...] = ()
    """The plugins that it needs."""

    def to_json(self) -> dict[str, Any]:
        """
        All of it.
        """
        return asdict(self) | {"routers": [list(router) for router in self.routers]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """
        The value that :meth:`to_json` made.
        """
        return cls(
            **{
                **document,
                "routers": tuple(RouterSpec(*router) for router in document["routers"]),
                "middleware": tuple(document["middleware"]),
                "permissions": tuple(document["permissions"]),
                "stamps": tuple(document["stamps"]),
                "handlers": tuple(document["handlers"]),
                "requires": tuple(document["requires"]),
            }
        )
