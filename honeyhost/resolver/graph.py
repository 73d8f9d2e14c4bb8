"""
The graph of needs: the order in which plugins can start, and the cycles in which none can be first.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

Needs = Mapping[str, tuple[str, ...]]
"""slug -> the slugs it needs; every slug that is needed is a key too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrangement:
    """
    ``order`` has every slug, what is needed first, then by name.
    """

    order: tuple[str, ...]
    cycles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """slug -> a shortest way from it back to itself, without the return."""
    knots: Mapping[str, str] = field(default_factory=dict)
    """slug -> the first name among all that are in cycles with it."""


def arrange(needs: Needs) -> Arrangement:
    """
    The order of a graph, in time that grows with its plugins and needs.
    """
    order = _sorted_by_need(needs)
    if len(order) == len(needs):
        return Arrangement(order=tuple(order))
    done = set(order)
    cycles: dict[str, tuple[str, ...]] = {}
    knots: dict[str, str] = {}
    for component in _components(sorted(slug for slug in needs if slug not in done), needs):
        order.extend(sorted(component))
        if len(component) > 1 or component[0] in needs[component[0]]:
            cycles.update(_cycles(component, needs))
            knots.update(dict.fromkeys(component, min(component)))
    return Arrangement(order=tuple(order), cycles=cycles, knots=knots)


def _sorted_by_need(needs: Needs) -> list[str]:
    """
    Kahn's order, the smallest name first among those that are ready; what hangs on a cycle is left out.
    """
    waiting = {slug: len(needed) for slug, needed in needs.items()}
    needed_by: dict[str, list[str]] = {}
    for slug, needed in needs.items():
        for other in needed:
            needed_by.setdefault(other, []).append(slug)
    ready = [slug for slug, count in waiting.items() if not count]
    heapify(ready)
    order = []
    while ready:
        slug = heappop(ready)
        order.append(slug)
        for other in needed_by.get(slug, ()):
            waiting[other] -= 1
            if not waiting[other]:
                heappush(ready, other)
    return order


def _components(slugs: Iterable[str], needs: Needs) -> Iterator[list[str]]:
    """
    The strongly connected parts among the slugs, what is needed first (Tarjan's way, without recursion).
    """
    inside = frozenset(slugs)
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_slugs: list[str] = []
    closed: set[str] = set()
    for root in sorted(inside):
        walk = [] if root in number else [(root, iter(needs[root]))]
        while walk:
            slug, rest = walk[-1]
            if slug not in number:
                number[slug] = lowest[slug] = len(number)
                open_slugs.append(slug)
            for other in rest:
                if other in inside and other not in number:
                    walk.append((other, iter(needs[other])))
                    break
                if other in inside and other not in closed:
                    lowest[slug] = min(lowest[slug], number[other])
            else:
                walk.pop()
                if walk:
                    lowest[walk[-1][0]] = min(lowest[walk[-1][0]], lowest[slug])
                if lowest[slug] == number[slug]:
                    yield _closed(slug, open_slugs, closed)


def _closed(slug: str, open_slugs: list[str], closed: set[str]) -> list[str]:
    component = [open_slugs.pop()]
    while component[-1] != slug:
        component.append(open_slugs.pop())
    closed.update(component)
    return component


def _cycles(component: list[str], needs: Needs) -> dict[str, tuple[str, ...]]:
    """
    A cycle for each member; members of one cycle share it, each beginning with itself.
    """
    cycles: dict[str, tuple[str, ...]] = {}
    for slug in sorted(component):
        if slug not in cycles:
            cycle = _way_back(slug, frozenset(component), needs)
            for index, member in enumerate(cycle):
                cycles.setdefault(member, (*cycle[index:], *cycle[:index]))
    return cycles


def _way_back(start: str, component: frozenset[str], needs: Needs) -> tuple[str, ...]:
    came_from: dict[str, str] = {}
    queue = deque([start])
    while start not in came_from:
        slug = queue.popleft()
        for other in needs[slug]:
            if other in component and other not in came_from:
                came_from[other] = slug
                queue.append(other)
    way = [came_from[start]]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return tuple(reversed(way))
