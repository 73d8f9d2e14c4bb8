"""
Plugins that are still packed.
"""

import os

import pytest

from honeyhost.discovery import archives
from honeyhost.discovery.archives import ArchiveSource, read_archive, read_archives, tree_of
from honeyhost.discovery.inventory import DiscoveredPlugin, DiscoveryFailure

YAML = b"name: demo\nversion: '1.0'\nrouters: [.api:router]\n"


@pytest.fixture
def zipped(tmp_path, zip_bytes, raw_entry):
    """
    Make a zip file of a folder plugin.
    """

    def made(files, name="demo.zip"):
        path = tmp_path / name
        path.write_bytes(zip_bytes(*(raw_entry(entry, data) for entry, data in files.items())))
        return path

    return made


def codes(found):
    assert isinstance(found, DiscoveryFailure)
    return [problem.code for problem in found.problems]


def test_zip_of_a_folder_is_read_in_place(zipped):
    path = zipped({"plugin.yaml": YAML, "api.py": b"raise SystemExit"})
    plugin = read_archive(path)
    assert isinstance(plugin, DiscoveredPlugin)
    assert (plugin.name, plugin.package, plugin.root) == ("demo", "plugins.demo", path)
    assert (plugin.origin.kind, plugin.origin.location, plugin.origin.distribution) == ("archive", str(path), None)
    assert (plugin.manifest_file, plugin.stamps) == (f"{path}/plugin.yaml", (str(path),))
    assert plugin.positions.of("version") == (2, 10)


def test_digest_covers_the_whole_archive(zipped):
    one = read_archive(zipped({"plugin.yaml": YAML, "a": b"1"}))
    other = read_archive(zipped({"plugin.yaml": YAML, "a": b"2"}))
    assert one.digest != other.digest


def test_manifest_of_a_zip_stands_at_its_root(zipped):
    failure = read_archive(zipped({"demo/deep/plugin.yaml": YAML, "demo/plugin.yaml": YAML}))
    assert codes(failure) == ["manifest-not-at-root"]
    message = "its manifest is 'demo/plugin.yaml', and the manifest of an archive stands at its root"
    assert failure.problems[0].message == message


def test_zip_without_a_manifest_is_refused(zipped):
    failure = read_archive(zipped({"a.txt": b""}))
    assert (codes(failure), failure.problems[0].message) == (["archive-without-plugin"], "it holds no plugin.yaml")


def test_name_that_would_escape_is_refused_before_any_path_is_made_of_it(zipped, tmp_path):
    failure = read_archive(zipped({"plugin.yaml": b"name: ../../escaped\nversion: '1'\n"}))
    assert codes(failure) == ["slug-invalid"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.zip"]


def test_manifest_that_is_a_folder_or_too_long_is_refused(zipped):
    assert codes(read_archive(zipped({"plugin.yaml/x": b""}))) == ["file-kind"]
    assert codes(read_archive(zipped({"plugin.yaml": YAML + b"#" * 300_000}))) == ["file-too-large"]


def test_hostile_zip_is_refused_with_all_its_names(zipped):
    failure = read_archive(zipped({"plugin.yaml": YAML, "../a": b"", "/b": b""}))
    assert codes(failure) == ["archive-name-unsafe", "archive-name-unsafe"]
    assert {problem.file for problem in failure.problems} == {failure.origin.location}


def test_file_that_is_no_archive_is_refused(tmp_path):
    (tmp_path / "x.zip").write_text("hello")
    assert codes(read_archive(tmp_path / "x.zip")) == ["archive-not-zip"]
    assert codes(read_archive(tmp_path / "missing.whl")) == ["file-missing"]


@pytest.mark.parametrize("copy", [True, False])
def test_wheel_is_read_in_place(copy, wheel_of):
    path = wheel_of(copy=copy)
    plugin = read_archive(path)
    assert isinstance(plugin, DiscoveredPlugin)
    assert (plugin.name, plugin.version, plugin.package, plugin.root) == ("demo", "1.0", "honeyframe_demo", path)
    assert (plugin.origin.kind, plugin.origin.distribution, plugin.origin.distribution_version) == (
        "archive",
        "honeyframe-demo",
        "1.0",
    )
    assert plugin.manifest_file == f"{path}/honeyframe_demo/plugin.yaml"
    assert plugin.positions.of("name") == (1, 7)
    assert plugin.problems == ()


def test_wheel_without_a_plugin_is_refused(wheel_of):
    entry_points = "honeyframe_demo-1.0.dist-info/entry_points.txt"
    for content in (None, b"[console_scripts]\nx = y:z\n"):
        failure = read_archive(wheel_of(changed={entry_points: content}))
        assert codes(failure) == ["archive-without-plugin"]
        message = (
            "honeyframe-demo 1.0 declares no plugin: its entry points have no group [honeyframe.plugins] with a line in it"
        )
        assert failure.problems[0].message == message


def test_misspelt_group_in_a_wheel_is_said_beside(wheel_of):
    changed = {"honeyframe_demo-1.0.dist-info/entry_points.txt": b"[Honeyframe.Plugins]\ndemo = honeyframe_demo:m\n"}
    assert codes(read_archive(wheel_of(changed=changed))) == ["entry-point-group-misspelt", "archive-without-plugin"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"other = honeyframe_demo:m", ["entry-point-mismatch"]),
        (b"demo = os:system", ["entry-point-not-owned"]),
        (b"demo = ../x", ["entry-point-value"]),
        (b"De mo = honeyframe_demo:m", ["entry-point-name"]),
    ],
)
def test_entry_point_of_a_wheel_is_asked_what_an_installed_one_is(line, expected, wheel_of):
    changed = {"honeyframe_demo-1.0.dist-info/entry_points.txt": b"[honeyframe.plugins]\n" + line + b"\n"}
    assert codes(read_archive(wheel_of(changed=changed))) == expected


def test_hostile_wheel_is_refused(wheel_of):
    failure = read_archive(wheel_of(extra={"evil.pth": b"import os"}))
    assert (codes(failure), failure.origin.kind) == (["wheel-record"], "archive")


def test_wheel_of_several_plugins_gives_each(wheel_of):
    changed = {
        "honeyframe_demo-1.0.dist-info/entry_points.txt": b"[honeyframe.plugins]\ndemo = honeyframe_demo:m\ntwo = two:m\n",
        "two/plugin.yaml": b"name: two\nversion: '1.0'\n",
    }
    path = wheel_of(changed=changed)
    assert [item.name for item in read_archives(path)] == ["demo", "two"]
    failure = read_archive(path)
    assert codes(failure) == ["archive-several-plugins"]
    assert failure.problems[0].message == "the wheel carries 2 plugins: demo, two"


def test_files_and_folders_of_archives_are_looked_at(zipped, wheel_of, tmp_path):
    wheel = wheel_of()
    (wheel.parent / "notes.txt").touch()
    path = zipped({"plugin.yaml": YAML})
    (wheel.parent / "also.zip").write_bytes(path.read_bytes())
    look = ArchiveSource((path, wheel.parent)).look()
    assert [item.origin.location for item in look.found] == [str(path), str(wheel.parent / "also.zip"), str(wheel)]
    assert look.findings == ()


def test_place_without_archives_is_a_finding(tmp_path):
    (tmp_path / "empty").mkdir()
    look = ArchiveSource((tmp_path / "empty", tmp_path / "missing")).look()
    assert look.found == ()
    assert [(finding.severity, finding.code, finding.message) for finding in look.findings] == [
        ("info", "archives-empty", f"'{tmp_path / 'empty'}' holds no archive"),
        ("warning", "path-unreadable", f"'{tmp_path / 'missing'}' cannot be read: {os.strerror(2)}"),
    ]


def test_folder_with_too_many_archives_is_cut_off(zipped, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_ARCHIVES", 2)
    for number in range(3):
        zipped({"plugin.yaml": YAML}, f"{number}.zip")
    look = ArchiveSource((tmp_path,)).look()
    assert len(look.found) == 2
    assert [finding.message for finding in look.findings] == [
        f"'{tmp_path}' holds more than 2 archives; the others are not looked at"
    ]


def test_tree_of_an_archive_begins_at_the_plugins_root(zipped, wheel_of):
    assert list(tree_of(zipped({"plugin.yaml": YAML, "a/b": b""}), "plugins.demo").files()) == ["a/b", "plugin.yaml"]
    assert list(tree_of(wheel_of(), "honeyframe_demo").files()) == ["__init__.py", "api.py", "plugin.yaml"]
