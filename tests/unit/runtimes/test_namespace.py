import importlib
import sys

import pytest

from honeyhost.runtimes import install_namespace


@pytest.fixture
def roots(platform):
    platform.write(platform.install / "plugins/bundled/code.py", "WHERE = 'bundled'")
    platform.write(platform.install / "plugins/both/code.py", "WHERE = 'bundled'")
    platform.write(platform.data / "plugins/both/code.py", "WHERE = 'customer'")
    platform.write(platform.data / "plugins/with-hyphen/code.py", "WHERE = 'hyphen'")
    return (platform.data / "plugins", platform.install / "plugins")


def where(name):
    return importlib.import_module(name).WHERE


def test_folders_of_both_roots_are_importable_at_once_and_the_first_root_wins(roots):
    undo = install_namespace(roots)
    assert where("plugins.bundled.code") == "bundled"
    assert where("plugins.both.code") == "customer"
    assert where("plugins.with-hyphen.code") == "hyphen"
    undo()


def test_a_regular_package_of_that_name_hides_no_folder(roots, platform, monkeypatch):
    platform.write(platform.data / "site/plugins/__init__.py", "raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(platform.data / "site"))
    undo = install_namespace(roots)
    assert where("plugins.bundled.code") == "bundled"
    undo()


def test_what_the_import_path_has_under_the_name_joins_in(roots, platform, monkeypatch):
    platform.write(platform.data / "site/plugins/wheel/code.py", "WHERE = 'site'")
    monkeypatch.syspath_prepend(str(platform.data / "site"))
    undo = install_namespace(roots)
    assert where("plugins.wheel.code") == "site"
    assert where("plugins.bundled.code") == "bundled"
    undo()


def test_installing_twice_adds_one_finder_and_undoing_leaves_none(roots):
    before = list(sys.meta_path)
    undo = install_namespace(roots)
    assert len(sys.meta_path) == len(before) + 1
    install_namespace(roots)()
    assert len(sys.meta_path) == len(before) + 1
    undo()
    undo()
    assert sys.meta_path == before
    assert "plugins" not in sys.modules


def test_a_package_that_was_imported_before_is_put_back(roots, monkeypatch):
    stood_there = type(sys)("plugins")
    monkeypatch.setitem(sys.modules, "plugins", stood_there)
    undo = install_namespace(roots)
    assert where("plugins.bundled.code") == "bundled"
    undo()
    assert sys.modules["plugins"] is stood_there
