"""
What a person names: a folder, a manifest, an archive, a plugin.
"""

import pytest

from honeyhost.discovery import DiscoveryOptions, locate
from honeyhost.manifest import check_references

YAML = "name: demo\nversion: '1.0'\nrouters: [.api:router]\n"


@pytest.fixture
def nowhere():
    return DiscoveryOptions(path=())


def put(folder, text=YAML):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plugin.yaml").write_text(text)
    (folder / "api.py").write_text("router = 1\n")
    return folder


def codes(located):
    return [problem.code for problem in located.problems]


def test_folder_is_located_with_its_files(tmp_path, nowhere):
    folder = put(tmp_path / "demo")
    for target in (str(folder), str(folder / "plugin.yaml")):
        located = locate(target, nowhere)
        assert (located.target, located.name, located.package, located.problems) == (target, "demo", "plugins.demo", ())
        assert (located.origin.kind, located.origin.location) == ("directory", str(folder))
        assert located.plugin.manifest is located.manifest
        assert check_references(located.manifest, located.tree, located.package) == ()


def test_folder_of_another_name_is_refused(tmp_path, nowhere):
    located = locate(str(put(tmp_path / "other")), nowhere)
    assert codes(located) == ["directory-name-mismatch"]
    assert (located.manifest, located.tree, located.plugin) == (None, None, None)
    assert located.name == "demo"


def test_folder_that_a_project_builds_a_wheel_from_may_have_any_name_outside_a_root(tmp_path, nowhere):
    folder = put(tmp_path / "my-checkout")
    (folder / "pyproject.toml").touch()
    assert codes(locate(str(folder), nowhere)) == []
    in_root = DiscoveryOptions(path=(), bundled_root=tmp_path)
    assert codes(locate(str(folder), in_root)) == ["directory-name-mismatch"]


def test_package_of_a_project_is_found_from_the_project(tmp_path, nowhere):
    folder = put(tmp_path / "src" / "honeyframe_demo")
    (folder / "__init__.py").touch()
    located = locate(str(tmp_path), nowhere)
    assert (located.name, located.package, located.problems) == ("demo", "honeyframe_demo", ())


def test_project_of_several_plugins_needs_a_choice(tmp_path, nowhere):
    put(tmp_path / "one")
    put(tmp_path / "two")
    [problem] = locate(str(tmp_path), nowhere).problems
    assert problem.message == f"'{tmp_path}' holds 2 plugins, and one is wanted"


def test_folder_without_a_plugin_says_so(tmp_path, nowhere):
    [problem] = locate(str(tmp_path), nowhere).problems
    assert (problem.code, problem.message) == ("manifest-missing", f"'{tmp_path}' holds no plugin.yaml")


def test_manifest_that_cannot_be_read_says_why(tmp_path, nowhere):
    assert codes(locate(str(tmp_path / "plugin.yaml"), nowhere)) == ["file-missing"]
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "plugin.yaml").mkdir()
    assert codes(locate(str(tmp_path / "demo"), nowhere)) == ["file-kind"]
    put(tmp_path / "bad", "name: [")
    assert codes(locate(str(tmp_path / "bad"), nowhere)) == ["yaml-syntax"]


def test_manifest_of_another_file_name_is_read(tmp_path, nowhere):
    put(tmp_path / "demo")
    (tmp_path / "demo" / "draft.yaml").write_text(YAML)
    assert locate(str(tmp_path / "demo" / "draft.yaml"), nowhere).name == "demo"


def test_archives_are_located_with_their_files(tmp_path, wheel_of, zip_bytes, raw_entry, nowhere):
    path = tmp_path / "demo.zip"
    path.write_bytes(zip_bytes(raw_entry("plugin.yaml", YAML.encode()), raw_entry("api.py", b"router = 1")))
    for target, package in ((path, "plugins.demo"), (wheel_of(), "honeyframe_demo")):
        located = locate(str(target), nowhere)
        assert (located.name, located.package, located.origin.kind) == ("demo", package, "archive")
        assert located.tree.exists("api.py")
    assert codes(locate(str(tmp_path / "missing.whl"), nowhere)) == ["file-missing"]


def test_installed_plugin_is_located_by_its_name(site, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    site.add("demo")
    located = locate("demo", DiscoveryOptions(path=(str(site.folder),)))
    assert (located.name, located.origin.kind, located.problems) == ("demo", "entry-point", ())
    assert located.tree.exists("api.py")


def test_plugin_is_meant_where_a_folder_of_its_name_holds_none(site, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    site.add("demo")
    (tmp_path / "demo").mkdir()
    options = DiscoveryOptions(path=(str(site.folder),))
    assert locate("demo", options).origin.kind == "entry-point"
    assert codes(locate("demo", DiscoveryOptions(path=()))) == ["manifest-missing"]


def test_broken_plugin_is_located_with_its_problems(site, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    site.add("demo", without=["plugin.yaml"])
    located = locate("demo", DiscoveryOptions(path=(str(site.folder),)))
    assert (located.name, codes(located), located.manifest) == ("demo", ["manifest-missing"], None)


def test_name_of_several_plugins_is_warned_of(site, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one, other = site.add("demo"), site.add("demo", package="other_demo")
    located = locate("demo", DiscoveryOptions(path=(str(site.folder),)))
    [problem] = located.problems
    assert (problem.severity, problem.code) == ("warning", "target-ambiguous")
    assert problem.message == (
        f"'demo' is found in 2 places; this is distribution honeyframe-demo 1.0 ({one}), "
        f"the others are distribution other-demo 1.0 ({other})"
    )


def test_name_that_nobody_has_is_answered_with_the_nearest(site, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    site.add("healthcare")
    options = DiscoveryOptions(path=(str(site.folder),))
    [problem] = locate("helthcare", options).problems
    assert (problem.code, problem.hint) == ("target-not-found", "did you mean 'healthcare'?")
    assert problem.message == "'helthcare' is neither a path nor the name of a plugin"
    [problem] = locate("zzz", options).problems
    assert problem.hint == "name a folder, a wheel, an archive, or a plugin that 'honeyhost list' shows"
