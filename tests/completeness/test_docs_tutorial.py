import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess, run

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from honeyhost import Host, Settings
from honeyhost.sdk import Caller

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-plugin.md"
FILE = re.compile(r"^<!-- file: (?P<path>\S+) -->\n+```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LIBRARY = "plugins/library"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def write(folder: Path, step: int) -> None:
    """
    The files of the tutorial as they are after their first or second version was written.
    """
    versions: dict[str, list[str]] = {}
    for found in FILE.finditer(PAGE.read_text(encoding="utf-8")):
        versions.setdefault(found["path"], []).append(found["text"])
    assert {path: len(texts) for path, texts in versions.items()} == {
        f"{LIBRARY}/plugin.yaml": 2,
        f"{LIBRARY}/backend/routers/books.py": 2,
    }
    for path, texts in versions.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(texts[step], encoding="utf-8")


def honeyhost(folder: Path, *arguments: str) -> CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if name not in ("INSTALL_DIR", "DATA_DIR")}
    command = [sys.executable, "-m", "honeyhost", *arguments]
    return run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def changes(folder: Path) -> list[str]:
    document = json.loads(honeyhost(folder, "plan", "--json").stdout)
    return sorted(f"{change['action']} {change['kind']}" for change in document["changes"] if change["plugin"] == "library")


def test_the_check_before_the_router_is_written_names_the_line_that_misses_it(tmp_path: Path) -> None:
    write(tmp_path, 0)
    (tmp_path / LIBRARY / "backend/routers/books.py").unlink()
    checked = honeyhost(tmp_path, "check", LIBRARY)
    assert checked.returncode == 1
    assert "plugin.yaml:5:" in checked.stdout


def test_each_version_of_the_plugin_is_checked_planned_and_applied(tmp_path: Path) -> None:
    write(tmp_path, 0)
    assert honeyhost(tmp_path, "check", LIBRARY).returncode == 0
    first = changes(tmp_path)
    assert first.count("add route") == 2
    assert [kind for kind in first if "route" not in kind] == sorted(
        ["add nav", "add permission", "add plugin", "add seed-group"]
    )
    assert honeyhost(tmp_path, "apply").returncode == 0
    assert changes(tmp_path) == []

    write(tmp_path, 1)
    assert honeyhost(tmp_path, "check", LIBRARY).returncode == 0
    second = changes(tmp_path)
    assert {"add route", "add permission", "add seed-group"} <= set(second)
    assert honeyhost(tmp_path, "apply").returncode == 0


async def identity(connection: HTTPConnection) -> Caller | None:
    held = connection.headers.get("x-holds")
    return None if held is None else Caller(id="test", permissions=frozenset(held.split()))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[FastAPI]:
    write(tmp_path, 1)
    app = FastAPI()
    detach = Host(Settings(install_dir=tmp_path, data_dir=tmp_path / ".honeyhost"), identity=identity).attach(app)
    yield app
    detach()
    for name in [name for name in sys.modules if name.startswith("plugins.library")]:
        del sys.modules[name]


@pytest.mark.anyio
async def test_the_finished_plugin_lets_in_whom_the_tutorial_says(library: FastAPI) -> None:
    loan = "/books/9780141439518/loan"
    base = "http://platform.test/api/plugins/library"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(library), base_url=base) as client:

        async def status(method: str, path: str, held: str | None, reader: str | None = None) -> int:
            headers = {} if held is None else {"x-holds": held}
            return (await client.request(method, path, headers=headers, json=reader and {"reader": reader})).status_code

        assert await status("GET", "/books", None) == 401
        assert await status("GET", "/books", "book.read") == 200
        assert await status("GET", "/books/0", "book.read") == 404
        assert await status("PUT", loan, "book.read", "Ada") == 403
        assert await status("PUT", loan, "book.read book.lend", "Ada") == 200
        assert await status("PUT", loan, "book.read book.lend", "Ben") == 409
