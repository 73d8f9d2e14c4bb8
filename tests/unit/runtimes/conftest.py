"""
Packages on disk that are imported in spaces, and forgotten afterwards.
"""

import sys
import textwrap
from importlib import import_module

import pytest

from honeyhost.runtimes import close_space, install_namespace, open_space


class Packages:
    """
    Packages that are written for a test: folders below ``plugins``, and anything beside that on the import path.
    """

    def __init__(self, root):
        self.root = root
        self.opened = []

    def write(self, name, text="", *, package="plugins/clinic"):
        path = self.root / package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def open(self, *, anew=False, package="plugins.clinic", plugin="clinic"):
        space = open_space(plugin, package, anew=anew)
        self.opened.append(space)
        return space

    def close(self, space, *, keep=False):
        self.opened.remove(space)
        close_space(space, keep=keep)

    @staticmethod
    def module(space, name=""):
        return import_module(space.module_name(space.package + name))


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """
    Packages below a folder of the test.
    """
    monkeypatch.syspath_prepend(str(tmp_path))
    before, finders = set(sys.modules), list(sys.meta_path)
    (tmp_path / "plugins").mkdir()
    undo = install_namespace([tmp_path / "plugins"])
    made = Packages(tmp_path)
    yield made
    for space in list(made.opened):
        made.close(space)
    undo()
    sys.meta_path[:] = finders
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("plugins", "alone", "acme") or name.startswith("_hh_"):
            del sys.modules[name]
