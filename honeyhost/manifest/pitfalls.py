"""
Pitfalls: what a router's source does that the framework silently does otherwise, read without running it.

Only what stands in the module that a manifest names is seen: routers by the name they are bound to at its top level.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from honeyhost.manifest.bindings import parsed

_PREFIX_IGNORED = frozenset({"add_route", "add_websocket_route", "mount", "route", "websocket_route", "host"})
"""Methods that the framework's router takes over from its base class, which knows no prefix of its own."""
_EVENTS = frozenset({"on_event", "add_event_handler"})
_EVENT_ARGUMENTS = frozenset({"on_startup", "on_shutdown"})


@dataclass(frozen=True, slots=True)
class Pitfall:
    """
    One place in a module: ``call`` on the router bound to ``router`` in that ``line``.
    """

    kind: Literal["prefix-ignored", "events-repeated"]
    router: str
    call: str
    line: int


@dataclass(frozen=True, slots=True)
class _Router:
    prefixed: bool
    events: tuple[tuple[str, int], ...]


def router_pitfalls(source: bytes) -> tuple[Pitfall, ...]:
    """
    The pitfalls of a module, by line.

    Raises:
        SourceFaultError: if it is not Python.
    """
    module = parsed(source)
    calls = list(_method_calls(module))
    routers = {name: _router(name, made, calls) for name, made in _made(module)}
    found = [*_ignored(routers, calls), *_repeated(routers, calls)]
    return tuple(sorted(found, key=lambda pitfall: (pitfall.line, pitfall.router)))


def _made(module: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """
    The names that are bound to a new router.
    """
    for node in module.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        value = getattr(node, "value", None)
        if isinstance(value, ast.Call) and _last_name(value.func) == "APIRouter":
            yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))


def _method_calls(module: ast.Module) -> Iterator[tuple[str, str, ast.Call]]:
    """
    Calls of methods on plain names: the name, the method, the call.
    """
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            yield node.func.value.id, node.func.attr, node


def _router(name: str, made: ast.Call, calls: list[tuple[str, str, ast.Call]]) -> _Router:
    given = {keyword.arg: keyword.value for keyword in made.keywords}
    prefix = given.get("prefix")
    arguments = ((f"APIRouter({argument}=…)", given[argument].lineno) for argument in sorted(_EVENT_ARGUMENTS & given.keys()))
    methods = ((method, call.lineno) for owner, method, call in calls if owner == name and method in _EVENTS)
    empty = prefix is None or (isinstance(prefix, ast.Constant) and not prefix.value)
    return _Router(prefixed=not empty, events=(*arguments, *methods))


def _ignored(routers: Mapping[str, _Router], calls: list[tuple[str, str, ast.Call]]) -> Iterator[Pitfall]:
    for name, method, call in calls:
        if name in routers and routers[name].prefixed and method in _PREFIX_IGNORED:
            yield Pitfall("prefix-ignored", name, method, call.lineno)


def _repeated(routers: Mapping[str, _Router], calls: list[tuple[str, str, ast.Call]]) -> Iterator[Pitfall]:
    """
    Handlers of a router that is included in another one: the framework runs them once more for every inclusion.
    """
    included = {_last_name(call.args[0]) for _, method, call in calls if method == "include_router" and call.args}
    for name in sorted(included & routers.keys()):
        yield from (Pitfall("events-repeated", name, call, line) for call, line in routers[name].events)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
