import asyncio
import gc
import logging
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from hosting import Hosting, Plugin, by_header, hosting, router
from pydantic import BaseModel, ConfigDict

from honeyhost.attach.compiled import CompiledPlugin, CompiledRoute, Fragment
from honeyhost.attach.routing.gate import Gate
from honeyhost.attach.routing.openapi import BEARER_SCHEME
from honeyhost.attach.routing.prefix import Prefix
from honeyhost.attach.routing.serving import serve_plugins
from honeyhost.attach.routing.site import Site
from honeyhost.errors import LoadError
from honeyhost.manager.attached import AttachedPlugin, PluginFacts
from honeyhost.manager.manager import Manager
from honeyhost.manager.spec import PluginSpec, RouterSpec

BASE = "/api/plugins/lazy"
CODE = """
import {package}.tally
from fastapi import APIRouter
tally.imported += 1
{more}
router = APIRouter()
@router.get("/a")
def a() -> str:
    return "in"
@router.get("/items/{{number:int}}", name="get_item")
def item(number: int) -> int:
    return number
"""


class Recorded:
    """
    A plugin on disk that is attached by what was recorded of it: nothing of it is imported until somebody asks.
    """

    def __init__(self, folder: Path, package: str, more: str = "") -> None:
        self.package = package
        root = folder / package
        root.mkdir()
        (root / "tally.py").write_text("imported = 0\n")
        code = CODE.format(package=package, more=more).replace(f"import {package}.tally", f"from {package} import tally")
        (root / "code.py").write_text(code)

    @property
    def imported(self) -> int:
        """
        How often its code was run.
        """
        tally = sys.modules.get(f"{self.package}.tally")
        return getattr(tally, "imported", 0)

    def attached(self, *, public: bool = False, lifespan: bool = False) -> AttachedPlugin:
        """
        The plugin as a snapshot brings it.
        """
        spec = PluginSpec(
            slug="lazy",
            version="1",
            digest="",
            title="Lazy",
            package=self.package,
            routers=(RouterSpec(".code:router", "lazy.read", False),),
            permissions=("lazy.read",),
        )
        route = CompiledRoute(kind="http", path=f"{BASE}/items/{{number:int}}", name="get_item", methods=("GET",))
        compiled = CompiledPlugin(slug="lazy", version="1", digest="", routes=(route,))
        return AttachedPlugin(
            slug="lazy",
            version="1",
            sort=0,
            lifespan=lifespan,
            public=public,
            read=lambda: PluginFacts(spec=spec, compiled=compiled),
            read_fragment=lambda: Fragment(b'"/recorded":{}'),
        )


class Hold:
    """
    What a plugin waits at while it is imported.
    """

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.code = f"import sys; sys.modules['{__name__}.hold'].wait()"

    def wait(self) -> None:
        """
        Say that importing has begun, and wait until it may go on.
        """
        self.begun.set()
        assert self.go.wait(60)


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hold]:
    """
    A hold that is let go at the end.
    """
    made = Hold()
    monkeypatch.setitem(sys.modules, f"{__name__}.hold", made)  # type: ignore[arg-type] # the simplest way to it from a module
    yield made
    made.go.set()
    for thread in threading.enumerate():
        if thread.name == "honeyhost load lazy":
            thread.join(60)


def hosted_from(plugin: AttachedPlugin, *, seconds: float = 20.0, recorded: bool = True) -> Hosting:
    app = FastAPI()
    site = Site(app=app, prefix=Prefix.parse("/api/plugins/{slug}"))
    manager = Manager(site, Gate(identity=by_header), seconds=seconds, recorded=recorded)
    manager.adopt([plugin], {})
    return Hosting(app, site, manager, serve_plugins(app, site.prefix, lambda: manager.live, BEARER_SCHEME))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """
    A folder on the import path, forgotten afterwards.
    """
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_a_stranger_never_makes_the_host_import_a_plugin(folder: Path) -> None:
    plugin = Recorded(folder, "lazy_stranger")
    hosted = hosted_from(plugin.attached())
    for method in ("GET", "POST", "OPTIONS"):
        for path in ("/a", "/none", "", "/", "/items/3"):
            assert hosted.request(method, BASE + path).status_code == 401
    assert hosted.get("/openapi.json").json()["paths"]["/recorded"] == {}
    assert hosted.app.url_path_for("lazy:get_item", number=3) == f"{BASE}/items/3"
    assert (plugin.imported, hosted.manager.state("lazy")) == (0, "attached")


def test_a_known_caller_makes_the_host_import_it_at_the_first_request(folder: Path) -> None:
    plugin = Recorded(folder, "lazy_known")
    hosted = hosted_from(plugin.attached())
    assert hosted.get(BASE + "/a", "other.read").status_code == 403
    assert (plugin.imported, hosted.manager.state("lazy")) == (1, "loaded")
    assert [hosted.get(BASE + "/a", "lazy.read").text for _ in range(3)] == ['"in"'] * 3
    assert plugin.imported == 1


def test_a_stranger_may_make_the_host_import_a_plugin_with_public_routes(folder: Path) -> None:
    plugin = Recorded(folder, "lazy_public")
    hosted = hosted_from(plugin.attached(public=True))
    assert (hosted.get(BASE + "/a").status_code, plugin.imported) == (401, 1)


def test_a_hundred_first_requests_at_once_import_it_once(folder: Path) -> None:
    plugin = Recorded(folder, "lazy_many", more="import time; time.sleep(0.05)")
    hosted = hosted_from(plugin.attached())

    async def ask() -> list[int]:
        async with hosted.client("lazy.read") as client:
            answers = await asyncio.gather(*(client.get(BASE + "/a") for _ in range(100)))
        return [answer.status_code for answer in answers]

    assert asyncio.run(ask()) == [200] * 100
    assert plugin.imported == 1


def test_whoever_gives_up_waiting_does_not_give_up_for_the_others(folder: Path, hold: Hold) -> None:
    hosted = hosted_from(Recorded(folder, "lazy_left", more=hold.code).attached())

    async def ask() -> int:
        async with hosted.client("lazy.read") as client:
            impatient, patient = (asyncio.create_task(client.get(BASE + "/a")) for _ in range(2))
            assert await asyncio.to_thread(hold.begun.wait, 20)
            impatient.cancel()
            await asyncio.wait({impatient})
            hold.go.set()
            return (await patient).status_code

    assert asyncio.run(ask()) == 200


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("raise RuntimeError('broken')", "lazy_{}.code raised RuntimeError: broken"),
        ("raise SystemExit(3)", "lazy_{}.code raised SystemExit: 3"),
        ("import nowhere_to_be_found", "lazy_{}.code raised ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
    ],
    ids=["raises", "exits", "imports"],
)
def test_a_plugin_that_cannot_be_imported_answers_503_and_says_why_once(
    folder: Path, caplog: pytest.LogCaptureFixture, more: str, said: str, request: pytest.FixtureRequest
) -> None:
    word = request.node.callspec.id
    plugin = Recorded(folder, f"lazy_{word}", more=more)
    hosted = hosted_from(plugin.attached())

    async def ask() -> list[httpx.Response]:
        async with hosted.client("lazy.read") as client:
            return await asyncio.gather(*(client.get(BASE + "/a") for _ in range(20)))

    answers = asyncio.run(ask())
    assert {answer.status_code for answer in answers} == {503}
    assert (answers[0].json()["detail"], answers[0].headers["retry-after"]) == ("the plugin 'lazy' failed to start", "30")
    assert hosted.get(BASE + "/a", "lazy.read").status_code == 503
    assert (plugin.imported, hosted.manager.state("lazy")) == (1, "failed")
    failure = hosted.manager.failure("lazy")
    assert failure is not None
    assert failure.message == "plugin 'lazy' could not be imported: " + said.format(word)
    records = [record for record in caplog.records if record.levelno == logging.ERROR and record.name == "honeyhost"]
    assert [(record.getMessage(), record.plugin) for record in records] == [(failure.message, "lazy")]
    assert hosted.get("/openapi.json").json()["paths"] == {}


def test_the_answers_do_not_tell_a_stranger_that_a_plugin_has_failed(folder: Path) -> None:
    hosted = hosted_from(Recorded(folder, "lazy_silent", more="raise RuntimeError").attached())
    assert [hosted.get(BASE + "/a", caller).status_code for caller in ("lazy.read", None)] == [503, 401]


def test_a_plugin_that_hangs_at_import_is_given_up_and_stays_so(
    folder: Path, hold: Hold, caplog: pytest.LogCaptureFixture
) -> None:
    hosted = hosted_from(Recorded(folder, "lazy_hanging", more=hold.code).attached(), seconds=0.05)
    assert hosted.get(BASE + "/a", "lazy.read").status_code == 503
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "honeyhost load lazy"]
    assert thread.daemon
    hold.go.set()
    thread.join(20)
    assert hosted.get(BASE + "/a", "lazy.read").status_code == 503
    failure = hosted.manager.failure("lazy")
    assert failure is not None
    assert failure.message == "plugin 'lazy' did not finish importing within 0.05 s"
    assert [record.getMessage() for record in caplog.records if record.name == "honeyhost"] == [failure.message]


def test_the_document_of_a_plugin_that_hangs_is_the_recorded_one(folder: Path, hold: Hold) -> None:
    hosted = hosted_from(Recorded(folder, "lazy_slow", more=hold.code).attached(), seconds=0.05, recorded=False)
    assert "/recorded" in hosted.get("/openapi.json").json()["paths"]


def test_where_records_do_not_fit_the_document_is_made_from_the_code(folder: Path) -> None:
    plugin = Recorded(folder, "lazy_fresh")
    hosted = hosted_from(plugin.attached(), recorded=False)
    assert set(hosted.get("/openapi.json").json()["paths"]) == {f"{BASE}/a", f"{BASE}/items/{{number}}"}
    assert plugin.imported == 1
    assert hosted.get(BASE + "/a", "lazy.read").text == '"in"'
    assert plugin.imported == 1


@pytest.mark.parametrize("found", [None, "text", 3, object()])
def test_what_is_no_router_is_refused_by_its_reference(found: Any) -> None:
    with pytest.raises(Exception, match=r"names \.parts:router0 as a router, and it is a ") as refused:
        hosting(Plugin("clinic", [found]))
    assert refused.value.hint == "name a fastapi.APIRouter"


def test_what_is_no_middleware_is_refused_by_its_reference() -> None:
    with pytest.raises(Exception, match=r"names \.parts:middleware0 as middleware, and it is a int") as refused:
        hosting(Plugin("clinic", [APIRouter()], middleware=[3]))
    assert refused.value.hint == "name a class or function that takes an ASGI app and returns one"


def broken_middleware(_: Any) -> Any:
    raise ValueError("no app for me")


async def no_factory(_: Any) -> None:
    pass


def test_middleware_that_cannot_be_made_fails_the_plugin_at_attaching() -> None:
    with pytest.raises(Exception, match="plugin 'clinic': its middleware could not be made: ValueError: no app for me"):
        hosting(Plugin("clinic", [APIRouter()], middleware=[broken_middleware]))
    with pytest.raises(Exception, match=r"TypeError: \.parts:middleware0 made a NoneType, not an ASGI app"):
        hosting(Plugin("clinic", [APIRouter()], middleware=[lambda _: None]))


def test_a_router_that_the_framework_cannot_build_fails_the_plugin() -> None:
    made = APIRouter(generate_unique_id_function=lambda route: route.tags[7])
    made.routes.extend(APIRouter().routes)
    with pytest.raises(IndexError):
        made.get("/a")(lambda: "in")
    late = router(("/a", lambda: "in"))
    late.generate_unique_id_function = lambda route: route.tags[7]
    with pytest.raises(Exception, match="plugin 'clinic': its routes could not be built: IndexError"):
        hosting(Plugin("clinic", [late]))


class Exiting(APIRoute):
    """
    A route class whose code ends the program where the framework builds it.
    """

    def get_route_handler(self) -> Any:
        if self.name == "built":
            raise SystemExit(3)
        return super().get_route_handler()


def test_a_router_that_exits_while_it_is_built_fails_the_plugin_and_not_the_program() -> None:
    made = APIRouter(route_class=Exiting)
    made.get("/a", name="made")(lambda: "in")
    made.routes[0].name = "built"  # type: ignore[attr-defined] # as an APIRoute has it
    with pytest.raises(LoadError, match="plugin 'clinic': its routes could not be built: SystemExit: 3"):
        hosting(Plugin("clinic", [made]))


def test_whatever_goes_wrong_while_loading_is_a_failure_of_the_plugin(folder: Path) -> None:
    plugin = Recorded(folder, "lazy_unread").attached()

    def unreadable() -> Any:
        raise OSError("the snapshot is gone")

    plugin._read = unreadable
    hosted = hosted_from(plugin)
    assert hosted.get(BASE + "/a", "lazy.read").status_code == 503
    failure = hosted.manager.failure("lazy")
    assert failure is not None
    assert failure.message == "plugin 'lazy' could not be loaded: OSError: the snapshot is gone"


def test_a_router_that_the_framework_cannot_describe_fails_the_plugin() -> None:
    class Odd:
        pass

    class Model(BaseModel):
        model_config = ConfigDict(arbitrary_types_allowed=True)
        odd: Odd

    made = APIRouter()

    @made.post("/odd")
    async def odd(model: Model) -> None:
        pass

    with pytest.raises(Exception, match="plugin 'clinic': its OpenAPI document could not be made: "):
        hosting(Plugin("clinic", [made]))


def collect() -> None:
    """
    Collect garbage when the worker threads of a closed event loop have let go of what they did last.
    """
    for thread in threading.enumerate():
        if thread.name.startswith("AnyIO worker"):
            thread.join(20)
    gc.collect()


def test_a_dropped_generation_is_freed() -> None:
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]))
    assert hosted.get("/api/plugins/clinic/a", "somebody").text == '"in"'
    front = hosted.manager.live.fronts["clinic"]
    dropped = [weakref.ref(front), weakref.ref(front.table)]  # type: ignore[arg-type] # it was built
    del front
    asyncio.run(hosted.manager.set_enabled("clinic", enabled=False))
    collect()
    assert [reference() for reference in dropped] == [None, None]


def test_everything_is_freed_after_detaching() -> None:
    app = FastAPI()
    hosted = hosting(Plugin("clinic", [router(("/a", lambda: "in"))]), app=app)
    assert hosted.get("/api/plugins/clinic/a", "somebody").text == '"in"'
    assert hosted.get("/openapi.json").status_code == 200
    front = hosted.manager.live.fronts["clinic"]
    dropped = [weakref.ref(front), weakref.ref(front.table), weakref.ref(hosted.manager)]  # type: ignore[arg-type] # as above
    hosted.detach()
    del front, hosted
    collect()
    assert [reference() for reference in dropped] == [None, None, None]
    assert app.openapi()["paths"] == {}
