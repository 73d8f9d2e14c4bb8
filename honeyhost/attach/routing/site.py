"""
The site: the application that plugins are served in, as far as their tables depend on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.params import Depends
from starlette.responses import JSONResponse

from honeyhost.attach.routing.prefix import Prefix


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """
    An application, the prefix below which plugins answer, and dependencies that the host sets before all their routes.
    """

    app: FastAPI
    prefix: Prefix
    own_dependencies: Sequence[Depends] = ()

    @property
    def dependencies(self) -> list[Depends]:
        """
        The dependencies of the application and the host's own for plugins.
        """
        return [*self.app.router.dependencies, *self.own_dependencies]

    @property
    def plain(self) -> bool:
        """
        Whether plugins are described here as they would be in an application without any settings of its own.
        """
        router = self.app.router
        unset = not (self.dependencies or router.responses or router.callbacks or router.deprecated)
        default = getattr(router.default_response_class, "value", None) is JSONResponse
        return unset and default and router.include_in_schema and hasattr(router.generate_unique_id_function, "value")

    def claimed(self) -> frozenset[str]:
        """
        The slugs that a shared prefix may not give away: first segments below it that the application answers itself.
        """
        head = self.prefix.head
        paths = (getattr(route, "path", "") for route in self.app.router.routes)
        found = (path[len(head) :].partition("/")[0] for path in paths if path.startswith(head))
        return frozenset(segment for segment in found if segment and "{" not in segment)
