"""
The site: the application that plugins are served in, as far as their tables depend on it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.params import Depends
from fastapi.routing import iter_route_contexts
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute

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
        named = hasattr(router.generate_unique_id_function, "value")
        return unset and default and named and router.include_in_schema and self.separate_schemas

    @property
    def separate_schemas(self) -> bool:
        """
        Whether a model has one schema for what comes in and one for what goes out.
        """
        return self.app.separate_input_output_schemas

    def claimed(self) -> frozenset[str]:
        """
        The slugs that a shared prefix may not give away: first segments below it that the application answers itself.
        """
        head = self.prefix.head
        found = (path[len(head) :].partition("/")[0] for path in _paths(self.app.router.routes, "") if path.startswith(head))
        return frozenset(segment for segment in found if segment and "{" not in segment)


def _paths(routes: Iterable[BaseRoute], outside: str) -> Iterator[str]:
    """
    The paths of all routes, those of included routers and of mounted applications with routes of their own too.
    """
    for context in iter_route_contexts(list(routes)):
        path = outside + (context.path or "")
        yield path
        yield from _paths(getattr(context.route, "routes", None) or (), path)
