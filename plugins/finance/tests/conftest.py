from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from honeyhost import Host, Settings
from honeyhost.sdk import Caller
from plugins.finance.backend.services.ledger import Ledger
from plugins.finance.backend.services.samples import load_samples

INSTALLATION = Path(__file__).parents[3]
SAMPLES = "plugins.finance.backend.services.samples"
"""Asked for by name, since the host may have imported it anew after this file did."""
EVERYTHING = "ledger.read ledger.post ledger.manage"


@pytest.fixture
def books() -> Ledger:
    ledger = Ledger()
    load_samples(ledger)
    return ledger


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
    import_module(SAMPLES).open_books.cache_clear()
    base = "http://platform.test/api/plugins/finance"
    transport = httpx.ASGITransport(platform)
    async with httpx.AsyncClient(transport=transport, base_url=base, headers={"x-holds": EVERYTHING}) as client:
        yield client


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
