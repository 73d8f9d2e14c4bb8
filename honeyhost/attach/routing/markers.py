"""
Markers: what ``requires(...)`` in the dependencies of a route demands, read before the route ever runs.
"""

from collections.abc import Iterable, Iterator

from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_parameterless_sub_dependant
from fastapi.params import Depends

from honeyhost.sdk import Requires


def permissions_of(dependant: Dependant | None) -> frozenset[str]:
    """
    The permissions that a route demands anywhere in its tree of dependencies.
    """
    return frozenset(_found(dependant)) if dependant is not None else frozenset()


def permissions_of_all(dependencies: Iterable[Depends]) -> frozenset[str]:
    """
    The permissions that dependencies of routers demand.
    """
    trees = (get_parameterless_sub_dependant(depends=depends, path="/") for depends in dependencies)
    return frozenset(permission for tree in trees for permission in _found(tree))


def drop_bare_markers(dependant: Dependant | None) -> None:
    """
    Take the markers out whose value nobody asks for: the gate has answered for them before the framework is asked.
    """
    if dependant is not None:
        dependant.dependencies[:] = [
            dependency for dependency in dependant.dependencies if dependency.name or not isinstance(dependency.call, Requires)
        ]


def _found(dependant: Dependant) -> Iterator[str]:
    if isinstance(dependant.call, Requires):
        yield dependant.call.permission
    for dependency in dependant.dependencies:
        yield from _found(dependency)
