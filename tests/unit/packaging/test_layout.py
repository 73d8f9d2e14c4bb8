"""
Where a project keeps its plugin.
"""

import os

import pytest

from honeyhost.diagnostics import Problem
from honeyhost.manifest import PluginManifest
from honeyhost.packaging.layout import Layout, find_layout, shipped


def put(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plugin.yaml").touch()
    return folder


def test_manifest_at_the_root_makes_a_folder_plugin(tmp_path):
    put(tmp_path)
    put(tmp_path / "src" / "other")
    layout = find_layout(tmp_path)
    assert layout == Layout(project=tmp_path, root=tmp_path, package=None)
    assert (layout.is_folder, layout.manifest) == (True, tmp_path / "plugin.yaml")
    assert find_layout(tmp_path, package="plugins.demo").package_for("demo") == "plugins.demo"


@pytest.mark.parametrize(
    ("slug", "package"), [("demo", "honeyframe_demo"), ("my-demo", "honeyframe_my_demo"), ("_demo", "honeyframe_demo")]
)
def test_folder_plugin_gets_its_package_from_its_slug(slug, package, tmp_path):
    assert Layout(project=tmp_path, root=tmp_path, package=None).package_for(slug) == package


@pytest.mark.parametrize(
    ("place", "package"),
    [("src/honeyframe_demo", "honeyframe_demo"), ("demo", "demo"), ("plugins/demo", "plugins.demo"), ("src/a/b/c", "a.b.c")],
)
def test_manifest_in_a_package_is_found(place, package, tmp_path):
    folder = put(tmp_path / place)
    layout = find_layout(tmp_path)
    assert (layout.root, layout.package, layout.is_folder) == (folder, package, False)
    assert layout.package_for("anything") == package


@pytest.mark.parametrize(
    "place", ["tests/plugin", "build/lib", ".venv/x", "node_modules/x", "a/b/c/d", "no-package!/x", "src/1st"]
)
def test_other_places_are_not_looked_at(place, tmp_path):
    put(tmp_path / place)
    found = find_layout(tmp_path)
    assert isinstance(found, Problem)
    assert found.code == "build-manifest-missing"
    assert found.message == f"no plugin.yaml stands in '{tmp_path}', in a package of it, or in a package below 'src'"


def test_pipe_is_not_shipped(tmp_path):
    put(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    layout = find_layout(tmp_path)
    assert isinstance(layout, Layout)
    assert shipped(layout, PluginManifest(name="demo", version="1"), lambda _: False).files == ("plugin.yaml",)


def test_links_are_not_followed(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "link").symlink_to(put(tmp_path / "elsewhere"))
    assert isinstance(find_layout(tmp_path / "project"), Problem)


def test_several_packages_need_a_choice(tmp_path):
    put(tmp_path / "src" / "one")
    two = put(tmp_path / "src" / "two")
    found = find_layout(tmp_path)
    assert isinstance(found, Problem)
    assert (found.code, found.message) == (
        "build-manifest-ambiguous",
        f"'{tmp_path}' has 2 packages with a plugin.yaml: one, two",
    )
    assert find_layout(tmp_path, package="two") == Layout(project=tmp_path, root=two, package="two")
    assert isinstance(find_layout(tmp_path, package="three"), Problem)
