"""
The module that stands for a folder's package in an editable installation.
"""

import importlib
import importlib.resources
import sys

import pytest

from honeyhost.packaging.editable import editable_package


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """
    Install a folder under a package's name, and import that package.
    """

    def install(files, package="honeyframe_editable"):
        folder = tmp_path / 'it\'s a "folder"'
        for name, text in {"plugin.yaml": "name: demo\nversion: '1'\n", **files}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        site = tmp_path / "site"
        place = site.joinpath(*package.split("."))
        place.mkdir(parents=True)
        (place / "__init__.py").write_text(editable_package(package, folder))
        monkeypatch.syspath_prepend(site)
        return folder, importlib.import_module(package)

    yield install
    for name in [name for name in sys.modules if name.startswith(("honeyframe_editable", "plugins"))]:
        del sys.modules[name]


def test_modules_of_the_folder_are_modules_of_the_package(installed):
    folder, package = installed(
        {
            "backend/api.py": "from ..values import value\nfrom . import other\n",
            "backend/other.py": "",
            "values.py": "value = 3\n",
        }
    )
    api = importlib.import_module("honeyframe_editable.backend.api")
    assert api.value == 3
    assert api.__file__ == str(folder / "backend" / "api.py")
    assert list(package.__path__) == [str(folder)]


def test_manifest_is_that_of_the_folder_as_it_stands_now(installed):
    folder, package = installed({})
    assert package.manifest.version == "1"
    (folder / "plugin.yaml").write_text("name: demo\nversion: '2'\n")
    assert package.manifest.version == "2"
    with pytest.raises(AttributeError, match="module 'honeyframe_editable' has no attribute 'nothing'"):
        _ = package.nothing


def test_own_init_of_the_folder_is_the_package(installed):
    folder, package = installed({"__init__.py": "from .values import value\nhere = __file__\n", "values.py": "value = 3\n"})
    assert (package.value, package.here) == (3, str(folder / "__init__.py"))


def test_own_init_may_load_the_manifest_as_the_seed_does(installed):
    init = "from honeyhost.sdk import load_manifest\n\nmanifest = load_manifest(__package__)\n"
    _, package = installed({"__init__.py": init})
    assert package.manifest.name == "demo"


def test_files_beside_the_code_are_found(installed):
    folder, package = installed({"schema.sql": "select 1"})
    assert importlib.resources.files(package).joinpath("schema.sql").read_text() == "select 1"
    assert importlib.resources.files(package) == folder


def test_package_may_be_dotted(installed):
    _, package = installed({"code.py": "x = 1\n"}, "plugins.demo")
    assert importlib.import_module("plugins.demo.code").x == 1
    assert package.manifest.name == "demo"
