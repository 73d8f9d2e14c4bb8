"""
What a project's metadata must say, because its manifest says so.
"""

import pytest

from honeyhost import __version__
from honeyhost.manifest import PluginManifest
from honeyhost.packaging.derived import Written, derive, disagreements

DERIVED = derive(PluginManifest(name="demo", version="1.0.0-rc.1", requires_python=">=3.11"), "honeyframe_demo")


def written(**changes):
    values = {
        "version": "1.0.0rc1",
        "requires_python": "",
        "dependencies": ["honeyhost"],
        "entry_points": {"honeyframe.plugins": {"demo": "honeyframe_demo:manifest"}},
    }
    return [problem.message for problem in disagreements(DERIVED, Written(**{**values, **changes}))]


def test_manifest_gives_version_entry_point_and_requirement():
    assert (DERIVED.version, DERIVED.requirement) == ("1.0.0-rc.1", f"honeyhost>={__version__}")
    assert DERIVED.entry_points == {"honeyframe.plugins": {"demo": "honeyframe_demo:manifest"}}


def test_same_said_in_other_words_is_no_difference():
    assert written() == []
    assert written(requires_python=">= 3.11", dependencies=["Honeyhost[web] >=0.0.1", "not a requirement!"]) == []


def test_requirement_that_excludes_the_sdk_in_use_is_a_difference():
    assert written(dependencies=["honeyhost>=99"]) == [
        f"project.dependencies has 'honeyhost>=99'; plugin.yaml wants 'honeyhost>={__version__}': it is being built against honeyhost {__version__}"
    ]


@pytest.mark.parametrize("value", ["elsewhere:manifest", "honeyframe_demonstration:manifest", "../x"])
def test_entry_point_into_another_package_is_a_difference(value):
    assert written(entry_points={"honeyframe.plugins": {"demo": value}}) == [
        f"project.entry-points has demo = '{value}' in [honeyframe.plugins]; plugin.yaml wants demo = 'honeyframe_demo:manifest'"
    ]


def test_other_python_version_is_a_difference():
    assert written(requires_python=">=3.12") == [
        "project.requires-python is '>=3.12'; plugin.yaml wants requires_python '>=3.11'"
    ]
