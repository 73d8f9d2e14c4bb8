"""
The host's own part of the API document as it was recorded, beside the one that its routes give.
"""

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.security import APIKeyHeader, HTTPBearer
from pydantic import BaseModel

from honeyhost import Host
from honeyhost.api import DeferredRoutes, described
from honeyhost.api.routes import made_routes
from honeyhost.applying import apply
from honeyhost.attach.routing.openapi import SCHEME
from honeyhost.settings import Settings

Step = Callable[[FastAPI], None]


class Patient(BaseModel):
    name: str
    age: int = 0


def nothing(_: FastAPI) -> None:
    pass


def patients(app: FastAPI) -> None:
    @app.post("/patients", dependencies=[Depends(APIKeyHeader(name="x-key"))])
    async def add_patient(patient: Patient) -> Patient:
        return patient

    @app.get("/hidden", include_in_schema=False)
    async def hidden() -> None: ...


def reports(app: FastAPI) -> None:
    router = APIRouter(prefix="/{kind}/reports", tags=["Reports"])

    @router.get("/{path:path}", dependencies=[Depends(HTTPBearer(scheme_name="a bearer"))])
    async def report(kind: str, path: str, limit: int = 1) -> dict[str, Patient]:
        return {}

    app.include_router(router)

    @app.get("/hidden")
    async def shown() -> None: ...


def plain() -> FastAPI:
    return FastAPI(title="Clinic", version="2", openapi_tags=[{"name": "Reports"}], servers=[{"url": "https://clinic.example"}])


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    The data folder of a platform without plugins that was applied.
    """
    folder = tmp_path_factory.mktemp("applied")
    (folder / "plugins").mkdir()
    settings = Settings(install_dir=folder)
    apply(settings)
    return settings.data_dir


@pytest.fixture
def settings(tmp_path: Path, applied: Path) -> Settings:
    """
    A platform in which the description was recorded.
    """
    (tmp_path / "plugins").mkdir()
    made = Settings(install_dir=tmp_path)
    made.data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copy(applied / described.FILE_NAME, made.data_dir)
    return made


class Hosted:
    """
    A host in an application, with what stands in the application before and after it.
    """

    def __init__(self, settings: Settings, app: FastAPI, before: Step, after: Step) -> None:
        self.app = app
        self.host = Host(settings)
        before(app)
        self.detach = self.host.attach(app)
        after(app)

    @property
    def document(self) -> bytes:
        """
        The document as it is, in the order of its members.
        """
        return json.dumps(self.app.openapi()).encode()

    @property
    def deferred(self) -> DeferredRoutes | None:
        """
        What stands for the host's routes, while they are not built.
        """
        return next((route for route in self.app.router.routes if isinstance(route, DeferredRoutes)), None)

    def build(self) -> None:
        """
        Build the host's routes, as their first request does.
        """
        assert self.deferred is not None
        self.deferred.put(made_routes(self.host))


def both(settings: Settings, make: Callable[[], FastAPI], before: Step, after: Step) -> tuple[Hosted, Hosted]:
    """
    The same twice, the second one with its routes built.
    """
    first, second = (Hosted(settings, make(), before, after) for _ in range(2))
    second.build()
    return first, second


async def served(app: FastAPI) -> bytes:
    """
    The document as it is answered.
    """
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://host") as client:
        return (await client.get("/openapi.json")).content


@pytest.mark.parametrize(
    ("make", "before", "after"),
    [
        (FastAPI, nothing, nothing),
        (plain, nothing, patients),
        (plain, reports, nothing),
        (plain, patients, reports),
        (plain, reports, patients),
    ],
)
def test_what_was_recorded_is_to_the_byte_what_the_routes_say(
    settings: Settings, make: Callable[[], FastAPI], before: Step, after: Step
) -> None:
    recorded, built = both(settings, make, before, after)
    first = recorded.document
    assert recorded.deferred is not None
    assert b"/api/plugin-host/plugins" in first
    assert first == built.document == recorded.document
    recorded.build()
    assert recorded.document == first


def test_the_document_follows_the_routes_of_the_application(settings: Settings) -> None:
    recorded, built = both(settings, FastAPI, nothing, nothing)
    assert b'"/patients"' not in recorded.document
    for each in (recorded, built):
        patients(each.app)
    assert b'"/patients"' in recorded.document
    assert recorded.document == built.document
    assert recorded.deferred is not None


def named(name: str, path: str = "/named") -> Step:
    def add(app: FastAPI) -> None:
        model = type(name, (BaseModel,), {"__annotations__": {"x": int}})

        async def take(body: Any) -> Any:
            return body

        take.__annotations__ = {"body": model, "return": model}
        app.post(path)(take)

    return add


def own_scheme(app: FastAPI) -> None:
    @app.get("/own")
    async def own(key: Annotated[Any, Depends(HTTPBearer(scheme_name=SCHEME, description="another"))]) -> None: ...


def own_path(app: FastAPI) -> None:
    @app.post("/metrics")
    async def metrics() -> None: ...


def overridden(app: FastAPI) -> None:
    def openapi() -> dict[str, Any]:
        return get_openapi(title="own", version="1", routes=app.routes)

    app.openapi = openapi  # type: ignore[method-assign] # the framework's documented way


class Subclass(FastAPI):
    def openapi(self) -> dict[str, Any]:
        return get_openapi(title="own", version="1", routes=self.routes)


@pytest.mark.parametrize(
    ("make", "before", "after"),
    [
        (lambda: FastAPI(separate_input_output_schemas=False), nothing, nothing),
        (lambda: FastAPI(generate_unique_id_function=lambda route: route.name), nothing, nothing),
        (lambda: FastAPI(responses={418: {"description": "No coffee"}}), nothing, nothing),
        (FastAPI, named("PluginShape"), nothing),
        (FastAPI, nothing, named("Toggle")),
        (FastAPI, own_scheme, nothing),
        (FastAPI, own_path, nothing),
        (FastAPI, overridden, nothing),
        (FastAPI, nothing, overridden),
        (Subclass, nothing, nothing),
    ],
    ids=[
        "schemas",
        "ids",
        "responses",
        "model before",
        "model after",
        "scheme",
        "path",
        "override",
        "override after",
        "subclass",
    ],
)
def test_where_the_application_says_it_in_another_way_the_routes_are_built(
    settings: Settings, make: Callable[[], FastAPI], before: Step, after: Step
) -> None:
    asked, built = both(settings, make, before, after)
    found = asyncio.run(served(asked.app))
    assert found == asyncio.run(served(built.app))
    assert b"/api/plugin-host/plugins" in found
    assert asked.deferred is None


@pytest.mark.parametrize("content", [None, b"{", b"[]", b'{"key": {}, "description": {}}'])
def test_without_a_record_of_these_versions_the_routes_are_built(settings: Settings, content: bytes | None) -> None:
    file = settings.data_dir / described.FILE_NAME
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    asked, built = both(settings, FastAPI, nothing, nothing)
    assert asked.document == built.document
    assert asked.deferred is None


@pytest.mark.parametrize("name", ["honeyhost", "python", "fastapi", "starlette", "pydantic", "newest"])
def test_a_record_of_another_version_is_none_and_the_next_one_takes_its_place(settings: Settings, name: str) -> None:
    file = settings.data_dir / described.FILE_NAME
    known = json.loads(file.read_bytes())
    file.write_text(json.dumps({**known, "key": {**known["key"], name: "another"}}))
    assert described.recorded(settings.data_dir) is None
    described.record(settings.data_dir, lambda: Host(settings))
    assert json.loads(file.read_bytes()) == known


def test_a_record_that_fits_stays_and_a_new_one_can_be_taken_back(settings: Settings) -> None:
    file = settings.data_dir / described.FILE_NAME
    described.record(settings.data_dir, lambda: pytest.fail("nothing is to be described"))()
    assert file.exists()
    file.unlink()
    described.record(settings.data_dir, lambda: Host(settings))()
    assert not file.exists()


def test_nothing_of_the_host_stays_in_the_document_when_it_leaves(settings: Settings) -> None:
    app = FastAPI()
    before = app.openapi()
    hosted = Hosted(settings, app, nothing, nothing)
    assert hosted.document
    hosted.detach()
    assert app.openapi() == before
