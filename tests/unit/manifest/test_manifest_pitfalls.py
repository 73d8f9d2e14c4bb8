import asyncio
import warnings

import pytest
from fastapi import APIRouter, FastAPI

from honeyhost.manifest import PluginManifest
from honeyhost.manifest.bindings import SourceFaultError
from honeyhost.manifest.pitfalls import Pitfall, router_pitfalls
from honeyhost.manifest.references import check_references
from honeyhost.manifest.tree import FolderTree

HEAD = "from fastapi import APIRouter\nimport fastapi\n"


def pitfalls(source):
    return router_pitfalls((HEAD + source).encode())


@pytest.mark.parametrize("method", ["add_route", "add_websocket_route", "mount", "host"])
def test_a_raw_addition_to_a_router_with_a_prefix_is_seen(method):
    source = f'router = APIRouter(prefix="/x")\nrouter.{method}("/a", None)\n'
    assert pitfalls(source) == (Pitfall("prefix-ignored", "router", method, 4),)


@pytest.mark.parametrize("method", ["route", "websocket_route"])
def test_raw_decorators_and_annotated_routers_are_seen(method):
    source = f'router: APIRouter = fastapi.APIRouter(prefix=BASE)\n\n@router.{method}("/a")\nasync def a(request): ...\n'
    assert pitfalls(source) == (Pitfall("prefix-ignored", "router", method, 5),)


@pytest.mark.parametrize(
    "source",
    [
        'router = APIRouter()\nrouter.mount("/a", None)\n',
        'router = APIRouter(prefix="")\nrouter.mount("/a", None)\n',
        'router = APIRouter(prefix="/x")\nrouter.add_api_route("/a", None)\n',
        'router = APIRouter(prefix="/x")\nother.mount("/a", None)\n',
        'router = APIRouter(on_startup=[f])\nrouter.get("/a")\n',
        "router, other = APIRouter(), 3\n",
        "call()()\n",
    ],
)
def test_what_works_as_written_is_no_pitfall(source):
    assert pitfalls(source) == ()


def test_handlers_of_an_included_router_are_seen_however_they_are_given():
    source = (
        "leaf = APIRouter(on_startup=[f], on_shutdown=[g])\n"
        'leaf.add_event_handler("startup", f)\n'
        '@leaf.on_event("startup")\n'
        "def h(): ...\n"
        "router = APIRouter()\n"
        "router.include_router(leaf)\n"
    )
    assert [(pitfall.kind, pitfall.router, pitfall.call, pitfall.line) for pitfall in pitfalls(source)] == [
        ("events-repeated", "leaf", "APIRouter(on_shutdown=…)", 3),
        ("events-repeated", "leaf", "APIRouter(on_startup=…)", 3),
        ("events-repeated", "leaf", "add_event_handler", 4),
        ("events-repeated", "leaf", "on_event", 5),
    ]


def test_what_is_not_python_is_said_to_be():
    with pytest.raises(SourceFaultError):
        router_pitfalls(b"def (")


def test_the_warnings_name_file_line_and_way_out(tmp_path):
    source = 'leaf = APIRouter(prefix="/x", on_startup=[f])\nleaf.mount("/a", None)\nrouter = APIRouter()\nrouter.include_router(leaf)\n'
    (tmp_path / "routes.py").write_text(HEAD + source)
    manifest = PluginManifest.model_validate({"name": "clinic", "version": "1", "routers": [".routes:router"]})
    found = check_references(manifest, FolderTree(tmp_path), "plugins.clinic")
    assert [(problem.severity, problem.code, problem.message, problem.path) for problem in found] == [
        (
            "warning",
            "router-events-repeated",
            "routes.py:3: 'leaf' is included in another router, so APIRouter(on_startup=…) runs more than once",
            "routers[0].router",
        ),
        ("warning", "router-prefix-ignored", "routes.py:4: leaf.mount ignores the prefix of 'leaf'", "routers[0].router"),
    ]
    assert found[0].hint == "give the router a lifespan instead: APIRouter(lifespan=…) runs once"
    assert found[1].hint == "write the whole path there, or use a route of the framework's own (router.get, router.websocket)"


def test_the_framework_still_does_what_the_warnings_say():
    ran = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        leaf = APIRouter(prefix="/leaf", on_startup=[lambda: ran.append("leaf")])
        router = APIRouter()
        router.include_router(leaf)
    leaf.mount("/raw", FastAPI())

    async def start():
        async with router.lifespan_context(FastAPI()):
            pass

    asyncio.run(start())
    assert ran == ["leaf", "leaf"]
    assert [route.path for route in leaf.routes] == ["/raw"]
