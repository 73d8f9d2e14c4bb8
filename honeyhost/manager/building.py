"""
Building: a plugin's code imported and its table made, and what that reveals written down.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from honeyhost.attach.compiled import CompiledPlugin, CompiledRoute, stamped
from honeyhost.attach.routing.construction import RouterSource, build_table
from honeyhost.attach.routing.front import Middleware, wrapped
from honeyhost.attach.routing.openapi import build_fragment
from honeyhost.attach.routing.route import TableRoute
from honeyhost.attach.routing.site import Site
from honeyhost.attach.routing.table import Table
from honeyhost.errors import HoneyhostError, LoadError
from honeyhost.manager.lifespans import has_lifespan
from honeyhost.manager.publishing import answering
from honeyhost.manager.spec import PluginSpec
from honeyhost.names import Reference
from honeyhost.runtimes import Imported, PythonHandle, Space, import_references
from honeyhost.runtimes.functions import Functions, check_handlers, methods_of, plugin_object


@dataclass(frozen=True, kw_only=True, slots=True)
class BuiltPlugin:
    """
    A plugin in this process: its routers, its table, what its middleware puts round that, and its functions.
    """

    spec: PluginSpec
    site: Site
    routers: tuple[APIRouter, ...]
    table: Table
    around: ASGIApp | None
    imported: Imported
    handle: PythonHandle
    space: Space | None = None

    @property
    def starts(self) -> bool:
        """
        Whether it has anything to do before it answers.
        """
        return self.lifespan or self.handle.initialises

    @property
    def lifespan(self) -> bool:
        """
        Whether any router has something to start or stop.
        """
        return any(has_lifespan(router) for router in self.routers)


def build_plugin(spec: PluginSpec, site: Site, space: Space | None = None) -> BuiltPlugin:
    """
    The plugin, imported and built for the application that it will answer in.

    Args:
        spec: what its manifest says.
        site: the application.
        space: the names that its code is imported under; its own where left out.

    Raises:
        LoadError: if its code cannot be imported or is not what the manifest says.
        RouteRefusedError: if a route has no policy that the manifest declares.
    """
    references = [router.reference for router in spec.routers]
    handlers = [name for name in spec.handlers if Reference.parse(name) is not None]
    objects = [spec.plugin] if spec.plugin is not None else []
    imported = import_references(spec.slug, spec.package, [*references, *spec.middleware, *handlers, *objects], space)
    found = iter(imported.objects)
    routers = tuple(_router(spec.slug, reference, next(found)) for reference in references)
    middleware = [_middleware(spec.slug, reference, next(found)) for reference in spec.middleware]
    handle = _handle(spec, space, {name: next(found) for name in handlers}, next(found, None))
    sources = [
        RouterSource(router=router, policy=declared.policy, reference=declared.reference)
        for router, declared in zip(routers, spec.routers, strict=True)
    ]
    with _failing(spec.slug, "its routes could not be built"):
        table = build_table(site, sources, plugin=spec.slug, title=spec.title, declared=spec.permissions)
    with _failing(spec.slug, "its middleware could not be made"):
        around = wrapped(middleware)
    return BuiltPlugin(
        spec=spec, site=site, routers=routers, table=table, around=around, imported=imported, handle=handle, space=space
    )


def _handle(spec: PluginSpec, space: Space | None, referred: Mapping[str, Any], found: Any) -> PythonHandle:
    plugin = None if spec.plugin is None else plugin_object(spec.slug, spec.plugin, found)
    methods, capabilities, jobs = methods_of(plugin) if plugin is not None else ({}, {}, {})
    functions = Functions({**methods, **referred}, spec.package, space)
    check_handlers(spec.slug, spec.handlers, functions)
    return PythonHandle(functions, plugin, capabilities=answering(spec, plugin, capabilities, functions), jobs=jobs)


def describe(built: BuiltPlugin) -> CompiledPlugin:
    """
    What a built plugin brings, as data.

    Raises:
        LoadError: if the framework cannot describe one of its routes.
    """
    spec = built.spec
    with _failing(spec.slug, "its OpenAPI document could not be made"):
        fragment = build_fragment(built.table, slug=spec.slug, separate_schemas=built.site.separate_schemas)
    return CompiledPlugin(
        slug=spec.slug,
        version=spec.version,
        digest=spec.digest,
        routes=tuple(_described(route) for route in built.table),
        openapi=(
            _under_own_name(fragment.paths, built.space),
            _under_own_name(fragment.schemas, built.space),
            _under_own_name(fragment.security, built.space),
        ),
        lifespan=built.lifespan,
        functions=tuple(sorted(built.handle.functions)),
        capabilities=built.handle.capabilities,
        starts=built.starts,
        import_ms=round(built.imported.import_ms, 3),
        stamps=stamped((*spec.stamps, *built.imported.files)),
    )


def _under_own_name(part: bytes, space: Space | None) -> str:
    """
    A part of the document in which no model is called after the generation that it happens to be of.
    """
    text = part.decode()
    if space is None or not space.aliased:
        return text
    return text.replace(f"{space.name}__", f"{space.package.replace('.', '__')}__")


@contextmanager
def _failing(plugin: str, what: str) -> Iterator[None]:
    """
    Whatever is raised by code of the plugin, or by the framework about it, said as a failure of that plugin. As with
    importing, SystemExit counts and KeyboardInterrupt does not.
    """
    try:
        yield
    except (HoneyhostError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise LoadError(f"plugin '{plugin}': {what}: {type(error).__name__}: {error}", plugin=plugin) from error


def _described(route: TableRoute) -> CompiledRoute:
    return CompiledRoute(
        kind=route.kind,
        path=route.path,
        name=route.name,
        methods=tuple(sorted(route.methods)),
        public=route.policy.public,
        permissions=tuple(sorted(route.policy.permissions)),
        source=route.source,
    )


def _router(plugin: str, reference: str, found: Any) -> APIRouter:
    # A whole application would bring handlers and middleware of its own; its router alone is a plugin's router.
    router = found.router if isinstance(found, FastAPI) else found
    if not isinstance(router, APIRouter):
        raise LoadError(
            f"plugin '{plugin}' names {reference} as a router, and it is a {type(found).__name__}",
            hint="name a fastapi.APIRouter",
            plugin=plugin,
            reference=reference,
        )
    return router


def _middleware(plugin: str, reference: str, found: Any) -> Middleware:
    if not callable(found):
        raise LoadError(
            f"plugin '{plugin}' names {reference} as middleware, and it is a {type(found).__name__}",
            hint="name a class or function that takes an ASGI app and returns one",
            plugin=plugin,
            reference=reference,
        )

    def wrap(app: ASGIApp) -> ASGIApp:
        made: ASGIApp = found(app)
        if not callable(made):
            raise TypeError(f"{reference} made a {type(made).__name__}, not an ASGI app")
        return made

    return wrap
