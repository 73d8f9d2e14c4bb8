"""
Shared fixtures: a platform's folders on disk, with plugins that are written for the test.
"""

import gc
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from honeyhost.sdk import Caller
from honeyhost.wiring import close_databases

ROUTER = """
from fastapi import APIRouter

router = APIRouter(prefix="/notes")


@router.get("")
async def list_notes() -> list[str]:
    return ["{slug}"]


@router.get("/{{number:int}}")
async def get_note(number: int) -> dict[str, int]:
    return {{"number": number}}
"""


@dataclass
class PlatformFolder:
    """
    The folders of a platform: ``install`` with bundled plugins, ``data`` with customer plugins and everything written.
    """

    install: Path
    data: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def add(
        self,
        slug: str,
        manifest: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, str] | None = None,
        customer: bool = False,
    ) -> Path:
        """
        Write a folder plugin: by default one router ``/notes`` behind ``<slug>.read``.
        """
        root = (self.data if customer else self.install) / "plugins" / slug
        word = slug.replace("-", "_").strip("_")
        document: dict[str, Any] = {
            "name": slug,
            "version": "1.0.0",
            "permissions": [f"{word}.read"],
            "routers": [{"router": ".backend.notes:router", "permission": f"{word}.read"}],
        }
        document.update(manifest or {})
        self.write(root / "plugin.yaml", yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
        for name, text in {"backend/notes.py": ROUTER.format(slug=slug), **(files or {})}.items():
            self.write(root / name, textwrap.dedent(text))
        return root

    @staticmethod
    def write(path: Path, text: str) -> None:
        """
        Write a file and the folders above it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pytest_collection_finish() -> None:
    """
    What was imported to find the tests lives as long as they run: no collection of garbage has to look at it again. Upgrades
    collect, and the suite makes hundreds.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_captured_code() -> Iterator[None]:
    """
    Code of plugins that an earlier test left loaded is nobody else's.
    """
    _forget_captured_code()
    yield
    _forget_captured_code()


def _forget_captured_code() -> None:
    sys.meta_path[:] = [finder for finder in sys.meta_path if not getattr(finder, "captured", False)]
    for name in [name for name in sys.modules if name.startswith("_hh_")]:
        del sys.modules[name]


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlatformFolder]:
    """
    An empty platform; what plugins imported is forgotten afterwards.
    """
    folder = PlatformFolder(tmp_path / "install", tmp_path / "data")
    (folder.install / "plugins").mkdir(parents=True)
    folder.data.mkdir()
    for name in ("INSTALL_DIR", "DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HONEYHOST_INSTALL_DIR", str(folder.install))
    monkeypatch.setenv("HONEYHOST_DATA_DIR", str(folder.data))
    monkeypatch.chdir(folder.install)
    finders = list(sys.meta_path)
    yield folder
    close_databases()
    sys.meta_path[:] = finders
    for name in [name for name in sys.modules if name == "plugins" or name.startswith("plugins.")]:
        del sys.modules[name]


ADMIN = Caller(id="admin", permissions=frozenset({"*"}), scopes=frozenset({"*"}))


async def identity(connection: Any) -> Caller | None:
    """
    Callers by header: ``X-Caller: admin`` holds everything, any other value is a list of permissions.
    """
    name = connection.headers.get("x-caller")
    if name is None:
        return None
    return ADMIN if name == "admin" else Caller(id="somebody", permissions=frozenset(name.split(",")))


@pytest.fixture
def header_identity() -> Any:
    """
    An identity function that reads the caller from a header.
    """
    return identity
