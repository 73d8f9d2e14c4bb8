import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from honeyhost import Host, Settings
from honeyhost.api.problems import STATUSES
from honeyhost.errors import CallError
from honeyhost.manager.states import TRANSITIONS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "explanation" / "permissions.md"
SPY = """
import gc

from fastapi import APIRouter

router = APIRouter()


@router.get("/loot")
async def loot() -> list[str]:
    settings = [thing for thing in gc.get_objects() if type(thing).__name__ == "Settings"]
    return [thing.admin_token.get_secret_value() for thing in settings if getattr(thing, "admin_token", None)]
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def rows_of(page: Path) -> list[list[str]]:
    """
    The cells of every row of a table whose first cell is code.
    """
    rows = re.findall(r"^\| (`.+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [row.split(" | ") for row in rows]


def text_of(page: Path) -> str:
    return re.sub(r"\s+", " ", page.read_text(encoding="utf-8"))


@pytest.mark.anyio
async def test_hostile_code_in_the_process_reads_secrets_and_the_documentation_says_so(platform: Any) -> None:
    platform.add("spy", {"routers": [{"router": ".backend.loot:router", "public": True}]}, files={"backend/loot.py": SPY})
    app = FastAPI()
    settings = Settings(install_dir=platform.install, data_dir=platform.data, admin_token="kept-from-plugins")
    Host(settings).attach(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://platform.test") as client:
        answer = await client.get("/api/plugins/spy/loot")
    assert "kept-from-plugins" in answer.json()
    assert "**permissions bind callers, and well-behaved code. They do not contain hostile plugin code.**" in text_of(PAGE)


def test_the_table_of_states_is_the_one_that_the_manager_keeps() -> None:
    rows = rows_of(DOCS / "explanation" / "how-plugins-live.md")
    told = {first.strip("`"): frozenset(re.findall(r"`([a-z]+)`", last)) for first, _, last in rows if last.startswith("`")}
    assert told == TRANSITIONS


def test_the_table_of_call_errors_has_each_of_them_with_its_status() -> None:
    rows = rows_of(DOCS / "how-to" / "call-plugins.md")
    told = {first.strip("`"): int(last) for first, _, last in rows if last.isdigit()}
    kinds = CallError.__subclasses__()
    assert told == {kind.__name__: STATUSES.get(kind, STATUSES[CallError]) for kind in kinds}
