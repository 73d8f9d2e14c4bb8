"""
The scan of the path: which distributions speak of our group, and what is noticed on the way.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from honeyhost.discovery import distributions
from honeyhost.discovery.distributions import distribution_key, scan


def scanned(*folders):
    return scan([str(folder) for folder in folders])


def notes_of(*folders):
    return [(note.code, note.place, note.other) for note in scanned(*folders).notes]


def test_distributions_are_found_in_the_order_of_the_path_and_then_by_name(site, other_site):
    site.add("zeta")
    site.add("alpha")
    other_site.add("beta")
    found = scanned(site.folder, other_site.folder).distributions
    assert [item.name for item in found] == [
        "honeyframe_alpha-1.0.dist-info",
        "honeyframe_zeta-1.0.dist-info",
        "honeyframe_beta-1.0.dist-info",
    ]
    assert found[0].location == str(site.folder / found[0].name)
    assert found[0].key == "honeyframe-alpha"


def test_unrelated_distribution_is_passed_over_in_silence(site):
    site.write({"other-1.0.dist-info/entry_points.txt": "# comment\n\n[console_scripts]\nother = other:main\n"})
    site.write({"plain-1.0.dist-info/METADATA": "Name: plain\n"})
    assert scanned(site.folder) == ((), (), ())


def test_file_that_is_not_utf8_is_noted_and_the_others_are_found(site):
    site.add("demo")
    site.write({"bad-1.0.dist-info/entry_points.txt": b"[console_scripts]\ncaf\xe9 = x:y\n"})
    place = str(site.folder / "bad-1.0.dist-info" / "entry_points.txt")
    assert notes_of(site.folder) == [("entry-points-not-utf8", place, "")]
    assert len(scanned(site.folder).distributions) == 1


def test_file_in_another_language_is_fine(site):
    site.write({"café-1.0.dist-info/entry_points.txt": "[console_scripts]\ncafé = x:y\n"})
    assert notes_of(site.folder) == []


def test_line_that_assigns_nothing_is_noted_and_the_others_are_found(site):
    site.add("demo")
    site.write({"bad-1.0.dist-info/entry_points.txt": "[console_scripts]\n; comment\nbad\n"})
    place = str(site.folder / "bad-1.0.dist-info" / "entry_points.txt")
    assert notes_of(site.folder) == [("entry-points-damaged", place, "line 3")]
    assert len(scanned(site.folder).distributions) == 1


@pytest.mark.parametrize("size", [None, 2 * 1024 * 1024])
def test_file_that_cannot_be_read_is_noted(size, site):
    place = site.folder / "bad-1.0.dist-info" / "entry_points.txt"
    place.parent.mkdir()
    if size is None:
        place.mkdir()
    else:
        place.write_bytes(b"#" * size)
    why = os.strerror(21) if size is None else "more than 1,048,576 bytes"
    assert notes_of(site.folder) == [("entry-points-unreadable", str(place), why)]


def test_leftover_of_an_interrupted_pip_is_ignored(site):
    site.add("demo")
    (site.folder / "honeyframe_demo-1.0.dist-info").rename(site.folder / "~oneyframe_demo-1.0.dist-info")
    assert scanned(site.folder) == ((), (), ())


def test_two_versions_in_one_folder_are_one_distribution_with_another(site):
    site.add("demo", "1.0")
    site.add("demo", "2.0")
    [found] = scanned(site.folder).distributions
    assert (found.name, found.others) == ("honeyframe_demo-1.0.dist-info", ("honeyframe_demo-2.0.dist-info",))


def test_another_version_without_our_group_counts_too(site):
    site.write({"Honeyframe.Demo-0.9.dist-info/METADATA": "Name: Honeyframe.Demo\n"})
    site.add("demo", "1.0")
    [found] = scanned(site.folder).distributions
    assert (found.name, found.others) == ("honeyframe_demo-1.0.dist-info", ("Honeyframe.Demo-0.9.dist-info",))


def test_later_copy_on_the_path_is_shadowed(site, other_site):
    first = site.add("demo", "1.0")
    second = other_site.add("demo", "2.0")
    assert [item.location for item in scanned(site.folder, other_site.folder).distributions] == [str(first)]
    assert notes_of(site.folder, other_site.folder) == [("distribution-shadowed", str(second), str(first))]


def test_copy_without_our_group_shadows_too(site, other_site):
    first = site.add("demo", "1.0", entry_points="")
    second = other_site.add("demo", "2.0")
    assert scanned(site.folder, other_site.folder).distributions == ()
    assert notes_of(site.folder, other_site.folder) == [("distribution-shadowed", str(second), str(first))]


def test_folder_that_is_twice_on_the_path_is_visited_once(site, tmp_path):
    site.add("demo")
    (tmp_path / "link").symlink_to(site.folder)
    result = scanned(site.folder, tmp_path / "link", site.folder)
    assert (len(result.distributions), result.notes) == (1, ())


def test_empty_entry_of_the_path_is_the_working_directory(site, monkeypatch):
    site.add("demo")
    monkeypatch.chdir(site.folder)
    [found] = scan([""]).distributions
    assert found.location == str(site.folder / "honeyframe_demo-1.0.dist-info")


def test_torn_distribution_of_ours_is_noted_even_without_entry_points(site):
    (site.folder / "honeyframe_demo-1.0.dist-info").mkdir()
    (site.folder / "unrelated-1.0.dist-info").mkdir()
    site.write({"honeyframe_whole-1.0.dist-info/METADATA": "Name: honeyframe-whole\n"})
    assert notes_of(site.folder) == [("distribution-torn", str(site.folder / "honeyframe_demo-1.0.dist-info"), "")]


def test_egg_is_noted_where_nothing_newer_carries_the_distribution(site, other_site):
    text = "[honeyframe.plugins]\ndemo = demo:manifest\n"
    site.write({"honeyframe_demo.egg-info/entry_points.txt": text, "unrelated.egg-info/entry_points.txt": "[x]\na = b\n"})
    site.write({"broken.egg-info/entry_points.txt/folder": ""})
    assert notes_of(site.folder) == [("egg-info-ignored", str(site.folder / "honeyframe_demo.egg-info"), "")]
    other_site.add("demo")
    assert notes_of(site.folder, other_site.folder) == []


def test_files_on_the_path_are_archives_and_missing_entries_are_nothing(site):
    (site.folder / "some.whl").touch()
    os.mkfifo(site.folder / "pipe")
    result = scanned(site.folder / "some.whl", site.folder / "missing", site.folder / "pipe")
    assert (result.archives, result.notes) == ((str(site.folder / "some.whl"),), ())


def test_folder_that_fails_while_it_is_listed_is_noted(site, monkeypatch):
    def failing(_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(distributions, "listed", failing)
    assert notes_of(site.folder) == [("path-unreadable", str(site.folder), "Input/output error")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_folder_that_may_not_be_listed_is_noted(site):
    site.folder.chmod(0o700)
    script = (
        "import os, sys\nfrom honeyhost.discovery.distributions import scan\nos.setuid(65534)\n"
        "print([tuple(note) for note in scan(sys.argv[1:]).notes])"
    )
    top = site.folder.parent
    while top != Path(top.anchor) and top.stat().st_mode & 0o005 != 0o005:
        top.chmod(top.stat().st_mode | 0o055)
        top = top.parent
    done = subprocess.run([sys.executable, "-c", script, site.folder], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str([("path-unreadable", str(site.folder), os.strerror(13))])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("honeyframe_demo-1.0.dist-info", "honeyframe-demo"),
        ("Honeyframe.Casey__Plugin-2.dist-info", "honeyframe-casey-plugin"),
        ("demo.egg-info", "demo"),
    ],
)
def test_key_of_a_metadata_folder(name, key):
    assert distribution_key(name) == key


def test_scan_imports_neither_a_metadata_library_nor_pydantic():
    script = "import sys, honeyhost.discovery.distributions; print(sorted({'importlib.metadata', 'pydantic', 'email'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    )
    assert done.stdout.strip() == "[]"
