"""
Real projects, built by real backends and installed into real environments.
"""

import fcntl
import json
import os
import subprocess
import sys
import sysconfig
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[3]
BACKENDS = ("setuptools", "flit_core", "poetry-core", "pdm-backend", "uv_build", "editables")

LOOK = """
import json, sys
from honeyhost.discovery import DiscoveryOptions, discover
inventory = discover(DiscoveryOptions(object_manifests={objects}))
print(json.dumps({{
    "plugins": [
        {{"name": plugin.name, "version": plugin.version, "package": plugin.package, "root": str(plugin.root),
          "editable": plugin.origin.editable, "distribution": plugin.origin.distribution, "routers": len(plugin.routers),
          "location": plugin.origin.location, "file": plugin.manifest_file, "digest": plugin.digest,
          "positions": plugin.positions.of("version"), "problems": [problem.code for problem in plugin.problems]}}
        for plugin in inventory
    ],
    "failures": [failure.to_json() for failure in inventory.failures],
    "findings": [finding.to_json() for finding in inventory.findings],
    "imported": sorted(name for name in sys.modules if name.partition(".")[0] in ("plugins", "honeyframe_demo")),
}}))
"""


@dataclass(frozen=True)
class Environment:
    """
    A virtual environment without pip, and what is on its path beside its own packages.
    """

    python: Path
    variables: Mapping[str, str]

    def pip(self, *arguments: str | Path) -> None:
        command = [sys.executable, "-m", "pip", "--python", self.python, "--disable-pip-version-check", "install", "--quiet"]
        run([*command, "--no-index", "--no-deps", "--no-build-isolation", *arguments], self.variables)

    def look(self, *, objects: bool = False) -> dict[str, Any]:
        """
        What discovery finds there, in a fresh process.
        """
        return json.loads(run([self.python, "-c", LOOK.format(objects=objects)], self.variables))

    def evaluate(self, expression: str) -> str:
        return run([self.python, "-c", f"print({expression})"], self.variables).strip()


def run(command: list[str | Path], variables: Mapping[str, str] | None = None, *, cwd: Path | None = None) -> str:
    """
    The standard output of a command that must succeed.
    """
    done = subprocess.run(
        [str(part) for part in command], env=dict(variables or os.environ), cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A folder with the build backends, fetched once however many processes run the tests.
    """
    shared = tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else tmp_path_factory.getbasetemp()
    folder = shared / "backends"
    with (shared / "backends.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
            done = subprocess.run([*pip, "--target", str(folder), *BACKENDS], capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"the build backends cannot be fetched: {done.stderr[-300:]}")
            (folder / "done").touch()
    return folder


@pytest.fixture(scope="session")
def variables(backends: Path) -> dict[str, str]:
    """
    The environment variables in which builds run: backends, hatchling and honeyhost are importable.
    """
    path = os.pathsep.join([str(backends), str(REPOSITORY), sysconfig.get_path("purelib")])
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PATH": f"{backends / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": path}


@pytest.fixture(name="run")
def run_fixture() -> Callable[..., str]:
    """
    Run a command that must succeed.
    """
    return run


@pytest.fixture
def environment(tmp_path: Path, variables: dict[str, str]) -> Environment:
    """
    A fresh environment.
    """
    run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"])
    return Environment(tmp_path / "venv" / "bin" / "python", variables)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Mapping[str, str]], Path]:
    """
    Write the files of a project and answer its folder.
    """

    def written(name: str, files: Mapping[str, str]) -> Path:
        folder = tmp_path / name
        for path, text in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return folder

    return written
