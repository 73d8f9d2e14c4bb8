import json
import os
import sys
import zipfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
import yaml

from honeyhost.discovery import DiscoveryOptions, discover
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.manifest import FolderTree, check_references

ROOT = Path(__file__).parents[2]
PLUGINS = ("finance", "healthcare", "insights")
WITH_MODELS = ("finance", "healthcare")


def as_folder(slug: str) -> DiscoveredPlugin:
    inventory = discover(DiscoveryOptions(path=(), bundled_root=ROOT / "plugins"))
    (plugin,) = inventory.named(slug)
    return plugin


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    The wheel of healthcare, built as an author builds it.
    """
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), "plugins/healthcare"]
    done = run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def layer(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A folder on the import path in which the wheel is installed.
    """
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), str(wheel)]
    run([*command, "--disable-pip-version-check"], check=True)
    return folder


def honeyhost(*arguments: str, layer: Path, data: Path) -> Any:
    environment = {**os.environ, "PYTHONPATH": str(layer), "INSTALL_DIR": str(ROOT), "DATA_DIR": str(data)}
    command = [sys.executable, "-m", "honeyhost", *arguments, "--json"]
    return json.loads(run(command, env=environment, capture_output=True, text=True, check=True, cwd=data).stdout)


def planned(layer: Path, data: Path) -> dict[str, list[str]]:
    """
    The kinds of changes that a plan has for each plugin.
    """
    kinds: dict[str, set[str]] = {}
    for change in honeyhost("plan", layer=layer, data=data)["changes"]:
        kinds.setdefault(change["plugin"], set()).add(change["kind"])
    return {slug: sorted(found) for slug, found in kinds.items()}


@pytest.mark.parametrize("slug", PLUGINS)
def test_a_reference_plugin_as_a_folder_has_no_problems(slug: str) -> None:
    plugin = as_folder(slug)
    found = [*plugin.problems, *check_references(plugin.manifest, FolderTree(plugin.root), plugin.package)]
    assert [problem.message for problem in found if problem.severity != "info"] == []
    assert (plugin.origin.kind, plugin.package) == ("directory", f"plugins.{slug}")


@pytest.mark.parametrize("slug", PLUGINS)
def test_a_reference_plugin_grants_every_permission_of_its_own_to_some_group(slug: str) -> None:
    manifest = as_folder(slug).manifest
    granted = {permission for group in manifest.seed_groups for permission in group.permissions}
    assert granted == {permission.id for permission in manifest.permissions}


@pytest.mark.parametrize("slug", WITH_MODELS)
def test_the_dbt_project_of_a_reference_plugin_is_named_and_versioned_like_it(slug: str) -> None:
    manifest = as_folder(slug).manifest
    project: Mapping[str, Any] = yaml.safe_load((ROOT / "plugins" / slug / "dbt" / "dbt_project.yml").read_text("utf-8"))
    assert (project["name"], project["version"]) == (slug, manifest.version)


@pytest.mark.parametrize("slug", PLUGINS)
def test_every_page_in_the_navigation_of_a_reference_plugin_exists(slug: str) -> None:
    plugin = as_folder(slug)
    entry = (plugin.root / str(plugin.manifest.frontend_entry)).read_text("utf-8")
    for item in plugin.manifest.nav:
        page = item.path.removeprefix(f"/{slug}/")
        assert f"path: '{page}'" in entry


@pytest.mark.slow
def test_the_wheel_holds_the_plugin_under_its_own_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = {name.removeprefix("honeyframe_healthcare/") for name in names if name.startswith("honeyframe_healthcare/")}
    assert {"plugin.yaml", "config.schema.json", "backend/healthcare.py", "backend/routers/patients.py"} <= package
    assert {"migrations/env.py", "migrations/versions/0001_tables.py", "migrations/versions/0002_sample_records.py"} <= package
    assert {"dbt/dbt_project.yml", "dbt/seeds/healthcare_patients.csv", "frontend/src/pages/Patients.tsx"} <= package
    assert not [name for name in package if "test_" in name or "__pycache__" in name or name.endswith("conftest.py")]
    assert {name.split("/")[0] for name in names} == {"honeyframe_healthcare", "honeyframe_healthcare-0.1.0.dist-info"}


@pytest.mark.slow
def test_the_metadata_of_the_wheel_come_from_the_manifest(layer: Path) -> None:
    (distribution,) = metadata.distributions(name="honeyframe-healthcare", path=[str(layer)])
    (entry,) = distribution.entry_points.select(group="honeyframe.plugins")
    assert (distribution.version, entry.name, entry.value) == ("0.1.0", "healthcare", "honeyframe_healthcare:manifest")
    assert [requirement.partition(">")[0] for requirement in distribution.requires or ()] == ["honeyhost"]


@pytest.mark.slow
def test_the_wheel_and_the_folder_have_the_same_manifest(layer: Path) -> None:
    inventory = discover(DiscoveryOptions(path=(str(layer),), bundled_root=None))
    (installed,) = inventory.named("healthcare")
    assert installed.manifest == as_folder("healthcare").manifest
    assert (installed.origin.kind, installed.package) == ("entry-point", "honeyframe_healthcare")


@pytest.mark.slow
def test_the_installed_wheel_goes_before_the_folder_which_is_reported(layer: Path, tmp_path: Path) -> None:
    listing = honeyhost("list", layer=layer, data=tmp_path)
    origins = {plugin["name"]: plugin["origin"]["kind"] for plugin in listing["plugins"]}
    assert origins == {"finance": "directory", "healthcare": "entry-point", "insights": "directory"}
    assert [plugin["state"] for plugin in listing["plugins"]] == ["accepted", "accepted", "rejected"]
    assert {reason["code"] for reason in listing["plugins"][2]["reasons"]} == {"grant-missing"}
    assert [str(ROOT / "plugins" / "healthcare") in finding["message"] for finding in listing["findings"]] == [True]


@pytest.mark.slow
def test_applying_them_leaves_nothing_to_plan_until_another_is_granted_what_it_asks_for(layer: Path, tmp_path: Path) -> None:
    everything = ["frontend", "migration", "nav", "permission", "plugin", "route", "seed-group"]
    assert planned(layer, tmp_path) == {"finance": everything, "healthcare": everything}
    honeyhost("apply", layer=layer, data=tmp_path)
    assert planned(layer, tmp_path) == {}
    honeyhost("grant", "insights", "--all", layer=layer, data=tmp_path)
    assert planned(layer, tmp_path) == {
        "insights": ["capability", "frontend", "nav", "permission", "plugin", "route", "seed-group"]
    }
    honeyhost("apply", layer=layer, data=tmp_path)
    assert planned(layer, tmp_path) == {}


@pytest.mark.parametrize("slug", WITH_MODELS)
def test_what_keeps_records_of_its_own_asks_the_host_for_nothing(slug: str) -> None:
    assert as_folder(slug).manifest.host_permissions == ()


def test_insights_says_for_what_it_asks_each_thing() -> None:
    manifest = as_folder("insights").manifest
    asked = [(wanted.type, wanted.access, *wanted.scope) for wanted in manifest.host_permissions]
    assert asked == [
        ("plugin_call", None, "healthcare.census"),
        ("plugin_call", None, "finance.trial_balance"),
        ("cache", "readwrite"),
    ]
    assert all(wanted.purpose for wanted in manifest.host_permissions)
