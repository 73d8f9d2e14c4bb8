"""
Which of the two files of a distribution its manifest is read from.
"""

import json

from honeyhost.discovery.carriers import InstalledCarrier
from honeyhost.discovery.copies import PLACE
from honeyhost.discovery.locating import locate_manifest, prefixes
from honeyhost.discovery.readings import Reading
from honeyhost.discovery.records import Record


def located(site, dist_info, module="honeyframe_demo"):
    record = Record.at(str(dist_info))
    return locate_manifest(InstalledCarrier("honeyframe-demo 1.0", str(site.folder), dist_info.name, record), module)


def rewritten(site, dist_info, change):
    """
    The copy of an installed plugin changed, and RECORD made to agree.
    """
    path = f"{dist_info.name}/{PLACE}"
    value = change(json.loads((site.folder / path).read_text()))
    files = {path: value if isinstance(value, bytes) else json.dumps(value).encode()}
    site.add("demo", copy=True, files=files)


def test_copy_is_read_and_the_yaml_is_not(site):
    dist_info = site.add("demo", copy=True)
    (site.folder / "honeyframe_demo" / "plugin.yaml").unlink()
    reading = located(site, dist_info)
    assert isinstance(reading, Reading)
    assert reading.data == (dist_info / PLACE).read_bytes()
    assert reading.file == str(site.folder / "honeyframe_demo" / "plugin.yaml")


def test_copy_that_was_changed_after_installation_is_refused(site):
    dist_info = site.add("demo", copy=True)
    (dist_info / PLACE).write_text("{}")
    [problem] = located(site, dist_info)
    assert problem.code == "manifest-altered"
    (dist_info / PLACE).unlink()
    (dist_info / PLACE).mkdir()
    assert [problem.code for problem in located(site, dist_info)] == ["manifest-altered"]


def test_copy_of_another_yaml_is_ignored_with_a_warning(site):
    dist_info = site.add("demo", copy=True)
    for change in (
        lambda value: {**value, "source": {**value["source"], "sha256": "0" * 64}},
        lambda value: {**value, "source": {**value["source"], "path": "elsewhere/plugin.yaml"}},
        lambda value: {**value, "package": "os"},
        lambda value: {**value, "schema": 99},
        lambda _: b"no json",
    ):
        rewritten(site, dist_info, change)
        reading = located(site, dist_info)
        assert reading.data == (site.folder / "honeyframe_demo" / "plugin.yaml").read_bytes()
        assert [(problem.severity, problem.code) for problem in reading.problems] == [("warning", "manifest-copy-stale")]


def test_copy_whose_manifest_has_errors_is_ignored_and_the_yaml_says_the_same_as_it_would(site):
    dist_info = site.add("demo", copy=True)
    rewritten(site, dist_info, lambda value: {**value, "manifest": {**value["manifest"], "routers": ["nonsense"]}})
    assert [problem.code for problem in located(site, dist_info).problems] == ["manifest-copy-stale"]


def test_copy_and_yaml_have_the_same_problems_in_the_same_places(site):
    yaml = "name: demo\nversion: 1.0\nrouters:\n  - {router: .api:router, permission: demo.read}\ndbt_workspace: dbt\n"
    copied = located(site, site.add("demo", copy=True, manifest=yaml))
    read = located(site, site.add("demo", manifest=yaml))
    assert copied.problems == read.problems
    assert (copied.problems[0].code, copied.problems[0].line) == ("permission-unknown", 4)


def test_unknown_fields_are_said_by_the_yaml(site):
    yaml = "name: demo\nversion: 1.0\nnav: [{label: A, path: /demo/a, colour: red}]\n"
    reading = located(site, site.add("demo", copy=True, manifest=yaml))
    assert [(problem.code, problem.path, problem.line) for problem in reading.problems] == [
        ("unknown-field", "nav[0].colour", 3)
    ]


def test_longest_package_with_a_manifest_counts(site):
    files = {"honeyframe_demo/inner/plugin.yaml": b"name: demo\nversion: 9\n", "honeyframe_demo/inner/code.py": b""}
    dist_info = site.add("demo", files=files)
    assert located(site, dist_info, "honeyframe_demo.inner.code").package == "honeyframe_demo.inner"
    assert located(site, dist_info, "honeyframe_demo.api").package == "honeyframe_demo"


def test_prefixes_of_a_module():
    assert list(prefixes("a.b.c")) == ["a.b.c", "a.b", "a"]
