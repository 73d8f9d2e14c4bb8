"""
Plugins as every common build backend leaves them, installed as wheels and as editables, found without importing anything.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from honeyhost.discovery.archives import read_archive
from honeyhost.discovery.inventory import DiscoveredPlugin

pytestmark = pytest.mark.slow

BACKENDS = {
    "hatchling": "hatchling.build",
    "setuptools": "setuptools.build_meta",
    "flit_core": "flit_core.buildapi",
    "poetry-core": "poetry.core.masonry.api",
    "pdm-backend": "pdm.backend",
    "uv_build": "uv_build",
}
PACKAGE_TABLES = {
    "hatchling": '[tool.hatch.build.targets.wheel]\npackages = ["src/honeyframe_demo"]',
    "setuptools": '[tool.setuptools.packages.find]\nwhere = ["src"]\n[tool.setuptools.package-data]\n"*" = ["plugin.yaml"]',
    "flit_core": '[tool.flit.module]\nname = "honeyframe_demo"',
    "poetry-core": '[tool.poetry]\npackages = [{ include = "honeyframe_demo", from = "src" }]',
    "pdm-backend": '[tool.pdm.build]\npackage-dir = "src"\nincludes = ["src/honeyframe_demo"]',
    "uv_build": '[tool.uv.build-backend]\nmodule-name = "honeyframe_demo"',
}
SEED_TABLES = {
    "hatchling": '[tool.hatch.build.targets.wheel]\npackages = ["plugins"]',
    "setuptools": '[tool.setuptools]\npackages = ["plugins.demo"]\n[tool.setuptools.package-data]\n"*" = ["plugin.yaml"]',
    "flit_core": '[tool.flit.module]\nname = "plugins.demo"',
    "poetry-core": '[tool.poetry]\npackages = [{ include = "plugins" }]',
    "pdm-backend": '[tool.pdm.build]\nincludes = ["plugins"]',
    "uv_build": '[tool.uv.build-backend]\nmodule-name = "plugins.demo"\nmodule-root = ""',
}
MANIFEST = "name: demo\nversion: 0.10\nrouters: [.api:router]\n"
SIDE_EFFECT = "from pathlib import Path\nPath({marker!r}).touch()\nmanifest = object()\n"


def project_files(backend: str, layout: str, marker: Path) -> dict[str, str]:
    folder, package = ("src/honeyframe_demo", "honeyframe_demo") if layout == "package" else ("plugins/demo", "plugins.demo")
    table = (PACKAGE_TABLES if layout == "package" else SEED_TABLES)[backend]
    pyproject = (
        f'[build-system]\nrequires = ["{backend}"]\nbuild-backend = "{BACKENDS[backend]}"\n'
        f'[project]\nname = "honeyframe-demo"\nversion = "0.10"\ndescription = "A demo"\n'
        f'[project.entry-points."honeyframe.plugins"]\ndemo = "{package}:manifest"\n{table}\n'
    )
    return {
        "pyproject.toml": pyproject,
        f"{folder}/__init__.py": SIDE_EFFECT.format(marker=str(marker)),
        f"{folder}/api.py": SIDE_EFFECT.format(marker=str(marker)),
        f"{folder}/plugin.yaml": MANIFEST,
    }


@pytest.mark.parametrize("layout", ["package", "seed"])
@pytest.mark.parametrize("form", ["wheel", "editable"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_plugin_is_found_and_nothing_of_it_is_imported(  # noqa: PLR0917 - three dimensions of one test
    backend: str,
    form: str,
    layout: str,
    environment: Any,
    write: Callable[[str, Mapping[str, str]], Path],
    run: Any,
    tmp_path: Path,
) -> None:
    marker = tmp_path / "imported"
    project = write("project", project_files(backend, layout, marker))
    if form == "editable":
        environment.pip("--editable", project)
    else:
        build = f"from {BACKENDS[backend]} import build_wheel; build_wheel('.')"
        run([sys.executable, "-c", build], environment.variables, cwd=project)
        [wheel] = project.glob("*.whl")
        packed = read_archive(wheel)
        assert isinstance(packed, DiscoveredPlugin), packed
        environment.pip(wheel)

    seen = environment.look()

    assert seen["failures"] == []
    [plugin] = seen["plugins"]
    package = "honeyframe_demo" if layout == "package" else "plugins.demo"
    assert (plugin["name"], plugin["version"], plugin["package"]) == ("demo", "0.10", package)
    assert plugin["editable"] is (form == "editable")
    assert plugin["problems"] == []
    assert plugin["positions"] == [2, 10]
    inside = project if form == "editable" else tmp_path / "venv"
    assert Path(plugin["root"]).is_relative_to(inside)
    assert Path(plugin["root"], "plugin.yaml").exists()
    assert seen["imported"] == []
    assert not marker.exists()


@pytest.mark.parametrize("mode", ["strict", "compat"])
def test_setuptools_editable_of_every_mode_is_found(
    mode: str, environment: Any, write: Callable[[str, Mapping[str, str]], Path], tmp_path: Path
) -> None:
    project = write("project", project_files("setuptools", "package", tmp_path / "imported"))
    environment.pip("--config-settings", f"editable_mode={mode}", "--editable", project)

    [plugin] = environment.look()["plugins"]

    assert Path(plugin["root"]).is_relative_to(project)


def test_hatchling_editable_by_redirection_is_found(
    environment: Any, write: Callable[[str, Mapping[str, str]], Path], tmp_path: Path
) -> None:
    files = project_files("hatchling", "package", tmp_path / "imported")
    files["pyproject.toml"] += "[tool.hatch.build]\ndev-mode-exact = true\n"
    project = write("project", files)
    environment.pip("--editable", project)

    [plugin] = environment.look()["plugins"]

    assert plugin["root"] == str(project / "src" / "honeyframe_demo")


def test_changed_source_of_an_editable_counts_and_not_the_metadata_of_its_installation(
    environment: Any, write: Callable[[str, Mapping[str, str]], Path], tmp_path: Path
) -> None:
    project = write("project", project_files("hatchling", "package", tmp_path / "imported"))
    environment.pip("--editable", project)
    before = environment.look()["plugins"][0]
    (project / "src/honeyframe_demo/plugin.yaml").write_text("name: demo\nversion: 0.11\n")

    after = environment.look()["plugins"][0]

    assert (before["version"], after["version"]) == ("0.10", "0.11")
    assert before["digest"] != after["digest"]
    assert after["problems"] == []


def test_manifest_that_is_only_an_object_is_read_in_a_process_of_its_own_when_that_is_allowed(
    environment: Any, write: Callable[[str, Mapping[str, str]], Path], tmp_path: Path
) -> None:
    marker = tmp_path / "imported"
    files = project_files("hatchling", "package", marker)
    del files["src/honeyframe_demo/plugin.yaml"]
    files["src/honeyframe_demo/__init__.py"] = (
        f'from pathlib import Path\nPath({str(marker)!r}).touch()\nprint("noise")\n'
        'manifest = {"name": "demo", "version": "0.10", "routers": ["honeyframe_demo.api:router"]}\n'
    )
    environment.pip(write("project", files))

    closed = environment.look()
    assert [problem["code"] for failure in closed["failures"] for problem in failure["problems"]] == ["manifest-missing"]
    assert not marker.exists()

    opened = environment.look(objects=True)
    assert [(plugin["name"], plugin["version"], plugin["routers"]) for plugin in opened["plugins"]] == [("demo", "0.10", 1)]
    assert marker.exists()
    assert opened["imported"] == []
