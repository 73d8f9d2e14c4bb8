"""
The hatchling hooks: what they derive, ship, embed and refuse.
"""

import hashlib
import json
import os

import pytest
from hatchling.builders.wheel import WheelBuilder

from honeyhost import __version__
from honeyhost.discovery.archives import read_archive
from honeyhost.discovery.inventory import DiscoveredPlugin
from honeyhost.packaging import hatch

STATIC = """
[project]
name = "honeyframe-demo"
version = "{version}"
requires-python = "{python}"
dependencies = [{dependencies}]

[project.entry-points."honeyframe.plugins"]
{entry_point}

[tool.hatch.build.targets.wheel.hooks.honeyhost]
"""
REFUSED = "honeyhost: this plugin is not built:"


def refusal(built, folder):
    with pytest.raises(SystemExit) as caught:
        built(folder)
    lines = str(caught.value).splitlines()
    assert lines[0] == REFUSED
    assert not list(folder.parent.glob("dist/*.whl"))
    return lines[1:]


def test_metadata_comes_from_the_manifest(project, built, content):
    wheel = built(project())
    assert wheel.name == "honeyframe_demo-1.2-py3-none-any.whl"
    metadata = content(wheel, "/METADATA")
    assert f"Requires-Dist: honeyhost>={__version__}\n" in metadata
    assert content(wheel, "/entry_points.txt") == "[honeyframe.plugins]\ndemo = honeyframe_demo:manifest\n"


def test_further_dependencies_and_the_python_version_come_along(project, built, content):
    pyproject = project_text(
        dynamic='["version", "dependencies", "entry-points", "requires-python"]', options='dependencies = ["httpx>=0.28"]'
    )
    metadata = content(built(project({"pyproject.toml": pyproject})), "/METADATA")
    assert "Requires-Dist: honeyhost>=" in metadata
    assert "Requires-Dist: httpx>=0.28\n" in metadata
    assert "Requires-Python: >=3.11\n" in metadata


def project_text(*, dynamic='["version", "dependencies", "entry-points"]', options="", wheel="", more=""):
    return f"""
[project]
name = "honeyframe-demo"
dynamic = {dynamic}
[tool.hatch.metadata.hooks.honeyhost]
{options}
[tool.hatch.build.targets.wheel]
{wheel}
[tool.hatch.build.targets.wheel.hooks.honeyhost]
{more}
"""


def test_dynamic_field_that_the_manifest_does_not_give_is_left_alone(project):
    hook = hatch.PluginMetadataHook(str(project({"plugin.yaml": "name: demo\nversion: '1'\n"})), {})
    metadata = {"name": "demo", "dynamic": ["requires-python", "description"]}
    hook.update(metadata)
    assert metadata == {"name": "demo", "dynamic": ["requires-python", "description"]}
    untouched = {"name": "demo", "version": "1"}
    hook.update(untouched)
    assert untouched == {"name": "demo", "version": "1"}


def test_wheel_is_what_a_host_reads(project, built):
    plugin = read_archive(built(project()))
    assert isinstance(plugin, DiscoveredPlugin)
    assert (plugin.name, plugin.package, plugin.problems) == ("demo", "honeyframe_demo", ())
    assert plugin.positions.of("routers[0]") == (5, 11)


def test_copy_is_that_of_the_manifest(project, built, content):
    folder = project()
    copy = json.loads(content(built(folder), "extra_metadata/honeyframe/plugin.json"))
    sha256 = hashlib.sha256((folder / "plugin.yaml").read_bytes()).hexdigest()
    assert copy["source"] == {"path": "honeyframe_demo/plugin.yaml", "sha256": sha256}
    assert (copy["schema"], copy["package"], copy["manifest"]["version"]) == (1, "honeyframe_demo", "1.2")


def test_folder_is_mapped_to_its_package_and_the_workshop_stays_out(project, built, names):
    workshop = {
        "README.md": "",
        "CHANGELOG.md": "",
        "LICENSE": "",
        "noxfile.py": "",
        ".env": "SECRET=1",
        "tests/test_demo.py": "",
        "backend/__pycache__/api.cpython-311.pyc": "",
        "backend/old.pyc": "",
        ".pytest_cache/x": "",
        "dist/old.whl": "",
        "node_modules/react/index.js": "",
        "frontend/package.json": "{}",
        "frontend/node_modules/react/index.js": "",
        "frontend/vite.config.ts": "",
        "frontend/src/pages/Page.test.tsx": "",
        "dbt/target/manifest.json": "",
        "dbt/logs/dbt.log": "",
    }
    shipped = {
        "backend/schema.sql": "",
        "backend/build/steps.py": "",
        "i18n/en.json": "{}",
        "frontend/src/index.tsx": "",
        "frontend/src/pages/Page.tsx": "",
        "dbt/dbt_project.yml": "",
        "dbt/tests/positive.sql": "",
    }
    manifest = "name: demo\nversion: '1.2'\ndbt_workspace: dbt/\nfrontend_entry: frontend/src/index.tsx\n"
    wheel = built(project({**workshop, **shipped, "plugin.yaml": manifest}))
    expected = ["__init__.py", "plugin.yaml", "backend/api.py", *shipped]
    assert names(wheel) == sorted(f"honeyframe_demo/{path}" for path in expected)


def test_what_version_control_ignores_stays_out_but_a_named_bundle_does_not(project, built, names):
    files = {
        ".gitignore": "*.db\nbundle/\nlocal/\n",
        "data.db": "",
        "local/notes.txt": "",
        "backend/data.db": "",
        "frontend/bundle/honeyhost.json": "{}",
        "frontend/bundle/chunks/a.js": "",
        "plugin.yaml": "name: demo\nversion: '1.2'\nfrontend_bundle: frontend/bundle\n",
    }
    folder = project(files)
    (folder / ".git").mkdir()
    assert names(built(folder)) == [
        "honeyframe_demo/__init__.py",
        "honeyframe_demo/backend/api.py",
        "honeyframe_demo/frontend/bundle/chunks/a.js",
        "honeyframe_demo/frontend/bundle/honeyhost.json",
        "honeyframe_demo/plugin.yaml",
    ]


def test_version_control_can_be_left_out_of_it(project, built, names):
    pyproject = project_text() + "[tool.hatch.build]\nignore-vcs = true\n"
    folder = project({"pyproject.toml": pyproject, ".gitignore": "*.db\n", "data.db": ""})
    (folder / ".git").mkdir()
    assert "honeyframe_demo/data.db" in names(built(folder))


def test_package_that_has_no_init_gets_one_that_gives_the_manifest(project, built, content, tmp_path, monkeypatch):
    text = content(built(project()), "honeyframe_demo/__init__.py")
    package = tmp_path / "site" / "honeyframe_generated"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(text)
    (package / "plugin.yaml").write_text("name: demo\nversion: '1.2'\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    import honeyframe_generated  # noqa: PLC0415 - it has just been written

    assert honeyframe_generated.manifest.version == "1.2"
    with pytest.raises(AttributeError, match="module 'honeyframe_generated' has no attribute 'other'"):
        _ = honeyframe_generated.other


def test_own_init_is_kept(project, built, content):
    assert content(built(project({"__init__.py": "own = 1\n"})), "honeyframe_demo/__init__.py") == "own = 1\n"


def test_slug_with_hyphens_becomes_a_package_with_underscores(project, built, names, content):
    wheel = built(project({"plugin.yaml": "name: my-demo\nversion: '1'\n"}))
    assert "honeyframe_my_demo/plugin.yaml" in names(wheel)
    assert "my-demo = honeyframe_my_demo:manifest" in content(wheel, "/entry_points.txt")


def test_seeds_own_package_can_be_asked_for(project, built, names, content):
    manifest = "name: demo\nversion: '1'\nrouters: [plugins.demo.backend.api:router]\n"
    folder = project({"pyproject.toml": project_text(options='package = "plugins.demo"'), "plugin.yaml": manifest})
    wheel = built(folder)
    assert names(wheel) == ["plugins/demo/__init__.py", "plugins/demo/backend/api.py", "plugins/demo/plugin.yaml"]
    assert content(wheel, "/entry_points.txt") == "[honeyframe.plugins]\ndemo = plugins.demo:manifest\n"


@pytest.mark.parametrize("base", ["src/honeyframe_demo", "honeyframe_demo", "plugins/demo"])
def test_package_with_a_manifest_is_built_as_it_stands(base, project, built, names):
    packages = base if base != "plugins/demo" else "plugins"
    folder = project(
        {
            "pyproject.toml": project_text(wheel=f'packages = ["{packages}"]'),
            "plugin.yaml": None,
            "backend/api.py": None,
            f"{base}/__init__.py": "",
            f"{base}/api.py": "router = 1\n",
            f"{base}/plugin.yaml": "name: demo\nversion: '1'\nrouters: [.api:router]\n",
        }
    )
    wheel = built(folder)
    inside = base.removeprefix("src/")
    assert names(wheel) == [f"{inside}/__init__.py", f"{inside}/api.py", f"{inside}/plugin.yaml"]
    assert read_archive(wheel).package == inside.replace("/", ".")


def test_wheel_that_would_lack_its_manifest_is_refused_and_removed(project, built):
    folder = project(
        {
            "pyproject.toml": project_text(wheel='packages = ["src/honeyframe_demo"]\nexclude = ["plugin.yaml"]'),
            "plugin.yaml": None,
            "backend/api.py": None,
            "src/honeyframe_demo/__init__.py": "",
            "src/honeyframe_demo/plugin.yaml": "name: demo\nversion: '1'\n",
        }
    )
    lines = refusal(built, folder)
    assert any(line.startswith("error[manifest-missing]: honeyframe-demo 1 carries no plugin.yaml") for line in lines)


def test_invalid_plugin_is_not_built_and_every_problem_has_its_place(project, built):
    manifest = "name: demo\nversion: '1'\nrouters: [.backend.nothing:router]\nnav: [{label: A, path: /elsewhere}]\n"
    lines = refusal(built, project({"plugin.yaml": manifest}))
    assert [line.split(":")[0] for line in lines if line.startswith("error")] == [
        "error[reference-module-missing]",
        "error[page-foreign]",
    ]
    assert "  --> plugin.yaml:3:11   routers[0].router" in lines


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"plugin.yaml": "name: ["}, "yaml-syntax"),
        ({"plugin.yaml": "name: demo\n"}, "missing-field"),
        ({"plugin.yaml": None, "backend/api.py": None, "x.py": ""}, "build-manifest-missing"),
    ],
)
def test_metadata_of_a_plugin_that_cannot_be_read_is_not_made(files, code, project, built):
    assert refusal(built, project(files))[0].startswith(f"error[{code}]: ")


def test_warnings_are_shown_and_do_not_stop_the_build(project, built, capsys):
    built(project({"plugin.yaml": "name: demo\nversion: '1'\ncolour: red\n"}))
    assert "warning[unknown-field]: 'colour' is not a field of plugin.yaml" in capsys.readouterr().err


def test_project_that_says_otherwise_is_refused_with_all_differences_at_once(project, built):
    pyproject = STATIC.format(version="9", python=">=3.12", dependencies='"httpx"', entry_point='other = "elsewhere:manifest"')
    lines = refusal(built, project({"pyproject.toml": pyproject}))
    assert [line for line in lines if line.startswith("error")] == [
        "error[build-metadata-differs]: project.version is '9'; plugin.yaml wants the version '1.2'",
        "error[build-metadata-differs]: project.entry-points has no demo in [honeyframe.plugins]; plugin.yaml wants demo = 'honeyframe_demo:manifest'",
        "error[build-metadata-differs]: project.entry-points has other = 'elsewhere:manifest' in [honeyframe.plugins]; plugin.yaml wants the plugin 'demo'",
        f"error[build-metadata-differs]: project.dependencies has no honeyhost; plugin.yaml wants 'honeyhost>={__version__}', the SDK that it is built against",
        "error[build-metadata-differs]: project.requires-python is '>=3.12'; plugin.yaml wants requires_python '>=3.11'",
    ]
    assert lines[1] == "  --> pyproject.toml   version"
    assert lines[2] == "  help: list the field in project.dynamic, so that it is taken from plugin.yaml"


@pytest.mark.parametrize("entry_point", ['demo = "honeyframe_demo:manifest"', 'demo = "honeyframe_demo.backend.api:router"'])
def test_project_that_says_the_same_is_built(entry_point, project, built):
    pyproject = STATIC.format(version="1.2.0", python=">=3.11", dependencies='"HoneyHost"', entry_point=entry_point)
    assert isinstance(read_archive(built(project({"pyproject.toml": pyproject}))), DiscoveredPlugin)


def test_building_twice_gives_the_same_bytes(project, built):
    folder = project()
    first = built(folder).read_bytes()
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))
    before = os.umask(0o077)
    try:
        (folder / "backend" / "api.py").chmod(0o600)
        second = built(folder).read_bytes()
    finally:
        os.umask(before)
    assert first == second


def test_link_to_a_folder_is_refused(project, built, tmp_path):
    folder = project()
    (folder / "shared").symlink_to(tmp_path)
    lines = refusal(built, folder)
    assert lines[0] == "error[build-link]: 'shared' is a link to a folder, and a wheel holds no links"


def test_nothing_is_left_behind_in_the_project(project, built):
    folder = project()
    before = sorted(folder.rglob("*"))
    built(folder)
    assert sorted(folder.rglob("*")) == before


def test_other_targets_are_not_touched(project):
    builder = WheelBuilder(str(project()))
    hook = hatch.PluginBuildHook(str(project()), {}, builder.config, builder.metadata, "dist", "sdist")
    data = {}
    hook.initialize("standard", data)
    hook.finalize("standard", data, "missing")
    assert data == {}


def test_editable_wheel_has_one_module_that_leads_to_the_folder(project):
    folder = project()
    builder = WheelBuilder(str(folder))
    hook = hatch.PluginBuildHook(str(folder), {}, builder.config, builder.metadata, "dist", "wheel")
    data = {"force_include": {}, "force_include_editable": {}, "extra_metadata": {}}
    hook.initialize("editable", data)
    assert data["force_include"] == data["force_include_editable"]
    [(source, target)] = data["force_include_editable"].items()
    with open(source) as file:  # noqa: PTH123 - read before the hook takes it away
        assert repr(str(folder)) in file.read()
    assert (target, data["extra_metadata"]) == ("honeyframe_demo/__init__.py", {})
    hook.finalize("editable", data, "missing")
    assert not os.path.exists(source)  # noqa: PTH110


def test_editable_of_a_package_is_left_to_hatchling(project):
    folder = project(
        {
            "plugin.yaml": None,
            "src/honeyframe_demo/plugin.yaml": "name: demo\nversion: '1'\n",
            "src/honeyframe_demo/__init__.py": "",
        }
    )
    builder = WheelBuilder(str(folder))
    hook = hatch.PluginBuildHook(str(folder), {}, builder.config, builder.metadata, "dist", "wheel")
    data = {"force_include": {}, "force_include_editable": {}, "extra_metadata": {}}
    hook.initialize("editable", data)
    hook.finalize("editable", data, "missing")
    assert data == {"force_include": {}, "force_include_editable": {}, "extra_metadata": {}}


def test_hatchling_is_given_both_hooks():
    assert hatch.hatch_register_build_hook() is hatch.PluginBuildHook
    assert hatch.hatch_register_metadata_hook() is hatch.PluginMetadataHook
    assert hatch.PluginBuildHook.PLUGIN_NAME == hatch.PluginMetadataHook.PLUGIN_NAME == "honeyhost"


def test_reference_that_leads_nowhere_is_refused_when_the_wheel_is_built(project, built):
    lines = refusal(built, project({"plugin.yaml": "name: demo\nversion: '1'\nrouters: [.backend.api:missing]\n"}))
    assert lines[0].startswith("error[reference-attribute-missing]: '.backend.api:missing' names 'missing'")
