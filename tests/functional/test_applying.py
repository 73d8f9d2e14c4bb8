"""
Planning and applying on real folders, a real database and real files.
"""

import shutil
import sys
import time

import pytest
import yaml

from honeyhost.applying import apply, plan
from honeyhost.errors import NotWritableError, PlanChangedError
from honeyhost.manager.snapshot import Snapshot
from honeyhost.recorded import snapshot_path
from honeyhost.settings import Settings
from honeyhost.store.catalog import Catalog
from honeyhost.store.plugins import PluginTable
from honeyhost.wiring import open_database

pytestmark = pytest.mark.slow

CLINIC = {
    "permissions": ["clinic.read", "clinic.edit"],
    "seed_groups": [{"name": "nurses", "permissions": ["clinic.read"]}],
    "nav": [{"label": "Ward", "path": "/clinic/ward", "icon": "bed"}],
    "frontend_entry": "frontend/src/index.tsx",
}
FRONTEND = {"frontend/src/index.tsx": "export default {}\n"}


def catalog(settings):
    return Catalog(open_database(settings.database_url))


def everything(platform, settings):
    """
    All that applying may write, but for the snapshot, whose records hold the time that importing took.
    """
    files = {
        str(path.relative_to(platform.data)): path.read_bytes()
        for path in sorted(platform.data.rglob("*"))
        if path.is_file() and path.suffix in (".ts", ".json")
    }
    snapshot = Snapshot.open(snapshot_path(settings))
    return files, catalog(settings).state(), snapshot.applied() if snapshot is not None else ()


def changes(planned):
    return [(change.action, change.kind, change.plugin, change.summary) for change in planned.plan.changes]


def test_a_plan_names_every_contribution_and_changes_nothing(platform):
    platform.add("clinic", CLINIC, files=FRONTEND)
    planned = plan(Settings.load())
    assert changes(planned) == [
        ("add", "frontend", "clinic", "@plugins/clinic (frontend/src/index.tsx)"),
        ("add", "nav", "clinic", "Ward (/plugins/clinic/ward)"),
        ("add", "permission", "clinic", "clinic.edit"),
        ("add", "permission", "clinic", "clinic.read"),
        ("add", "plugin", "clinic", "clinic 1.0.0"),
        ("add", "route", "clinic", "GET /api/plugins/clinic/notes"),
        ("add", "route", "clinic", "GET /api/plugins/clinic/notes/{number:int}"),
        ("add", "seed-group", "clinic", "nurses: clinic.read"),
    ]
    assert planned.versions == {"clinic": (None, "1.0.0")}
    assert list(platform.data.iterdir()) == []
    assert not any(name.startswith("plugins.clinic") for name in sys.modules)


def test_applying_writes_the_catalog_the_frontend_manifest_and_the_snapshot(platform):
    platform.add("clinic", CLINIC, files=FRONTEND)
    settings = Settings.load()
    applied = apply(settings, digest=plan(settings).plan.digest)
    assert [(item.name, item.version, item.contributions) for item in applied.attached] == [("clinic", "1.0.0", 7)]
    assert applied.attached[0].import_ms > 0
    assert applied.failures == ()
    assert applied.written == ("2 permissions", "1 seed group", str(settings.frontend_manifest))
    assert [record.id for record in catalog(settings).permissions()] == ["clinic.edit", "clinic.read"]
    assert [group.name for group in catalog(settings).groups()] == ["nurses"]
    assert 'load: () => import("@plugins/clinic")' in settings.frontend_manifest.read_text()
    assert [record.slug for record in PluginTable(open_database(settings.database_url)).all()] == ["clinic"]
    assert Snapshot.open(snapshot_path(settings)).digest == applied.snapshot


def test_applying_again_changes_nothing_and_touches_no_file(platform):
    platform.add("clinic", CLINIC, files=FRONTEND)
    settings = Settings.load()
    apply(settings)
    before = settings.frontend_manifest.stat().st_mtime_ns
    again = apply(settings)
    assert again.plan.empty
    assert again.written == ()
    assert settings.frontend_manifest.stat().st_mtime_ns == before


def test_a_plugin_that_is_taken_away_leaves_no_residue(platform):
    platform.add("ledger")
    settings = Settings.load()
    apply(settings)
    before = everything(platform, settings)
    root = platform.add("clinic", CLINIC, files=FRONTEND)
    apply(settings)
    with_clinic = everything(platform, settings)
    shutil.rmtree(root)
    applied = apply(settings)
    assert everything(platform, settings) == before
    assert {change.action for change in applied.plan.changes} == {"remove"}
    assert applied.plan.changes[0].plugin == "clinic"
    platform.add("clinic", CLINIC, files=FRONTEND)
    apply(settings)
    assert everything(platform, settings) == with_clinic


def test_another_digest_is_refused_and_nothing_is_written(platform):
    platform.add("clinic")
    settings = Settings.load()
    agreed = plan(settings).plan.digest
    platform.add("ledger")
    with pytest.raises(PlanChangedError) as caught:
        apply(settings, digest=agreed)
    assert caught.value.message == f"the plan has changed: agreed to {agreed}, now it is {caught.value.params['actual']}"
    assert caught.value.hint == "look at honeyhost plan again"
    assert list(platform.data.iterdir()) == []


@pytest.mark.parametrize("shorten", [lambda digest: digest[len("sha256:") :][:8], lambda digest: digest[:15]])
def test_the_first_digits_of_a_digest_are_enough_but_not_fewer_than_eight(platform, shorten):
    platform.add("clinic")
    settings = Settings.load()
    digest = plan(settings).plan.digest
    with pytest.raises(PlanChangedError):
        apply(settings, digest=shorten(digest)[:-1])
    assert apply(settings, digest=shorten(digest)).plan.digest == digest


def test_a_plugin_that_raises_is_left_out_and_the_others_are_applied(platform):
    platform.add(
        "broken",
        CLINIC | {"permissions": ["broken.read"], "seed_groups": [], "nav": [], "routers": [".backend.notes:router"]},
        files=FRONTEND | {"backend/notes.py": "raise RuntimeError('no licence')"},
    )
    platform.add("ledger")
    settings = Settings.load()
    applied = apply(settings)
    assert [item.name for item in applied.attached] == ["ledger"]
    (failure,) = applied.failures
    assert (failure.plugin, failure.version) == ("broken", "1.0.0")
    assert (
        failure.problem.message
        == "plugin 'broken' could not be imported: plugins.broken.backend.notes raised RuntimeError: no licence"
    )
    assert [record.id for record in catalog(settings).permissions()] == ["ledger.read"]
    assert "broken" not in settings.frontend_manifest.read_text()


def test_a_plugin_that_breaks_is_taken_out_and_comes_back_when_it_is_mended(platform):
    platform.add("clinic", CLINIC, files=FRONTEND)
    settings = Settings.load()
    apply(settings)
    sound = everything(platform, settings)
    platform.add("clinic", CLINIC, files=FRONTEND | {"backend/notes.py": "raise RuntimeError('no licence')  # longer"})
    applied = apply(settings)
    assert [failure.plugin for failure in applied.failures] == ["clinic"]
    assert catalog(settings).permissions() == ()
    platform.add("clinic", CLINIC, files=FRONTEND)
    apply(settings)
    assert everything(platform, settings) == sound


def test_a_file_that_cannot_be_written_takes_everything_back(platform):
    platform.add("clinic", CLINIC, files=FRONTEND)
    settings = Settings.load()
    platform.write(settings.frontend_manifest.parent, "a file where a folder is needed")
    before = catalog_after_migration(settings)
    with pytest.raises(NotWritableError) as caught:
        apply(settings)
    assert caught.value.message == f"{settings.frontend_manifest} cannot be written: Not a directory"
    assert caught.value.hint == "nothing was changed; mend the folder or its permissions and do it again"
    assert catalog(settings).state() == before
    assert PluginTable(open_database(settings.database_url)).all() == ()
    assert Snapshot.open(snapshot_path(settings)) is None


def catalog_after_migration(settings):
    database = open_database(settings.database_url)
    return Catalog(database).state()


def test_a_snapshot_that_cannot_be_written_takes_everything_back(platform):
    platform.add("clinic", CLINIC, files=FRONTEND)
    settings = Settings.load()
    before = catalog_after_migration(settings)
    snapshot_path(settings).mkdir()
    with pytest.raises(NotWritableError, match="snapshot cannot be written: Is a directory"):
        apply(settings)
    assert catalog(settings).state() == before
    assert not settings.frontend_manifest.exists()


def test_a_permission_that_another_plugin_owns_in_the_store_is_refused_for_this_plugin_alone(platform):
    platform.add("clinic")
    platform.add("ledger")
    settings = Settings.load()
    database = open_database(settings.database_url)
    declaration = plan(settings).plugins[0].manifest.permissions
    Catalog(database).attach_permissions("legacy", declaration)
    applied = apply(settings)
    assert [item.name for item in applied.attached] == ["ledger"]
    assert applied.failures[0].plugin == "clinic"
    assert applied.failures[0].problem.code == "attach-failed"
    assert applied.failures[0].problem.message.startswith("plugin 'clinic' could not be attached: ")
    assert {record.id: record.owner for record in catalog(settings).permissions()} == {
        "clinic.read": "legacy",
        "ledger.read": "ledger",
    }


def test_a_disabled_plugin_keeps_its_permissions_and_loses_routes_nav_and_page(platform):
    platform.add("clinic", CLINIC, files=FRONTEND)
    settings = Settings.load()
    apply(settings)
    PluginTable(open_database(settings.database_url)).set_enabled("clinic", False)
    applied = apply(settings)
    assert {change.kind for change in applied.plan.changes} == {"frontend", "nav", "route"}
    assert {change.action for change in applied.plan.changes} == {"remove"}
    assert [record.id for record in catalog(settings).permissions()] == ["clinic.edit", "clinic.read"]
    assert "clinic" not in settings.frontend_manifest.read_text()


def test_what_an_operator_made_of_a_group_survives_a_new_version(platform):
    platform.add("clinic", CLINIC, files=FRONTEND)
    settings = Settings.load()
    apply(settings)
    catalog(settings).grant("nurses", "clinic.edit")
    catalog(settings).revoke("nurses", "clinic.read")
    platform.add("clinic", CLINIC | {"version": "1.1.0"}, files=FRONTEND)
    planned = plan(settings)
    assert changes(planned) == [("change", "plugin", "clinic", "clinic 1.1.0")]
    assert planned.versions == {"clinic": ("1.0.0", "1.1.0")}
    apply(settings)
    (group,) = catalog(settings).groups()
    assert [grant.permission for grant in group.permissions] == ["clinic.edit"]


def test_a_policy_that_changes_is_a_change_of_the_route(platform):
    root = platform.add("clinic")
    settings = Settings.load()
    apply(settings)
    manifest = yaml.safe_load((root / "plugin.yaml").read_text())
    manifest["routers"] = [{"router": ".backend.notes:router", "public": "true"}]
    platform.write(root / "plugin.yaml", yaml.safe_dump(manifest))
    change = plan(settings).plan.changes[0]
    assert (change.action, change.summary) == ("change", "GET /api/plugins/clinic/notes")
    assert change.details["policy"] == "public"
    assert change.details["before"]["policy"] == "clinic.read"


def test_plugins_that_a_fitting_snapshot_knows_are_not_imported_again(platform):
    note = platform.data / "imports.txt"
    code = f"open({str(note)!r}, 'a').write('x')\nfrom fastapi import APIRouter\nrouter = APIRouter()\n"
    platform.add("clinic", files={"backend/notes.py": code})
    settings = Settings.load()
    apply(settings)
    plan(settings)
    apply(settings)
    assert note.read_text() == "x"
    platform.write(platform.install / "plugins/clinic/backend/notes.py", code + "# changed\n")
    plan(settings)
    assert note.read_text() == "xx"


def test_nothing_of_a_rejected_plugin_is_imported_by_plan_or_apply(platform):
    note = platform.data / "imports.txt"
    code = f"open({str(note)!r}, 'a').write('x')\n"
    platform.add("clinic", {"min_host_version": "99"}, files={"backend/notes.py": code, "backend/__init__.py": code})
    planned = plan(Settings.load())
    apply(Settings.load())
    assert planned.plan.empty
    assert [rejection.plugin.name for rejection in planned.survey.resolution.rejected] == ["clinic"]
    assert not note.exists()


def test_progress_names_the_plugins_as_they_are_imported(platform):
    platform.add("clinic")
    told = []
    apply(Settings.load(), progress=told.append)
    assert told == ["clinic"]


def test_the_time_that_applying_took_is_told(platform):
    started = time.monotonic()
    applied = apply(Settings.load())
    assert 0 < applied.seconds <= time.monotonic() - started
