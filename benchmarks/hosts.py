"""
Hosts: the same plugins in honeyhost and in every peer, all in this process, built when a headline first asks.

A plugin's ten routes are those of the fixtures; peers that are not made of FastAPI get the same paths and answers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import HTTPConnection

import fixtures
from asgi import TOKEN, Answers, asgi_case, wsgi_case
from ground import Ground
from honeyhost import Host
from honeyhost.sdk import Caller
from honeyhost.settings import Settings
from peers import LACKS
from timing import Case

PREFIX = "/api/plugins"
STATIC = "records/list"
PARAMETRISED = "reports/items/7/history"
"""The last of the ten routes."""
STRANGER = b"Bearer stranger"


@dataclass(frozen=True, slots=True)
class Served:
    """
    An application, and how it is asked: over ASGI, or over WSGI where it is synchronous.
    """

    app: Any
    gateway: bool = False

    def case(self, path: str, *, token: bytes | None = TOKEN) -> tuple[Case, Answers]:
        """
        Requests for a path, and what comes of them.
        """
        return wsgi_case(self.app, path) if self.gateway else asgi_case(self.app, path, token=token)


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """
    A way to serve many plugins with another library. ``biggest`` is the largest number that can be built in reasonable time.
    """

    name: str
    distribution: str
    build: Callable[[int], Served]
    lacks: str
    biggest: int = 1000


class Hosts:
    """
    The applications of one run.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.honeyhost = cache(self._honeyhost)
        self.peer = cache(self._peer)

    def _honeyhost(self, count: int) -> Served:
        platform = self._ground.folders(count)
        app = FastAPI()
        Host(Settings(install_dir=platform.folder), identity=_identity(count)).attach(app)
        return Served(app)

    @staticmethod
    def _peer(name: str, count: int) -> Served:
        (peer,) = (peer for peer in PEERS if peer.name == name)
        return peer.build(count)


def _identity(count: int) -> Callable[[HTTPConnection], Any]:
    permissions = frozenset(f"{fixtures.slug_of(number).replace('-', '_')}.read" for number in range(count))
    known = {TOKEN: Caller(id="measured", permissions=permissions), STRANGER: Caller(id="stranger", permissions=frozenset())}

    async def identity(connection: HTTPConnection) -> Caller | None:  # noqa: RUF029 - a protocol's signature
        for name, value in connection.scope["headers"]:
            if name == b"authorization":
                return known.get(value)
        return None

    return identity


def one_route(path: str) -> Served:
    """
    FastAPI with nothing but one route of a plugin: the floor.
    """
    app = FastAPI()
    (route,) = (route for router in routers_of(0) for route in router.routes if route.path == path)
    app.add_api_route(path, route.endpoint)
    return Served(app)


def routers_of(number: int) -> Sequence[APIRouter]:
    """
    The routers of a plugin, made from the same text that a folder on disk holds.
    """
    found = []
    for name, source in fixtures.package_files(number).items():
        if name.endswith(".py"):
            namespace: dict[str, Any] = {"__name__": f"{fixtures.slug_of(number)}.{name}"}
            exec(compile(source, name, "exec"), namespace)  # noqa: S102 - text of our own
            found.append(namespace["router"])
    return found


def _plugins(count: int) -> Iterator[tuple[str, Sequence[APIRouter]]]:
    for number in range(count):
        yield fixtures.slug_of(number), routers_of(number)


@cache
def _paths() -> tuple[str, ...]:
    return tuple(route.path for router in routers_of(0) for route in router.routes)


def _answer(slug: str, path: str, **parameters: int) -> Mapping[str, Any]:
    return {"plugin": slug, **parameters} if parameters else {"plugin": slug, "route": path}


def _included(count: int) -> Served:
    app = FastAPI()
    for slug, routers in _plugins(count):
        for router in routers:
            app.include_router(router, prefix=f"{PREFIX}/{slug}")
    return Served(app)


def _flat(count: int) -> Served:
    app = FastAPI()
    for slug, routers in _plugins(count):
        for router in routers:
            for route in router.routes:
                app.add_api_route(f"{PREFIX}/{slug}{route.path}", route.endpoint)
    return Served(app)


def _mounted(count: int) -> Served:
    app = FastAPI()
    for slug, routers in _plugins(count):
        plugin = FastAPI()
        for router in routers:
            plugin.include_router(router)
        app.mount(f"{PREFIX}/{slug}", plugin)
    return Served(app)


def _starlette(count: int) -> Served:
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Mount, Route

    def endpoint(slug: str, path: str) -> Any:
        async def answer(request: Any) -> Any:  # noqa: RUF029
            return JSONResponse(_answer(slug, path, **request.path_params))

        return answer

    mounts = []
    for number in range(count):
        slug = fixtures.slug_of(number)
        mounts.append(Mount(f"{PREFIX}/{slug}", routes=[Route(path, endpoint(slug, path)) for path in _paths()]))
    return Served(Starlette(routes=mounts))


def _litestar(count: int) -> Served:
    litestar = import_module("litestar")

    def handler(slug: str, path: str) -> Any:
        if "{" in path:

            async def answer(id: int) -> dict[str, object]:  # noqa: A002, RUF029
                return dict(_answer(slug, path, id=id))
        else:

            async def answer() -> dict[str, object]:  # noqa: RUF029
                return dict(_answer(slug, path))

        return litestar.get(f"{PREFIX}/{slug}{path}")(answer)

    handlers = [handler(fixtures.slug_of(number), path) for number in range(count) for path in _paths()]
    return Served(litestar.Litestar(handlers))


def _flask(count: int) -> Served:
    flask = import_module("flask")
    app = flask.Flask("measured")
    for number in range(count):
        slug = fixtures.slug_of(number)
        blueprint = flask.Blueprint(slug, slug, url_prefix=f"{PREFIX}/{slug}")
        for path in _paths():
            view = _view(flask.jsonify, slug, path)
            blueprint.add_url_rule(path.replace("{id:int}", "<int:id>"), endpoint=path, view_func=view)
        app.register_blueprint(blueprint)
    return Served(app.wsgi_app, gateway=True)


def _view(jsonify: Any, slug: str, path: str) -> Any:
    def view(**parameters: int) -> Any:
        return jsonify(_answer(slug, path, **parameters))

    return view


def _django(count: int) -> Served:
    settings = import_module("django.conf").settings
    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], MIDDLEWARE=[], INSTALLED_APPS=[], SECRET_KEY="measured", USE_I18N=False)  # noqa: S106
        import_module("django").setup()
    urls, http = import_module("django.urls"), import_module("django.http")
    resolvers = import_module("django.urls.resolvers")

    def view(slug: str, path: str) -> Any:
        def answer(_: Any, **parameters: int) -> Any:
            return http.JsonResponse(_answer(slug, path, **parameters))

        return answer

    patterns = []
    for number in range(count):
        slug = fixtures.slug_of(number)
        inner = [urls.path(path[1:].replace("{id:int}", "<int:id>"), view(slug, path)) for path in _paths()]
        patterns.append(urls.path(f"{PREFIX[1:]}/{slug}/", urls.include(inner)))
    return Served(_DjangoHost(patterns, resolvers).answer, gateway=True)


class _DjangoHost:
    """
    Django has one table of URLs for a process; each size brings its own, given to each request as Django allows.
    """

    def __init__(self, patterns: Sequence[Any], resolvers: Any) -> None:
        self.urlpatterns = patterns
        wsgi = import_module("django.core.handlers.wsgi")
        handler, urlconf = wsgi.WSGIHandler(), _module_of(patterns)
        self._handler = handler
        handler.request_class = type("Request", (wsgi.WSGIRequest,), {"urlconf": urlconf})
        resolvers.get_resolver(urlconf)

    def answer(self, environ: Any, start_response: Any) -> Any:
        return self._handler(environ, start_response)


def _module_of(patterns: Sequence[Any]) -> Any:
    from types import ModuleType

    module = ModuleType(f"urls_of_{len(patterns)}")
    module.urlpatterns = list(patterns)  # type: ignore[attr-defined]
    return module


PEERS: Sequence[Peer] = (
    Peer(name="FastAPI include_router", distribution="fastapi", build=_included, lacks=LACKS["include_router"]),
    Peer(name="FastAPI add_api_route", distribution="fastapi", build=_flat, lacks=LACKS["flat"]),
    Peer(name="FastAPI Mount(FastAPI)", distribution="fastapi", build=_mounted, lacks=LACKS["mount"]),
    Peer(name="Starlette Mount", distribution="starlette", build=_starlette, lacks=LACKS["starlette"]),
    Peer(name="Litestar", distribution="litestar", build=_litestar, lacks=LACKS["litestar"], biggest=100),
    Peer(name="Flask blueprints", distribution="flask", build=_flask, lacks=LACKS["flask"]),
    Peer(name="Django include()", distribution="django", build=_django, lacks=LACKS["django"]),
)
