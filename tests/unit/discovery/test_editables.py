"""
Manifests of editable distributions, without a build backend in sight: what the finders answer, and what the folders hold.
"""

import json
import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from honeyhost.discovery.editables import locate_editable, project_of
from honeyhost.discovery.entry_points import EntryPointSource
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.discovery.readings import Reading

YAML = "name: demo\nversion: '1.0'\n"


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project with spaces"
    folder.mkdir()
    return folder


def put(folder, text=YAML):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plugin.yaml").write_text(text)
    return folder


def located(project, module="honeyframe_demo", path=()):
    return locate_editable("honeyframe-demo 1.0", module, project, path)


def test_project_of_an_editable_installation(tmp_path, project):
    place = tmp_path / "direct_url.json"
    place.write_text(json.dumps({"dir_info": {"editable": True}, "url": project.as_uri()}))
    assert project_of(str(tmp_path)) == project


@pytest.mark.parametrize(
    "value",
    [
        {"dir_info": {}, "url": "file:///x"},
        {"dir_info": {"editable": False}, "url": "file:///x"},
        {"dir_info": {"editable": "yes"}, "url": "file:///x"},
        {"dir_info": {"editable": True}, "url": "https://example.com/x"},
        {"dir_info": {"editable": True}},
        {"editable": True},
        {"dir_info": {"editable": True}, "url": "file://[bad"},
        ["editable"],
    ],
)
def test_every_other_installation_has_none(value, tmp_path):
    (tmp_path / "direct_url.json").write_text(json.dumps(value))
    assert project_of(str(tmp_path)) is None


@pytest.mark.parametrize("text", ['"editable" no json', "[" * 100_000 + '"editable"', '"editable"' + " " * 70_000])
def test_damaged_note_of_the_origin_is_no_project(text, tmp_path):
    (tmp_path / "direct_url.json").write_text(text)
    assert project_of(str(tmp_path)) is None


def test_installation_without_a_note_is_no_project(tmp_path):
    assert project_of(str(tmp_path)) is None
    (tmp_path / "direct_url.json").mkdir()
    assert project_of(str(tmp_path)) is None


def test_package_on_the_path_is_found(project):
    folder = put(project / "lib" / "honeyframe_demo")
    reading = located(project, path=[str(project / "lib")])
    assert (reading.root, reading.package, reading.manifest.name) == (folder, "honeyframe_demo", "demo")


def test_namespace_on_the_path_is_found(project):
    folder = put(project / "lib" / "plugins" / "demo")
    reading = located(project, "plugins.demo.deep", path=[str(project / "lib")])
    assert (reading.root, reading.package) == (folder, "plugins.demo")


def test_place_outside_the_project_does_not_count(project, tmp_path):
    put(tmp_path / "site" / "honeyframe_demo")
    [problem] = located(project, path=[str(tmp_path / "site")])
    assert problem.code == "manifest-missing"


@pytest.mark.parametrize("base", ["src", "."])
def test_usual_layouts_are_looked_at_without_a_finder(base, project):
    folder = put(project / base / "honeyframe_demo")
    assert located(project, "honeyframe_demo.sub").root == folder


def test_folder_plugin_is_the_project_itself(project):
    put(project)
    reading = located(project)
    assert (reading.root, reading.package, reading.file) == (project, "honeyframe_demo", str(project / "plugin.yaml"))


def test_link_tree_of_a_strict_installation_leads_to_the_source(project):
    source = put(project / "src" / "honeyframe_demo")
    tree = project / "build" / "tree" / "honeyframe_demo"
    tree.mkdir(parents=True)
    (tree / "plugin.yaml").symlink_to(source / "plugin.yaml")
    assert located(project, path=[str(tree.parent)]).root == source


def test_link_out_of_the_project_is_refused(project, tmp_path):
    (tmp_path / "shadow").write_text("secret")
    (project / "plugin.yaml").symlink_to(tmp_path / "shadow")
    [problem] = located(project)
    assert (problem.code, problem.file) == ("path-escapes", str(tmp_path / "shadow"))
    assert "secret" not in repr(problem)


def test_manifest_that_is_a_pipe_is_refused(project):
    os.mkfifo(project / "plugin.yaml")
    [problem] = located(project)
    assert problem.code == "file-kind"


def test_problems_of_the_manifest_come_along(project):
    put(project, "name: demo\n")
    reading = located(project)
    assert isinstance(reading, Reading)
    assert [problem.code for problem in reading.problems] == ["missing-field"]


class Finder:
    """
    A finder as backends put it into ``sys.meta_path``: it knows some names and the folders of their packages.
    """

    def __init__(self, known):
        self.known = known

    def find_spec(self, name, _path=None, _target=None):
        if name not in self.known:
            return None
        answer = self.known[name]
        if isinstance(answer, Exception):
            raise answer
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = answer
        return spec


class Unready:
    """
    Locations of a namespace whose parent is not imported.
    """

    def __iter__(self):
        raise KeyError("plugins")


@pytest.fixture
def finder(monkeypatch):
    def installed(known):
        monkeypatch.setattr(sys, "meta_path", [object(), Finder(known), *sys.meta_path])

    return installed


def test_finder_of_a_backend_is_asked(project, finder):
    folder = put(project / "odd" / "place")
    finder({"honeyframe_demo": [str(folder)]})
    assert located(project).root == folder


def test_finder_may_know_a_dotted_name_only(project, finder):
    folder = put(project / "odd" / "place")
    finder({"plugins.demo": [str(folder)]})
    assert (located(project, "plugins.demo").root, located(project, "plugins.demo").package) == (folder, "plugins.demo")


@pytest.mark.parametrize("answer", [RuntimeError("broken"), Unready(), None])
def test_finder_that_fails_has_found_nothing(answer, project, finder):
    finder({"honeyframe_demo": answer})
    put(project / "src" / "honeyframe_demo")
    assert located(project).root == project / "src" / "honeyframe_demo"


def test_finder_cannot_lead_out_of_the_project(project, tmp_path, finder):
    finder({"honeyframe_demo": [str(put(tmp_path / "elsewhere"))], "plugins.demo": [str(tmp_path / "elsewhere")]})
    assert [problem.code for problem in located(project)] == ["manifest-missing"]
    assert [problem.code for problem in located(project, "plugins.demo")] == ["manifest-missing"]


def look(site):
    [found] = EntryPointSource((str(site.folder),)).look().found
    return found


def test_source_counts_and_not_the_copy_of_the_installation(site, project):
    put(project, "name: demo\nversion: '2.0'\n")
    site.add("demo", "1.0", copy=True, editable=project)
    plugin = look(site)
    assert isinstance(plugin, DiscoveredPlugin)
    assert (plugin.version, plugin.root, plugin.origin.editable) == ("2.0", project, True)
    assert plugin.problems == ()
    assert plugin.stamps == (str(project / "plugin.yaml"),)


def test_module_of_somebody_else_is_refused(site, project):
    site.add("demo", editable=project, entry_points="[honeyframe.plugins]\ndemo = os:system\n")
    [problem] = look(site).problems
    assert (problem.code, problem.params["module"]) == ("entry-point-not-owned", "os")


def test_project_that_lost_its_manifest_is_told_so(site, project):
    site.add("demo", editable=project)
    [problem] = look(site).problems
    assert problem.code == "manifest-missing"
    assert problem.message == (
        f"honeyframe-demo 1.0 is installed from '{project}', and no plugin.yaml stands there in the package of 'honeyframe_demo'"
    )
    assert not Path(project, "plugin.yaml").exists()


def test_package_of_an_editable_that_stands_in_the_path_entry_is_its_own(site, project):
    site.add("demo", editable=project, files={"honeyframe_demo/__init__.py": b"__path__ = []\n"})
    [problem] = look(site).problems
    assert problem.code == "manifest-missing"
