"""
Web peers: a thousand plugins as other web libraries serve them. Ten routes a plugin, the same paths and answers everywhere.

The peers made of FastAPI get routers from the very text that a plugin folder holds.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import fixtures
from asgi import TOKEN
from cases import Answers, asgi_case, wsgi_case
from fastapi import APIRouter, FastAPI
from peers import LACKS
from timing import Case

PREFIX = "/api/plugins"


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
        async def answer(request: Any) -> Any:
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

            async def answer(id: int) -> dict[str, object]:  # noqa: A002
                return dict(_answer(slug, path, id=id))
        else:

            async def answer() -> dict[str, object]:
                return dict(_answer(slug, path))

        return litestar.get(f"{PREFIX}/{slug}{path}")(answer)

    handlers = [handler(fixtures.slug_of(number), path) for number in range(count) for path in _paths()]
    return Served(litestar.Litestar(handlers, logging_config=None))


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
        settings.configure(ALLOWED_HOSTS=["*"], MIDDLEWARE=[], ROOT_URLCONF="", USE_I18N=False, LOGGING_CONFIG=None)
        import_module("django").setup()
        logging.getLogger("django.request").setLevel(logging.ERROR)  # a line for each 404 would be measured too
    urls, json_response = import_module("django.urls"), import_module("django.http").JsonResponse

    def view(slug: str, path: str) -> Any:
        def answer(_: Any, **parameters: int) -> Any:
            return json_response(_answer(slug, path, **parameters))

        return answer

    patterns = []
    for number in range(count):
        slug = fixtures.slug_of(number)
        inner = [urls.path(path[1:].replace("{id:int}", "<int:id>"), view(slug, path)) for path in _paths()]
        patterns.append(urls.path(f"{PREFIX[1:]}/{slug}/", urls.include(inner)))
    return Served(_django_handler(patterns), gateway=True)


def _django_handler(patterns: Sequence[Any]) -> Any:
    """
    Django has one table of URLs for a process; here each request brings the table of its host, as Django allows.
    """
    wsgi = import_module("django.core.handlers.wsgi")
    table = ModuleType(f"urls_{len(patterns)}")
    table.__dict__["urlpatterns"] = list(patterns)
    handler = wsgi.WSGIHandler()
    handler.request_class = type("Request", (wsgi.WSGIRequest,), {"urlconf": table})
    return handler


PEERS: Sequence[Peer] = (
    Peer(name="FastAPI include_router", distribution="fastapi", build=_included, lacks=LACKS["include_router"]),
    Peer(name="FastAPI add_api_route", distribution="fastapi", build=_flat, lacks=LACKS["flat"]),
    Peer(name="FastAPI Mount(FastAPI)", distribution="fastapi", build=_mounted, lacks=LACKS["mount"]),
    Peer(name="Starlette Mount", distribution="starlette", build=_starlette, lacks=LACKS["starlette"]),
    Peer(name="Litestar", distribution="litestar", build=_litestar, lacks=LACKS["litestar"], biggest=100),
    Peer(name="Flask blueprints", distribution="flask", build=_flask, lacks=LACKS["flask"]),
    Peer(name="Django include()", distribution="django", build=_django, lacks=LACKS["django"]),
)
