"""
Folder plugins, built by the hook through real frontends and installed: the same folder, the same plugin.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[3]
FILES = {
    "pyproject.toml": """
        [build-system]
        requires = ["hatchling", "honeyhost"]
        build-backend = "hatchling.build"

        [project]
        name = "honeyframe-demo"
        requires-python = ">=3.11"
        dynamic = ["version", "dependencies", "entry-points"]

        [tool.hatch.metadata.hooks.honeyhost]

        [tool.hatch.build.targets.wheel.hooks.honeyhost]
        """,
    "plugin.yaml": "name: demo\nversion: 0.10\nrouters: [.backend.api:router]\n",
    "backend/api.py": "from .values import value\n\nrouter = value\n",
    "backend/values.py": "value = 'first'\n",
    "tests/test_demo.py": "raise SystemExit('collected')\n",
}
UV = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
Write = Callable[[str, Mapping[str, str]], Path]


def test_folder_is_installed_as_a_wheel(environment: Any, write: Write, tmp_path: Path) -> None:
    environment.pip(write("project", FILES))

    seen = environment.look()
    [plugin] = seen["plugins"]
    assert (plugin["name"], plugin["version"], plugin["package"], plugin["editable"]) == (
        "demo",
        "0.10",
        "honeyframe_demo",
        False,
    )
    assert (plugin["positions"], plugin["problems"]) == ([2, 10], [])
    assert Path(plugin["root"]).is_relative_to(tmp_path / "venv")
    assert seen["imported"] == []

    assert environment.evaluate("__import__('honeyframe_demo.backend.api').backend.api.router") == "first"
    assert environment.evaluate("__import__('honeyframe_demo').manifest.version") == "0.10"


def test_folder_is_installed_as_an_editable_and_edits_count(environment: Any, write: Write) -> None:
    project = write("project", FILES)
    environment.pip("--editable", project)

    [plugin] = environment.look()["plugins"]
    assert (plugin["root"], plugin["package"], plugin["editable"]) == (str(project), "honeyframe_demo", True)
    assert environment.evaluate("__import__('honeyframe_demo.backend.api').backend.api.router") == "first"

    (project / "backend" / "values.py").write_text("value = 'second one'\n")
    (project / "plugin.yaml").write_text("name: demo\nversion: 0.11\n")
    assert environment.look()["plugins"][0]["version"] == "0.11"
    assert environment.evaluate("__import__('honeyframe_demo.backend.api').backend.api.router") == "second one"
    assert environment.evaluate("__import__('honeyframe_demo').manifest.version") == "0.11"


def test_editable_puts_nothing_of_the_folder_on_the_path(environment: Any, write: Write) -> None:
    project = write("project", FILES)
    environment.pip("--editable", project)
    assert environment.evaluate(f"{str(project)!r} in __import__('sys').path") == "False"
    assert environment.evaluate("__import__('importlib.util').util.find_spec('backend')") == "None"


def test_source_distribution_gives_the_same_wheel(write: Write, variables: Mapping[str, str], run: Any, tmp_path: Path) -> None:
    project = write("project", FILES)
    build = [sys.executable, "-m", "build", "--no-isolation", project]
    run([*build, "--wheel", "--outdir", tmp_path / "direct"], variables)
    run([*build, "--outdir", tmp_path / "through"], variables)
    name = "honeyframe_demo-0.10-py3-none-any.whl"
    assert (tmp_path / "direct" / name).read_bytes() == (tmp_path / "through" / name).read_bytes()


@pytest.mark.parametrize("slug", ["healthcare", "finance"])
def test_reference_plugin_is_built_from_its_folder(
    slug: str, environment: Any, variables: Mapping[str, str], run: Any, tmp_path: Path
) -> None:
    project = tmp_path / slug
    shutil.copytree(REPOSITORY / "plugins" / slug, project, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    run([sys.executable, "-m", "build", "--no-isolation", "--wheel", project], variables)
    environment.pip(*project.glob("dist/*.whl"))

    [plugin] = environment.look()["plugins"]
    assert (plugin["name"], plugin["package"], plugin["distribution"]) == (slug, f"honeyframe_{slug}", f"honeyframe-{slug}")
    assert not Path(plugin["root"], "tests").exists()
    assert Path(plugin["root"], "dbt", "dbt_project.yml").exists()


def test_refusal_reaches_the_person_without_a_traceback(write: Write, variables: Mapping[str, str]) -> None:
    project = write("project", {**FILES, "plugin.yaml": "name: demo\nversion: 0.10\nrouters: [.backend.nothing:router]\n"})
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", str(project)]
    done = subprocess.run(command, env=dict(variables), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "error[reference-module-missing]: '.backend.nothing:router' names backend/nothing.py" in said
    assert "  --> plugin.yaml:3:11   routers[0].router" in said
    assert "hatch.py" not in said


@pytest.mark.skipif(UV is None, reason="uv is not installed")
@pytest.mark.parametrize("form", [[], ["--editable"]], ids=["wheel", "editable"])
@pytest.mark.parametrize("links", ["copy", "symlink"])
def test_uv_installs_it_too(  # noqa: PLR0917 - two dimensions, and what an environment is made of
    form: list[str], links: str, environment: Any, write: Write, variables: Mapping[str, str], run: Any, tmp_path: Path
) -> None:
    project = write("project", FILES)
    uv = [
        UV,
        "pip",
        "install",
        "--quiet",
        "--offline",
        "--no-deps",
        "--no-build-isolation",
        "--cache-dir",
        tmp_path / "cache",
    ]
    run([*uv, "--link-mode", links, "--python", environment.python, *form, project], variables)

    seen = environment.look()

    assert seen["failures"] == []
    assert [(plugin["name"], plugin["editable"]) for plugin in seen["plugins"]] == [("demo", bool(form))]
