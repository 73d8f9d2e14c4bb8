"""
Code: routers, routes, middleware, and the functions that answer.
"""

import re
from collections.abc import Iterator

from honeyhost.diagnostics import Problem, error
from honeyhost.manifest.model import PluginManifest, RouteSpec
from honeyhost.manifest.positions import child
from honeyhost.manifest.rules.repetition import repeated
from honeyhost.manifest.syntax import excerpt
from honeyhost.names import closest, is_reference

HANDLED = ("routes", "widgets", "jobs", "capabilities", "templates")
"""Fields whose entries name a function under ``handler``."""

_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?::(?:path|int|float|uuid|str))?\}")
_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]*")
_FUNCTION = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*")


def routers(manifest: PluginManifest) -> Iterator[Problem]:
    """
    A router has one answer to who may reach it, and is named once.
    """
    yield from repeated([entry.router for entry in manifest.routers], "routers", "the router")
    for index, entry in enumerate(manifest.routers):
        if entry.public and entry.permission is not None:
            yield _contradiction(child("routers", index), entry.permission)


def routes(manifest: PluginManifest) -> Iterator[Problem]:
    """
    A route has a path that can be matched, one answer to who may reach it, and middleware that exists.
    """
    known = _middleware(manifest)
    shapes = [f"{route.method} {_PARAMETER.sub('{}', route.path)}" for route in manifest.routes]
    yield from repeated(shapes, "routes", "the route")
    for index, route in enumerate(manifest.routes):
        path = child("routes", index)
        if route.public and route.permission is not None:
            yield _contradiction(path, route.permission)
        if not _is_route_path(route.path):
            message = f"'{excerpt(route.path)}' is not the path of a route"
            hint = "start with '/', and write parameters as {name}, each once"
            yield error("route-path-invalid", message, path=child(path, "path"), hint=hint, found=excerpt(route.path))
        yield from _unknown_middleware(route, child(path, "middleware"), known)


def handlers(manifest: PluginManifest) -> Iterator[Problem]:
    """
    A handler is a reference, or a function of the object under ``plugin`` or of another runtime.
    """
    has_functions = manifest.plugin is not None or manifest.runtime.type != "python"
    for field in HANDLED:
        for index, entry in enumerate(getattr(manifest, field)):
            if entry.handler is not None and not _is_handler(entry.handler, has_functions=has_functions):
                shown = excerpt(entry.handler)
                message = f"'{shown}' names no function"
                hint = "write '.module:function'" + (
                    "" if has_functions else ", or name an object with functions under 'plugin'"
                )
                path = child(child(field, index), "handler")
                yield error("handler-invalid", message, path=path, hint=hint, found=shown)


def _is_handler(text: str, *, has_functions: bool) -> bool:
    if is_reference(text):
        return True
    return has_functions and _FUNCTION.fullmatch(text) is not None


def _middleware(manifest: PluginManifest) -> dict[str, str]:
    """
    The names that routes may call this plugin's middleware by: its attribute, or the whole reference.
    """
    by_name = {}
    for text in manifest.middleware:
        by_name[text] = text
        by_name[text.rpartition(":")[2]] = text
    return by_name


def _unknown_middleware(route: RouteSpec, path: str, known: dict[str, str]) -> Iterator[Problem]:
    for index, name in enumerate(route.middleware):
        if name not in known:
            near = closest(name, known)
            shown = excerpt(name)
            message = f"no middleware of this plugin is called '{shown}'"
            hint = f"did you mean '{near}'?" if near else _middleware_hint(known)
            yield error("middleware-unknown", message, path=child(path, index), hint=hint, middleware=shown, near=near)


def _middleware_hint(known: dict[str, str]) -> str:
    names = sorted(name for name in known if ":" not in name)
    declared = f"it has {', '.join(names)}" if names else "it has none"
    return f"{declared}; list it under middleware, and say who may call the route with 'permission' or 'public'"


def _is_route_path(path: str) -> bool:
    parameters = _PARAMETER.findall(path)
    plain = _PARAMETER.sub("x", path)
    segments = plain.split("/")
    return (
        path.startswith("/")
        and len(set(parameters)) == len(parameters)
        and all(_SEGMENT.fullmatch(segment) and segment not in (".", "..") for segment in segments)
        and "" not in segments[1:-1]
    )


def _contradiction(path: str, permission: str) -> Problem:
    message = f"it is public, and needs the permission '{permission}'"
    return error("access-contradiction", message, path=path, hint="keep 'public: true' or 'permission'", permission=permission)
