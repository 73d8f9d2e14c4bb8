from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from honeyhost.manifest import FolderTree, PluginManifest, check_references, own_module, read, validate_document
from honeyhost.names import Reference

Told = Callable[..., list[str]]

REFERENCE_PLUGINS = Path(__file__).parents[3] / "plugins"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """
    A plugin's folder, whose code leaves a mark when it is imported.
    """
    routers = tmp_path / "backend" / "routers"
    routers.mkdir(parents=True)
    mark = f"open({str(tmp_path / 'imported')!r}, 'w').close()\n"
    (routers / "patients.py").write_text(mark + "router = object()\nclass Limits:\n    pass\n")
    (routers / "broken.py").write_text(mark + "router = (\n")
    (routers / "open.py").write_text(mark + "from .patients import *\n")
    (tmp_path / "packaged").mkdir()
    (tmp_path / "packaged" / "__init__.py").write_text(mark + "def create(): ...\n")
    (tmp_path / "native.cpython-311-x86_64-linux-gnu.so").touch()
    return tmp_path


@pytest.fixture
def ask_tree(root: Path, told: Told) -> Callable[..., list[str]]:
    """
    What is said about the references of a plugin in that folder.
    """

    def ask_tree(package: str = "plugins.demo", **fields: object) -> list[str]:
        manifest = PluginManifest.model_validate({"name": "demo", "version": "1", **fields})
        return told(check_references(manifest, FolderTree(root), package))

    return ask_tree


def test_references_are_found_relative_to_the_package_or_by_its_name(ask_tree: Callable[..., list[str]], root: Path):
    routers = [
        ".backend.routers.patients:router",
        "plugins.demo.backend.routers.patients:router",
        "honeyframe_demo.backend.routers.patients:router",
        ".packaged:create",
        ".backend.routers.open:anything",
        ".native:router",
    ]
    assert ask_tree("honeyframe_demo", routers=routers, middleware=[".backend.routers.patients:Limits"]) == []
    assert not (root / "imported").exists()


def test_a_module_that_is_missing_is_named_with_what_was_meant(ask_tree: Callable[..., list[str]]):
    assert ask_tree(routers=[".backend.routers.patient:router", {"router": ".zzz:router", "public": True}]) == [
        (
            "error[reference-module-missing] routers[0].router: '.backend.routers.patient:router' names backend/routers/patient.py, "
            "which does not exist below the plugin's root | did you mean '.backend.routers.patients'?"
        ),
        (
            "error[reference-module-missing] routers[1].router: '.zzz:router' names zzz.py, which does not exist below the plugin's "
            "root | references are looked up beside plugin.yaml"
        ),
    ]


def test_an_attribute_that_is_missing_is_named_with_what_was_meant(ask_tree: Callable[..., list[str]]):
    assert ask_tree(plugin=".backend.routers.patients:zzz", middleware=[".backend.routers.patients:Limit"]) == [
        (
            "error[reference-attribute-missing] plugin: '.backend.routers.patients:zzz' names 'zzz', which "
            "backend/routers/patients.py does not define | define 'zzz' at its top level, or name what it defines"
        ),
        (
            "error[reference-attribute-missing] middleware[0]: '.backend.routers.patients:Limit' names 'Limit', which "
            "backend/routers/patients.py does not define | did you mean 'Limits'?"
        ),
    ]


def test_an_attribute_in_depth_is_looked_up_by_its_head(ask_tree: Callable[..., list[str]]):
    assert ask_tree(plugin=".backend.routers.patients:Limits.inner") == []


def test_a_folder_without_init_defines_nothing(ask_tree: Callable[..., list[str]]):
    assert ask_tree(routers=[".backend.routers:patients", "plugins.demo:router"]) == [
        (
            "error[reference-attribute-missing] routers[0].router: '.backend.routers:patients' names 'patients', and the folder "
            "'backend/routers' has no __init__.py that could define it | name a module of that folder"
        ),
        (
            "error[reference-attribute-missing] routers[1].router: 'plugins.demo:router' names 'router', and the folder '.' has no "
            "__init__.py that could define it | name a module of that folder"
        ),
    ]


def test_code_of_others_is_not_the_plugins_to_name(ask_tree: Callable[..., list[str]]):
    assert ask_tree(routers=["os:system", "plugins.demo2.a:router", "plugins.other.a:router"]) == [
        f"error[reference-not-owned] routers[{index}].router: '{text}' lies outside the package 'plugins.demo' of plugin 'demo' | "
        "write '.module:attribute' for a module below plugin.yaml"
        for index, text in enumerate(("os:system", "plugins.demo2.a:router", "plugins.other.a:router"))
    ]


def test_a_module_with_a_syntax_error_is_named_with_its_line(ask_tree: Callable[..., list[str]], root: Path):
    assert ask_tree(routers=[".backend.routers.broken:router"]) == [
        (
            "error[reference-syntax-error] routers[0].router: '.backend.routers.broken:router' cannot be imported: "
            "backend/routers/broken.py:2: '(' was never closed | None"
        )
    ]
    (root / "deep.py").write_text("-" * 100_000 + "1")
    assert ask_tree(routers=[".deep:router"]) == [
        "error[reference-syntax-error] routers[0].router: '.deep:router' cannot be imported: deep.py: it is nested too deeply | None"
    ]


def test_a_module_that_is_too_long_to_read_is_a_problem(ask_tree: Callable[..., list[str]], root: Path):
    (root / "long.py").write_bytes(b"#" * (1024 * 1024 + 1))
    assert ask_tree(routers=[".long:router"]) == [
        (
            "error[reference-module-missing] routers[0].router: '.long:router' cannot be read: 'long.py' has 1,048,577 bytes, and at "
            "most 1,048,576 are read | None"
        )
    ]


def test_handlers_that_are_references_are_looked_up_in_every_field(ask_tree: Callable[..., list[str]]):
    lines = ask_tree(
        plugin=".packaged:create",
        routes=[{"method": "GET", "path": "/a", "handler": ".x:f"}],
        widgets=[{"id": "a", "title": "x", "handler": ".x:f"}, {"id": "b", "title": "x", "handler": "by_name"}],
        jobs=[{"id": "a", "handler": ".x:f", "schedule": "* * * * *"}],
        capabilities=[{"slug": "a", "handler": ".x:f"}, {"slug": "b", "handler": "no reference:"}],
    )
    assert [line.split(":")[0] for line in lines] == [
        "error[reference-module-missing] routes[0].handler",
        "error[reference-module-missing] widgets[0].handler",
        "error[reference-module-missing] jobs[0].handler",
        "error[reference-module-missing] capabilities[0].handler",
    ]


def test_code_of_another_runtime_is_not_looked_up(ask_tree: Callable[..., list[str]], root: Path):
    (root / "a.wasm").touch()
    assert ask_tree(runtime={"type": "wasm", "path": "a.wasm"}, routers=[".x:f"]) == []


def test_a_tree_that_cannot_list_its_files_still_answers(told: Told):
    class Closed:
        """
        A tree without permission to look into folders.
        """

        def read(self, path: str, limit: int) -> bytes:
            raise PermissionError(f"{path} is closed to reads of {limit} bytes")

        def exists(self, path: str) -> bool:
            return path == "there.py"

        def is_dir(self, path: str) -> bool:
            return path == "nowhere"

        def files(self) -> Iterator[str]:
            raise PermissionError

    fields = {"name": "demo", "version": "1", "routers": [".x:f", ".there:f"], "frontend_entry": "x"}
    manifest = PluginManifest.model_validate(fields)
    assert told(check_references(manifest, Closed(), "plugins.demo")) == [
        (
            "error[reference-module-missing] routers[0].router: '.x:f' names x.py, which does not exist below the plugin's root | "
            "references are looked up beside plugin.yaml"
        ),
        "error[reference-module-missing] routers[1].router: '.there:f' cannot be read: there.py is closed to reads of 1048576 bytes | None",
        "error[path-missing] frontend_entry: 'x' does not exist below the plugin's root | paths are looked up beside plugin.yaml",
    ]


@pytest.mark.parametrize(
    ("text", "module"),
    [
        (".a.b:c", "a.b"),
        ("plugins.my-demo.a:c", "a"),
        ("plugins.my-demo:c", ""),
        ("honeyframe_my_demo.a:c", "a"),
        ("honeyframe_my_demo:c", ""),
        ("honeyframe_my_demo_2.a:c", None),
        ("os:c", None),
    ],
)
def test_a_module_is_the_plugins_own_below_its_package_or_its_folder(text: str, module: str | None):
    reference = Reference.parse(text)
    assert reference is not None
    assert own_module(reference, "honeyframe_my_demo", "my-demo") == module


@pytest.mark.parametrize("name", ["healthcare", "finance"])
def test_the_reference_plugins_point_at_what_is_there(name: str, told: Told):
    root = REFERENCE_PLUGINS / name
    document, problems = read((root / "plugin.yaml").read_bytes())
    assert problems == ()
    assert document is not None
    manifest, problems = validate_document(document, tree=FolderTree(root), package=f"plugins.{name}")
    assert manifest is not None
    assert told(problems) == []
