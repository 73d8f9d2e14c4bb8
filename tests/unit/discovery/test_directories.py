"""
Plugins that are folders of a plugin root.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from honeyhost.diagnostics import Problem
from honeyhost.discovery import directories
from honeyhost.discovery.directories import DirectorySource, read_folder
from honeyhost.discovery.inventory import DiscoveredPlugin, DiscoveryFailure
from honeyhost.discovery.readings import digest


@pytest.fixture
def root(tmp_path):
    (tmp_path / "plugins").mkdir()
    return tmp_path / "plugins"


def put(root, slug, text=None):
    (root / slug).mkdir()
    (root / slug / "plugin.yaml").write_text(f"name: {slug}\nversion: '1'\n" if text is None else text)
    return root / slug


def look(root):
    return DirectorySource(root, "bundled").look()


def test_folder_is_a_plugin_with_all_that_is_known_of_it(root):
    folder = put(root, "demo")
    [plugin] = look(root).found
    assert isinstance(plugin, DiscoveredPlugin)
    assert (plugin.name, plugin.root, plugin.package) == ("demo", folder, "plugins.demo")
    assert (plugin.origin.kind, plugin.origin.location, plugin.origin.root_kind) == ("directory", str(folder), "bundled")
    assert plugin.manifest_file == str(folder / "plugin.yaml")
    assert plugin.stamps == (str(folder / "plugin.yaml"),)
    assert plugin.digest == digest((folder / "plugin.yaml").read_bytes(), b"")


def test_folders_are_read_by_name(root):
    for slug in ("zeta", "alpha", "_sample", "my-plugin"):
        put(root, slug)
    assert [plugin.package for plugin in look(root).found] == [
        "plugins._sample",
        "plugins.alpha",
        "plugins.my-plugin",
        "plugins.zeta",
    ]


def test_root_that_is_not_there_is_empty(root):
    assert look(root / "missing").found == ()
    assert look(root / "missing").findings == ()


def test_root_that_is_a_file_is_a_finding(root):
    (root / "file").touch()
    [finding] = look(root / "file").findings
    assert finding.code == "path-unreadable"
    assert finding.message == f"'{root / 'file'}' cannot be listed: {os.strerror(20)}"


def test_other_name_than_the_folders_is_refused_in_its_place(root):
    put(root, "demo", "name: other\nversion: '1'\n")
    [failure] = look(root).found
    assert isinstance(failure, DiscoveryFailure)
    [problem] = failure.problems
    assert (failure.name, problem.code, problem.line, problem.column) == ("other", "directory-name-mismatch", 1, 7)
    assert problem.message == "the folder is called 'demo', and its manifest is that of plugin 'other'"


def test_manifest_with_errors_is_a_failure_that_is_called_like_the_folder(root):
    put(root, "demo", "version: '1'\n")
    [failure] = look(root).found
    assert (failure.name, [problem.code for problem in failure.problems]) == ("demo", ["missing-field"])
    put(root, "Not A Slug", "version: '1'\n")
    assert [failure.name for failure in look(root).found] == [None, "demo"]


def test_folder_without_a_manifest_is_a_remark(root):
    (root / "empty").mkdir()
    [finding] = look(root).findings
    assert (finding.severity, finding.code) == ("info", "directory-without-manifest")
    assert finding.message == f"'{root / 'empty'}' holds no plugin.yaml and is no plugin"


@pytest.mark.parametrize("name", ["plugin.yml", "plugin.json"])
def test_misspelt_manifest_is_hinted_at(name, root):
    (root / "demo").mkdir()
    (root / "demo" / name).touch()
    [finding] = look(root).findings
    assert (finding.severity, finding.hint) == ("warning", "rename it to plugin.yaml")
    assert finding.message == f"'{root / 'demo'}' holds '{name}', and a plugin's manifest is called 'plugin.yaml'"


def test_files_caches_and_hidden_folders_are_passed_over(root):
    for name in (".git", "__pycache__", "node_modules"):
        (root / name).mkdir()
    (root / "README.md").touch()
    assert (look(root).found, look(root).findings) == ((), ())


def test_link_to_a_folder_is_a_plugin(root, tmp_path):
    (tmp_path / "source").mkdir()
    folder = put(tmp_path / "source", "demo")
    (root / "demo").symlink_to(folder)
    [plugin] = look(root).found
    assert plugin.root == root / "demo"


def test_link_to_the_file_system_is_no_plugin_and_ends_at_once(root):
    (root / "everything").symlink_to("/")
    [finding] = look(root).findings
    assert finding.code == "directory-without-manifest"


def test_loop_and_dead_link_are_findings(root):
    (root / "loop").symlink_to(root / "loop")
    (root / "dead").symlink_to(root / "nowhere")
    put(root, "demo")
    result = look(root)
    assert [plugin.name for plugin in result.found] == ["demo"]
    assert [finding.code for finding in result.findings] == ["path-unreadable", "path-unreadable"]
    assert result.findings[0].message == f"'{root / 'dead'}' is a link that leads to no folder"
    assert str(root / "loop") in result.findings[1].message


def test_manifest_that_links_out_of_the_folder_is_refused_and_never_shown(root, tmp_path):
    (tmp_path / "shadow").write_text("root: secret\n")
    (root / "demo").mkdir()
    (root / "demo" / "plugin.yaml").symlink_to(tmp_path / "shadow")
    [failure] = look(root).found
    assert [problem.code for problem in failure.problems] == ["path-escapes"]
    assert "secret" not in repr(failure)


@pytest.mark.parametrize("kind", ["fifo", "folder"])
def test_manifest_that_is_no_file_is_refused_at_once(kind, root):
    (root / "demo").mkdir()
    if kind == "fifo":
        os.mkfifo(root / "demo" / "plugin.yaml")
    else:
        (root / "demo" / "plugin.yaml").mkdir()
    [failure] = look(root).found
    assert (failure.name, failure.problems[0].code, failure.problems[0].file) == (
        "demo",
        "file-kind",
        str(root / "demo" / "plugin.yaml"),
    )


def test_root_with_too_many_entries_is_cut_off(root, monkeypatch):
    monkeypatch.setattr(directories, "MAX_ENTRIES", 3)
    for number in range(5):
        put(root, f"p{number}")
    result = look(root)
    assert len(result.found) == 3
    [finding] = result.findings
    assert finding.message == f"'{root}' holds more than 3 entries; the others are not looked at"


def test_one_folder_can_be_asked_about(root):
    assert isinstance(read_folder(put(root, "demo"), None), DiscoveredPlugin)
    assert isinstance(read_folder(root, None), Problem)


def test_folder_that_may_not_be_read_is_a_failure_and_the_others_are_found(root):
    put(root, "demo")
    put(root, "secret").chmod(0o000)
    # Root may read everything, so it becomes nobody; the first look, before that, imports what a look needs from an
    # environment that nobody may be unable to read.
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom honeyhost.discovery.directories import DirectorySource\n"
        "source = DirectorySource(Path(sys.argv[1]), 'bundled')\nsource.look()\n"
        "os.geteuid() or os.setuid(65534)\n"
        "print([(item.name, [problem.code for problem in item.problems]) for item in source.look().found])"
    )
    if os.geteuid() == 0:
        top = root
        while top != Path(top.anchor):
            top.chmod(top.stat().st_mode | 0o055)
            top = top.parent
    done = subprocess.run([sys.executable, "-c", script, root], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str([("demo", []), ("secret", ["file-unreadable"])])
