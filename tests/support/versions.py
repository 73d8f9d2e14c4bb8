"""
Versions for tests: a folder plugin that is replaced on the disk, under a manager behind a real server.
"""

import asyncio
import shutil
import sys
import textwrap
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from hosting import PREFIX, by_header, serving

from honeyhost.attach.compiled import CompiledPlugin, CompiledRoute, Fragment, stamped
from honeyhost.attach.routing.gate import Gate
from honeyhost.attach.routing.openapi import BEARER_SCHEME
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.serving import serve_plugins
from honeyhost.attach.routing.site import Site
from honeyhost.manager.attached import AttachedPlugin, PluginFacts
from honeyhost.manager.manager import Manager
from honeyhost.manager.spec import PluginSpec, RouterSpec
from honeyhost.runtimes import install_namespace
from honeyhost.store.records import PluginRecord


@dataclass
class FolderPlugin:
    """
    A plugin below ``root``, imported as ``plugins.<slug>``; nothing of it is imported until a manager does it.
    """

    root: Path
    slug: str = "clinic"
    routers: tuple[str, ...] = (".backend.api:router",)
    spec: Mapping[str, Any] = field(default_factory=dict)
    starts: bool = False
    lifespan: bool = False

    @property
    def folder(self) -> Path:
        """
        Where it lies.
        """
        return self.root / self.slug

    def write(self, files: Mapping[str, str]) -> None:
        """
        Put a version in the place of the one that lies there, whole.
        """
        fresh, old = self.root / f".{self.slug}.new", self.root / f".{self.slug}.old"
        for name, text in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        if self.folder.exists():
            self.folder.rename(old)
        fresh.rename(self.folder)
        shutil.rmtree(old, ignore_errors=True)

    def attached(self, version: str = "1.0.0") -> AttachedPlugin:
        """
        The plugin as a snapshot brings it.
        """
        spec = PluginSpec(
            slug=self.slug,
            version=version,
            digest=version,
            title="Title",
            package=f"plugins.{self.slug}",
            routers=tuple(RouterSpec(reference, None, True) for reference in self.routers),
            **self.spec,
        )
        route = CompiledRoute(kind="http", path=f"/api/plugins/{self.slug}/version", name="version", public=True)
        stamps = stamped(str(path) for path in self.folder.rglob("*.py"))
        compiled = CompiledPlugin(slug=self.slug, version=version, digest=version, routes=(route,), stamps=stamps)
        facts = PluginFacts(spec=spec, compiled=compiled)
        return AttachedPlugin(
            slug=self.slug,
            version=version,
            sort=0,
            lifespan=self.lifespan,
            starts=self.starts or self.lifespan,
            public=True,
            read=lambda: facts,
            read_fragment=Fragment,
        )


class Running:
    """
    A manager in an application that a server runs in a thread of its own.
    """

    def __init__(self, manager: Manager, app: FastAPI) -> None:
        self.manager = manager
        self.app = app
        self.address = ""
        self.loop: asyncio.AbstractEventLoop | None = None

    def begin(self, work: Coroutine[Any, Any, Any]) -> "Future[Any]":
        """
        Do something on the server's event loop.
        """
        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """
        Do it and wait for it.
        """
        return self.begin(work).result(60)

    def take_up(self, **records: PluginRecord) -> None:
        """
        Take up records on the server's event loop.
        """

        async def taken() -> None:
            self.manager.take_up_records(records)

        self.do(taken())

    def url(self, path: str, scheme: str = "http") -> str:
        """
        Where a path of plugins is found.
        """
        return f"{scheme}://{self.address}/api/plugins{path}"


def managed(*plugins: AttachedPlugin, records: Mapping[str, PluginRecord] | None = None, **options: Any) -> Running:
    """
    Plugins under a manager in an application of their own.
    """
    app = FastAPI()
    site = Site(app=app, prefix=Prefix.parse(PREFIX))
    manager = Manager(site, Gate(identity=by_header), recorded=True, **{"seconds": 5.0, "drain_seconds": 5.0, **options})
    manager.adopt(plugins, records or {})
    serve_plugins(app, site.prefix, lambda: manager.live, BEARER_SCHEME)
    running = Running(manager, app)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running.loop = asyncio.get_running_loop()
        await manager.start()
        yield
        await manager.stop()

    app.router.lifespan_context = lifespan
    return running


@contextmanager
def serving_plugins(*plugins: AttachedPlugin, **options: Any) -> Iterator[Running]:
    """
    The same behind a real server.
    """
    running = managed(*plugins, **options)
    with serving(running.app, ws="websockets-sansio") as address:
        running.address = address
        yield running


@contextmanager
def plugin_root(folder: Path) -> Iterator[Path]:
    """
    A folder of plugins that can be imported; what was imported from it is forgotten afterwards.
    """
    folder.mkdir()
    finders = list(sys.meta_path)
    undo = install_namespace([folder])
    try:
        yield folder
    finally:
        undo()
        sys.meta_path[:] = finders
        for name in [name for name in sys.modules if name.startswith(("plugins.", "_hh_"))]:
            del sys.modules[name]
