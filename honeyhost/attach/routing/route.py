"""
The route of a table: one that answers, what it matches, and who may reach it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from re import Match as Found
from typing import Any, Literal

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Scope

from honeyhost.attach.routing.policy import RoutePolicy

RouteKind = Literal["http", "websocket", "mount"]
Parameter = tuple[str, int, Callable[[str], Any]]
"""Name of a path parameter, its group in the pattern, and what makes its value."""


@dataclass(slots=True, kw_only=True)
class TableRoute:
    """
    One effective route: what the framework made of it, its policy, and the app that answers.
    """

    kind: RouteKind
    path: str
    label: str | None
    """The path without convertors, by which tools label requests; None where the app says it itself."""
    name: str
    methods: frozenset[str]
    """Empty for a route that answers every method, and for websockets and mounts."""
    policy: RoutePolicy
    app: ASGIApp
    route: BaseRoute
    endpoint: Any
    urls: Callable[..., URLPath]
    matches: Callable[[Scope], tuple[Match, Scope]]
    """The framework's, or the plugin's, own way to match."""
    pattern: Callable[[str], Found[str] | None] | None = None
    """
    The same for a path alone. The framework copies dictionaries and looks up the path anew for each route that it tries; a
    pattern that is its own decides alike without that. None where more than path and method decides.
    """
    parameters: tuple[Parameter, ...] = ()
    depth: int | None = None
    """The number of slashes in every path that the pattern matches, where that is always the same."""
    foreign: bool = False
    """Whether code of the plugin decides what matches, so that nothing can be said beforehand."""
    framework: dict[str, Any] = field(default_factory=dict)
    """What the framework expects to find in the scope under ``fastapi``; empty for most routes."""
    source: str = ""

    @property
    def static(self) -> bool:
        """
        Whether exactly one path matches, so that it can be looked up.
        """
        return self.kind == "http" and self.pattern is not None and not self.parameters

    def answers(self, method: str) -> bool:
        """
        Whether the route answers this method, on a path that it matches.
        """
        return not self.methods or method in self.methods
