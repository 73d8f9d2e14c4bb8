"""
Projects that hatchling builds in this process.
"""

import textwrap
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

PYPROJECT = """
[build-system]
requires = ["hatchling", "honeyhost"]
build-backend = "hatchling.build"

[project]
name = "honeyframe-demo"
requires-python = ">=3.11"
dynamic = ["version", "dependencies", "entry-points"]

[tool.hatch.metadata.hooks.honeyhost]

[tool.hatch.build.targets.wheel.hooks.honeyhost]
"""
MANIFEST = """
name: demo
version: 1.2
requires_python: ">=3.11"
routers: [.backend.api:router]
"""


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """
    Write a project; without anything said, a folder plugin whose metadata is derived.
    """

    def written(files: Mapping[str, str | None] | None = None) -> Path:
        folder = tmp_path / "project"
        everything: dict[str, str | None] = {
            "pyproject.toml": PYPROJECT,
            "plugin.yaml": MANIFEST,
            "backend/api.py": "router = object()\n",
            **(files or {}),
        }
        for path, text in everything.items():
            if text is not None:
                place = folder / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(textwrap.dedent(text), encoding="utf-8")
        return folder

    return written


@pytest.fixture
def built(tmp_path: Path) -> Callable[[Path], Path]:
    """
    Build the wheel of a project.
    """

    def build(folder: Path) -> Path:
        (tmp_path / "dist").mkdir(exist_ok=True)
        return Path(next(WheelBuilder(str(folder)).build(directory=str(tmp_path / "dist"), versions=["standard"])))

    return build


@pytest.fixture
def names() -> Callable[[Path], list[str]]:
    """
    The files of a wheel beside its metadata.
    """

    def listed(wheel: Path) -> list[str]:
        with zipfile.ZipFile(wheel) as archive:
            return sorted(name for name in archive.namelist() if ".dist-info/" not in name)

    return listed


@pytest.fixture
def content() -> Callable[[Path, str], str]:
    """
    The text of the one file of a wheel whose path ends so.
    """

    def read(wheel: Path, end: str) -> str:
        with zipfile.ZipFile(wheel) as archive:
            [name] = [name for name in archive.namelist() if name.endswith(end)]
            return archive.read(name).decode()

    return read
