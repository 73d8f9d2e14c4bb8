"""
Sources: what is read of a package at one moment, and how much of it at most.
"""

import os
from importlib.machinery import EXTENSION_SUFFIXES

import pytest

from honeyhost.errors import LoadError
from honeyhost.runtimes.sources import capture


def read(package="plugins.clinic"):
    return capture(package, "clinic")


def test_every_python_file_is_read_under_its_modules_name(packages):
    for name in ("__init__.py", "a.py", "deep/b.py", "deep/er/__init__.py", "deep/er/c.py"):
        packages.write(name, f"# {name}")
    sources = read()
    assert sorted(sources.files) == ["", "a", "deep.b", "deep.er", "deep.er.c"]
    assert sources.files["deep.er"].data == b"# deep/er/__init__.py"
    assert sources.packages == {"", "deep", "deep.er"}
    assert sources.folders == (str(packages.root / "plugins/clinic"),)
    assert sources.current()


def test_a_package_without_an_init_is_one_all_the_same(packages):
    packages.write("a.py")
    assert (sorted(read().files), read().packages) == (["a"], {""})


def test_a_package_goes_before_a_module_of_the_same_name(packages):
    packages.write("a.py", "# module")
    packages.write("a/__init__.py", "# package")
    assert read().files["a"].data == b"# package"


def test_what_is_no_module_is_not_read(packages):
    for name in (
        "a.txt",
        "a.b.py",
        ".hidden/c.py",
        "__pycache__/d.py",
        "node_modules/left/e.py",
        "venv/pyvenv.cfg",
        "venv/lib/f.py",
        "with.dot/g.py",
    ):
        packages.write(name)
    packages.write("kept.py")
    assert sorted(read().files) == ["kept"]


def test_a_namespace_over_several_folders_is_read_whole_and_the_first_one_wins(packages, monkeypatch):
    packages.write("a.py", "# first", package="one/acme/clinic")
    packages.write("a.py", "# second", package="two/acme/clinic")
    packages.write("b.py", "# second", package="two/acme/clinic")
    for folder in ("two", "one"):
        monkeypatch.syspath_prepend(str(packages.root / folder))
    sources = read("acme.clinic")
    assert {name: file.data for name, file in sources.files.items()} == {"a": b"# first", "b": b"# second"}
    assert len(sources.folders) == 2


def test_a_single_file_is_read(packages):
    path = packages.write("alone.py", "# alone", package=".")
    sources = read("alone")
    assert (sources.files[""].data, sources.folders, sources.packages) == (b"# alone", (), frozenset())
    assert sources.current()
    path.write_text("# changed it")
    assert not sources.current()


def test_extension_modules_are_named_and_not_read(packages):
    packages.write("a.py")
    path = packages.write(f"deep/fast{EXTENSION_SUFFIXES[0]}", "x")
    sources = read()
    assert sources.compiled == (str(path),)
    assert sorted(sources.files) == ["a"]


@pytest.mark.parametrize("package", ["plugins.absent", "absent", "absent.deeper", "json.nowhere", "sys"])
def test_what_does_not_come_from_files_is_none(packages, package):
    assert read(package) is None


def test_a_parent_that_cannot_be_imported_is_somebody_elses_to_report(packages):
    packages.write("__init__.py", "raise SystemExit", package="acme")
    packages.write("__init__.py", package="acme/clinic")
    assert read("acme.clinic") is None


@pytest.mark.parametrize("change", ["changed", "added", "removed", "compiled"])
def test_a_change_on_disk_is_noticed(packages, change):
    path = packages.write("a.py", "# a")
    sources = read()
    if change == "changed":
        path.write_text("# longer than before")
    elif change == "added":
        packages.write("b.py")
    elif change == "removed":
        path.unlink()
    else:
        packages.write(f"c{EXTENSION_SUFFIXES[0]}")
    assert not sources.current()


def test_a_file_that_was_written_with_the_same_size_is_noticed(packages):
    path = packages.write("a.py", "# a")
    sources = read()
    status = path.stat()
    path.write_text("# b")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert not sources.current()


def test_other_files_change_nothing(packages):
    packages.write("a.py")
    sources = read()
    packages.write("page.html")
    packages.write("__pycache__/a.pyc")
    assert sources.current()


def test_more_files_than_a_host_reads_are_refused(packages, monkeypatch):
    for number in range(4):
        packages.write(f"m{number}.py")
    monkeypatch.setattr("honeyhost.runtimes.sources.MOST_FILES", 4)
    assert len(read().files) == 4
    packages.write("deep/one_more.py")
    with pytest.raises(LoadError) as caught:
        read()
    assert caught.value.message == "plugin 'clinic' holds more than 4 Python files"
    assert caught.value.hint == "move what is not the plugin's own code out of its folder"


def test_more_code_than_a_host_reads_is_refused(packages, monkeypatch):
    monkeypatch.setattr("honeyhost.runtimes.sources.MOST_BYTES", 1024 * 1024)
    packages.write("a.py", "#" * 600_000)
    assert read() is not None
    packages.write("b.py", "#" * 600_000)
    with pytest.raises(LoadError, match="more than 1 MiB of Python files"):
        read()


def test_a_file_that_cannot_be_read_is_left_out(packages):
    packages.write("a.py")
    (packages.root / "plugins/clinic/dangling.py").symlink_to(packages.root / "nowhere.py")
    (packages.root / "plugins/clinic/folder.py").mkdir()
    assert sorted(read().files) == ["a"]


def test_files_that_are_written_meanwhile_are_read_again(packages, monkeypatch):
    packages.write("a.py", "# old")
    packages.write("b.py", "# old")
    real, calls = open, []

    def opening(path, mode):
        calls.append(path)
        if len(calls) == 2:
            packages.write("a.py", "# newer")
            packages.write("b.py", "# newer")
        return real(path, mode)

    monkeypatch.setattr("honeyhost.runtimes.sources.open", opening, raising=False)
    sources = read()
    assert {file.data for file in sources.files.values()} == {b"# newer"}
    assert sources.current()
