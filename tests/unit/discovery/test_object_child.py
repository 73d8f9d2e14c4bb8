"""
The program that reads one object, seen from inside.
"""

import os
from dataclasses import dataclass

import pytest

from honeyhost.discovery import object_child
from honeyhost.manifest import PluginManifest


@dataclass
class Described:
    name: str
    title: str | None = None


class Ended(BaseException):
    pass


@pytest.fixture
def answer(monkeypatch, tmp_path):
    """
    What the program writes for an object of a module, without ending this process.
    """

    def ended(_):
        raise Ended

    def run(code, attribute):
        (tmp_path / "honeyframe_child.py").write_text(code)
        monkeypatch.setattr(object_child.os, "_exit", ended)
        monkeypatch.setattr(object_child.sys, "path", [str(tmp_path)])
        monkeypatch.delitem(object_child.sys.modules, "honeyframe_child", raising=False)
        reading, writing = os.pipe()
        with pytest.raises(Ended):
            object_child.main(writing, "honeyframe_child", attribute, [str(tmp_path)])
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            return pipe.read()

    return run


def test_mapping_model_and_dataclass_are_spelt_without_what_nobody_said():
    assert object_child.spelt({"name": "demo"}) == {"name": "demo"}
    assert object_child.spelt(Described("demo")) == {"name": "demo"}
    assert object_child.spelt(PluginManifest(name="demo", version="1")) == {"name": "demo", "version": "1"}


@pytest.mark.parametrize("found", [3, Described, None])
def test_anything_else_spells_nothing(found):
    with pytest.raises(TypeError):
        object_child.spelt(found)


def test_object_and_failure_are_one_line_each(answer):
    assert answer("class A:\n    manifest = {'name': 'demo'}", "A.manifest") == b'{"manifest": {"name": "demo"}}'
    assert answer("raise SystemExit(2)", "manifest") == b'{"error": "SystemExit: 2"}'
