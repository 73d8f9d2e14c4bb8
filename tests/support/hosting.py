"""
Hosting for tests: plugins whose routers are written in the test itself, in an application, under a real manager.
"""

import asyncio
import itertools
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import httpx
import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.params import Depends

from honeyhost.attach.compiled import Fragment
from honeyhost.attach.routing.gate import Gate
from honeyhost.attach.routing.openapi import BEARER_SCHEME
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.serving import serve_plugins
from honeyhost.attach.routing.site import Site
from honeyhost.manager.attached import AttachedPlugin, PluginFacts
from honeyhost.manager.building import build_plugin, describe
from honeyhost.manager.manager import Manager
from honeyhost.manager.spec import PluginSpec, RouterSpec
from honeyhost.sdk import Caller
from honeyhost.store.records import PluginRecord

PREFIX = "/api/plugins/{slug}"
_numbers = itertools.count()


async def by_header(connection: Any) -> Caller | None:
    """
    ``X-Caller: admin`` holds everything, any other value is a list of permissions.
    """
    name = connection.headers.get("x-caller")
    if name is None:
        return None
    return Caller(id=name, permissions=frozenset({"*"} if name == "admin" else name.split(",")))


@dataclass
class Plugin:
    """
    A plugin of a test. Each router may come with its policy: a permission, or ``public`` or ``known`` for all known callers.
    """

    slug: str
    routers: Sequence[Any] = ()
    policy: str = "known"
    permissions: tuple[str, ...] = ()
    middleware: Sequence[Any] = ()
    title: str = "Title"

    def spec(self) -> PluginSpec:
        """
        Its specification, with a module from which the manager imports the routers.
        """
        package = f"hosted_{next(_numbers)}"
        module = ModuleType(package + ".parts")
        sys.modules[package] = ModuleType(package)
        sys.modules[module.__name__] = module
        routers = []
        for number, given in enumerate(self.routers):
            router, policy = given if isinstance(given, tuple) else (given, self.policy)
            setattr(module, f"router{number}", router)
            permission = policy if "." in policy else None
            routers.append(RouterSpec(f".parts:router{number}", permission, policy == "public"))
        for number, middleware in enumerate(self.middleware):
            setattr(module, f"middleware{number}", middleware)
        return PluginSpec(
            slug=self.slug,
            version="1.0.0",
            digest=package,
            title=self.title,
            package=package,
            routers=tuple(routers),
            middleware=tuple(f".parts:middleware{number}" for number in range(len(self.middleware))),
            permissions=self.permissions,
        )


def attached(spec: PluginSpec, site: Site) -> AttachedPlugin:
    """
    What a boot makes of a specification: compiled here, to be loaded by the manager later.
    """
    compiled = describe(build_plugin(spec, site))
    facts = PluginFacts(spec=spec, compiled=compiled)
    paths, schemas, security = compiled.openapi
    return AttachedPlugin(
        slug=spec.slug,
        version=spec.version,
        sort=0,
        lifespan=compiled.lifespan,
        starts=compiled.starts,
        public=compiled.public,
        read=lambda: facts,
        read_fragment=lambda: Fragment(paths.encode(), schemas.encode(), security.encode()),
    )


@dataclass
class Hosting:
    """
    Plugins in an application.
    """

    app: FastAPI
    site: Site
    manager: Manager
    detach: Callable[[], None]
    plugins: tuple[AttachedPlugin, ...] = ()

    def client(self, caller: str | None = None, **options: Any) -> httpx.AsyncClient:
        """
        A client of the application, in this process.
        """
        headers = {} if caller is None else {"x-caller": caller}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, **options)
        return httpx.AsyncClient(transport=transport, base_url="http://host", headers=headers)

    def request(self, method: str, path: str, caller: str | None = None, **options: Any) -> httpx.Response:
        """
        The answer to one request, without any lifespan.
        """

        async def ask() -> httpx.Response:
            async with self.client(caller) as client:
                return await client.request(method, path, **options)

        return asyncio.run(ask())

    def get(self, path: str, caller: str | None = None, **options: Any) -> httpx.Response:
        """
        The answer to a GET request.
        """
        return self.request("GET", path, caller, **options)

    @asynccontextmanager
    async def running(self, caller: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        """
        A client while the plugins are started.
        """
        await self.manager.start()
        try:
            async with self.client(caller) as client:
                yield client
        finally:
            await self.manager.stop()


def hosting(
    *plugins: Plugin,
    app: FastAPI | None = None,
    prefix: str = PREFIX,
    dependencies: Sequence[Depends] = (),
    max_body_size: int | None = None,
    timeout: float | None = None,
    seconds: float = 5.0,
    enabled: Mapping[str, bool] | None = None,
    recorded: bool = True,
    identity: Any = by_header,
    scheme: Mapping[str, Any] = BEARER_SCHEME,
) -> Hosting:
    """
    Plugins attached to an application.
    """
    app = app if app is not None else FastAPI()
    site = Site(app=app, prefix=Prefix.parse(prefix), own_dependencies=dependencies)
    made = tuple(attached(plugin.spec(), site) for plugin in plugins)
    gate = Gate(identity=identity, max_body_size=max_body_size, timeout=timeout)
    manager = Manager(site, gate, seconds=seconds, recorded=recorded)
    manager.adopt(made, {slug: PluginRecord(slug=slug, enabled=wish) for slug, wish in (enabled or {}).items()})
    detach = serve_plugins(app, site.prefix, lambda: manager.live, scheme)
    return Hosting(app, site, manager, detach, made)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def serving(app: Any, **options: Any) -> Iterator[str]:
    """
    An application behind a real server on loopback; gives its address as ``host:port``.
    """
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", **options))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert server.ready.wait(20)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


def router(*routes: tuple[str, Callable[..., Any]], **options: Any) -> APIRouter:
    """
    A router with GET routes.
    """
    made = APIRouter(**options)
    for path, endpoint in routes:
        made.get(path)(endpoint)
    return made
