from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from honeyhost import Host, Settings
from honeyhost.sdk import Caller
from plugins.healthcare.backend.services.clinic import Clinic, load_samples
from plugins.healthcare.backend.services.database import Database

INSTALLATION = Path(__file__).parents[3]
SERVICES = "plugins.healthcare.backend.services.clinic"
"""Asked for by name, since the host may have imported it anew after this file did."""
EVERYTHING = "patient.read patient.edit doctor.read"


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    database = Database()
    clinic = Clinic.over(database)
    load_samples(clinic)
    yield clinic
    database.close()


async def identity(connection: HTTPConnection) -> Caller | None:
    held = connection.headers.get("x-holds")
    return None if held is None else Caller(id="test", permissions=frozenset(held.split()))


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    settings = Settings(install_dir=INSTALLATION, data_dir=tmp_path_factory.mktemp("data"))
    app = FastAPI()
    Host(settings, identity=identity).attach(app)
    return app


@pytest.fixture
async def client(platform: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """
    Somebody who holds every permission of the plugin; ``headers={"x-holds": "…"}`` makes it somebody else.
    """
    import_module(SERVICES).open_clinic.cache_clear()
    base = "http://platform.test/api/plugins/healthcare"
    transport = httpx.ASGITransport(platform)
    async with httpx.AsyncClient(transport=transport, base_url=base, headers={"x-holds": EVERYTHING}) as client:
        yield client


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
