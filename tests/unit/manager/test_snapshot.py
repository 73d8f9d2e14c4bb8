import os
from dataclasses import replace

import pytest

from honeyhost.attach.change import Contribution
from honeyhost.attach.compiled import CompiledPlugin, CompiledRoute, Fragment, stamped
from honeyhost.manager.attached import AttachedPlugin, PluginFacts
from honeyhost.manager.failed import FailedPlugin
from honeyhost.manager.places import survey_places
from honeyhost.manager.snapshot import FORMAT, Snapshot, SnapshotContent, write_snapshot
from honeyhost.manager.spec import PluginSpec, RouterSpec

KEY = {"honeyhost": "1", "prefix": "/api/plugins/{slug}"}


def content(source, *, places=()):
    spec = PluginSpec(
        slug="clinic",
        version="1.0.0",
        digest="sha256:1",
        title="Clinic",
        package="plugins.clinic",
        routers=(RouterSpec(".notes:router", "clinic.read", False),),
        permissions=("clinic.read",),
        middleware=(".wrap:around",),
        stamps=(str(source),),
    )
    route = CompiledRoute(kind="http", path="/api/plugins/clinic/x", name="x", methods=("GET",), permissions=("clinic.read",))
    compiled = CompiledPlugin(
        slug="clinic", version="1.0.0", digest="sha256:1", routes=(route,), import_ms=1.5, stamps=stamped([str(source)])
    )
    nav = {
        "id": "a",
        "plugin": "clinic",
        "label": "A",
        "path": "/plugins/clinic/a",
        "icon": None,
        "order": 0,
        "permission": None,
    }
    facts = PluginFacts(spec=spec, compiled=compiled, nav=(nav,), about={"display_name": "Clinic"})
    plugin = AttachedPlugin(
        slug="clinic",
        version="1.0.0",
        sort=3,
        lifespan=True,
        public=False,
        read=lambda: facts,
        read_fragment=lambda: Fragment(b'"/x":{}', b'"clinic.A":{}', b""),
    )
    applied = (Contribution(kind="route", plugin="clinic", key="/x GET", summary="GET /x", details={"policy": "clinic.read"}),)
    return SnapshotContent(
        key=KEY, places=places, plugins=(plugin,), applied=applied, listing={"plugins": [{"name": "clinic"}]}
    )


@pytest.fixture
def source(tmp_path):
    file = tmp_path / "plugins" / "clinic" / "plugin.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("name: clinic")
    return file


def test_what_was_written_is_read_back(tmp_path, source):
    given = content(source)
    changed, digest = write_snapshot(tmp_path / "snapshot", given)
    snapshot = Snapshot.open(tmp_path / "snapshot")
    assert changed
    assert snapshot is not None
    assert snapshot.digest == digest
    (plugin,) = snapshot.plugins()
    (before,) = given.plugins
    assert (plugin.slug, plugin.version, plugin.sort, plugin.lifespan, plugin.public) == ("clinic", "1.0.0", 3, True, False)
    assert plugin.facts.spec == before.facts.spec
    assert plugin.facts.compiled == before.facts.compiled
    assert plugin.facts.nav_entries == before.facts.nav_entries
    assert plugin.fragment == before.fragment
    assert plugin.whole().openapi == ('"/x":{}', '"clinic.A":{}', "")
    assert snapshot.applied() == given.applied
    assert snapshot.listing() == given.listing


def test_the_same_content_is_not_written_twice(tmp_path, source):
    write_snapshot(tmp_path / "snapshot", content(source))
    before = (tmp_path / "snapshot").stat().st_mtime_ns
    changed, _ = write_snapshot(tmp_path / "snapshot", content(source))
    assert not changed
    assert (tmp_path / "snapshot").stat().st_mtime_ns == before


def test_an_open_snapshot_stays_readable_when_it_is_replaced(tmp_path, source):
    write_snapshot(tmp_path / "snapshot", content(source))
    snapshot = Snapshot.open(tmp_path / "snapshot")
    (tmp_path / "snapshot").unlink()
    assert snapshot.plugins()[0].facts.spec.title == "Clinic"


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"honeyhost snapshot\n",
        b"something else, quite long, but no snapshot at all",
        b"honeyhost snapshot\n" + b"\xff" * 8,
    ],
)
def test_a_damaged_file_is_no_snapshot(tmp_path, damage):
    (tmp_path / "snapshot").write_bytes(damage)
    assert Snapshot.open(tmp_path / "snapshot") is None


def test_a_missing_file_is_no_snapshot(tmp_path):
    assert Snapshot.open(tmp_path / "snapshot") is None


@pytest.mark.parametrize("missing", [1, 100, -60])
def test_a_file_that_was_cut_short_is_no_snapshot(tmp_path, source, missing):
    write_snapshot(tmp_path / "snapshot", content(source))
    data = (tmp_path / "snapshot").read_bytes()
    (tmp_path / "snapshot").write_bytes(data[:-missing])
    assert Snapshot.open(tmp_path / "snapshot") is None


def test_another_format_is_no_snapshot(tmp_path, source):
    write_snapshot(tmp_path / "snapshot", content(source))
    data = (tmp_path / "snapshot").read_bytes()
    (tmp_path / "snapshot").write_bytes(data.replace(f'"format":{FORMAT}'.encode(), b'"format":9'))
    assert Snapshot.open(tmp_path / "snapshot") is None


def test_a_snapshot_fits_until_anything_it_was_made_from_changes(tmp_path, source):
    site, root = tmp_path / "site", tmp_path / "plugins"
    site.mkdir()
    places = survey_places([str(site)], [root], [str(source.parent)])
    write_snapshot(tmp_path / "snapshot", content(source, places=places))
    snapshot = Snapshot.open(tmp_path / "snapshot")

    def fits(key=KEY, path=(str(site),), roots=(root,)):
        return snapshot.fits(key, path, roots)

    assert fits()
    assert not fits(key={**KEY, "honeyhost": "2"})
    assert not fits(roots=()), "the root that the plugin lies in is not looked through any more"
    assert fits(path=()), "a folder that nothing came from may go"
    barren = tmp_path / "barren"
    barren.mkdir()
    assert fits(path=(str(site), str(barren))), "a new folder without distributions changes nothing"
    (barren / "x-1.dist-info").mkdir()
    assert not fits(path=(str(site), str(barren)))
    source.write_text("name: clinic # longer")
    assert not fits()


def test_a_new_folder_in_a_root_unfits_the_snapshot(tmp_path, source):
    root = tmp_path / "plugins"
    os.utime(root, ns=(1, 1))
    write_snapshot(tmp_path / "snapshot", content(source, places=survey_places([], [root], [str(source.parent)])))
    snapshot = Snapshot.open(tmp_path / "snapshot")
    assert snapshot.fits(KEY, [], [root])
    (root / "ledger").mkdir()
    assert not snapshot.fits(KEY, [], [root])


def test_a_root_that_appears_unfits_the_snapshot(tmp_path, source):
    late = tmp_path / "late"
    write_snapshot(tmp_path / "snapshot", content(source, places=survey_places([], [late], [])))
    snapshot = Snapshot.open(tmp_path / "snapshot")
    assert snapshot.fits(KEY, [], [late])
    late.mkdir()
    assert not snapshot.fits(KEY, [], [late])


def test_the_interpreters_own_archive_on_its_path_is_barren(tmp_path, source):
    write_snapshot(tmp_path / "snapshot", content(source))
    archive, other = tmp_path / "python311.zip", tmp_path / "wheel.zip"
    archive.write_bytes(b"")
    other.write_bytes(b"")
    snapshot = Snapshot.open(tmp_path / "snapshot")
    assert snapshot.fits(KEY, [str(archive)], [])
    assert not snapshot.fits(KEY, [str(other)], [])


def test_a_file_of_what_was_not_attached_unfits_the_snapshot_when_it_changes(tmp_path, source):
    rejected = tmp_path / "rejected.yaml"
    rejected.write_text("name: rejected")
    write_snapshot(tmp_path / "snapshot", replace(content(source), watched=stamped([str(rejected)])))
    snapshot = Snapshot.open(tmp_path / "snapshot")
    assert snapshot.fits(KEY, [], [])
    rejected.write_text("name: rejected # mended")
    assert not snapshot.fits(KEY, [], [])


def test_a_snapshot_that_lacks_accepted_plugins_never_fits(tmp_path, source):
    write_snapshot(tmp_path / "snapshot", replace(content(source), complete=False))
    assert not Snapshot.open(tmp_path / "snapshot").fits(KEY, [], [])


def failed_in(folder):
    failed = FailedPlugin(
        slug="torn", digest="sha256:2", code="load-failed", message="plugin 'torn' raised", hint="x.py:1", folder=str(folder)
    )
    return replace(failed, stamps=failed.stamped())


def test_what_could_not_be_attached_is_read_back(tmp_path, source):
    (tmp_path / "torn.py").write_text("raise OSError")
    failed = failed_in(tmp_path)
    write_snapshot(tmp_path / "snapshot", replace(content(source), complete=False, failed=(failed,)))
    assert Snapshot.open(tmp_path / "snapshot").failed() == (failed,)
    assert failed.stamps[0].path == str(tmp_path / "torn.py")
    assert failed.said == "raised"


def test_a_snapshot_tells_of_what_was_not_attached_until_its_code_changes_and_never_fits(tmp_path, source):
    folder = tmp_path / "torn"
    folder.mkdir()
    (folder / "torn.py").write_text("raise OSError")
    write_snapshot(tmp_path / "snapshot", replace(content(source), complete=False, failed=(failed_in(folder),)))
    snapshot = Snapshot.open(tmp_path / "snapshot")
    assert snapshot.tells(KEY, [], [])
    assert not snapshot.tells({**KEY, "honeyhost": "2"}, [], [])
    assert not snapshot.fits(KEY, [], [])
    (folder / "more.py").write_text("")
    assert not snapshot.tells(KEY, [], [])


def test_a_snapshot_of_an_older_version_knows_no_reasons(tmp_path, source):
    write_snapshot(tmp_path / "snapshot", content(source))
    whole = Snapshot.open(tmp_path / "snapshot")
    write_snapshot(tmp_path / "snapshot", replace(content(source), complete=False))
    lacking = Snapshot.open(tmp_path / "snapshot")
    assert whole.failed() == lacking.failed() == ()
    assert whole.tells(KEY, [], [])
    assert not lacking.tells(KEY, [], []), "it lacks plugins and does not say which"
    assert b'"failed"' not in (tmp_path / "snapshot").read_bytes()


def test_a_folder_further_up_may_leave_the_import_path(tmp_path, source):
    root = tmp_path / "plugins"
    places = survey_places([str(tmp_path)], [root], [str(source.parent)])
    write_snapshot(tmp_path.parent / f"{tmp_path.name}.snapshot", content(source, places=places))
    snapshot = Snapshot.open(tmp_path.parent / f"{tmp_path.name}.snapshot")
    assert snapshot.fits(KEY, [str(tmp_path)], [root])
    assert snapshot.fits(KEY, [], [root]), "the plugin stands in the root, not in the folder above it"
    assert not snapshot.fits(KEY, [str(tmp_path)], [])


def test_records_hold_under_other_settings_and_under_no_other_version_or_prefix(tmp_path, source):
    write_snapshot(tmp_path / "snapshot", content(source))
    snapshot = Snapshot.open(tmp_path / "snapshot")
    assert snapshot.made_under({**KEY, "settings": "others"})
    assert not snapshot.made_under({**KEY, "honeyhost": "2"})
    assert not snapshot.made_under({**KEY, "prefix": "/api/{slug}"})
