"""
A plugin that could not be applied is said to have failed, by everything that looks, until its files change.
"""

import json
import shutil

import pytest
from control import steering

from honeyhost.applying import apply, plan
from honeyhost.doctoring import examine
from honeyhost.explaining import explained
from honeyhost.recorded import recorded_listing
from honeyhost.settings import Settings
from honeyhost.store.catalog import Catalog
from honeyhost.store.plugins import PluginTable
from honeyhost.survey import survey
from honeyhost.wiring import open_database

pytestmark = pytest.mark.slow

SAID = "could not be imported: plugins.broken.backend.notes raised RuntimeError: no licence"
MESSAGE = f"plugin 'broken' {SAID}"
RAISES = {"backend/notes.py": "raise RuntimeError('no licence')"}
MENDED = {"backend/notes.py": "from fastapi import APIRouter\n\nrouter = APIRouter()\n"}


@pytest.fixture
def applied(platform):
    platform.add("broken", files=RAISES)
    platform.add("ledger")
    apply(Settings.load())
    return platform


@pytest.fixture
def anyio_backend():
    return "asyncio"


def state(listing, slug="broken"):
    (entry,) = [entry for entry in listing["plugins"] if entry["name"] == slug]
    return entry["state"], [reason["message"] for reason in entry["reasons"]]


def looked():
    return survey(Settings.load()).to_json()


def recorded():
    return recorded_listing(Settings.load())


def test_it_has_failed_with_the_reason_and_the_others_have_not(applied):
    assert state(looked()) == ("failed", [MESSAGE])
    assert state(looked(), "ledger") == ("accepted", [])


def test_what_was_recorded_says_what_looking_says(applied):
    assert state(recorded()) == ("failed", [MESSAGE])
    assert recorded() == looked()


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: folder.add("broken", files=MENDED),
        lambda folder: folder.add("broken", files=RAISES | {"backend/licence.py": "NUMBER = 1\n"}),
        lambda folder: folder.add("broken", {"version": "1.0.1"}, files=RAISES),
        lambda folder: (folder.install / "plugins/broken/backend/notes.py").unlink(),
    ],
    ids=["code mended", "module added", "manifest changed", "module taken away"],
)
def test_once_its_files_change_it_is_not_known_to_fail(applied, change):
    change(applied)
    assert recorded() is None
    assert state(looked()) == ("accepted", [])


def test_bytecode_is_no_change(applied):
    applied.write(applied.install / "plugins/broken/backend/__pycache__/notes.cpython-311.pyc", "")
    assert state(recorded()) == ("failed", [MESSAGE])


def test_a_change_of_another_plugin_leaves_it_failed(applied):
    applied.add("notes")
    assert recorded() is None
    assert state(looked()) == ("failed", [MESSAGE])


def test_another_plugin_of_its_name_that_comes_before_it_has_not_failed(applied):
    applied.add("broken", {"version": "2.0.0"}, customer=True)
    assert (applied.install / "plugins/broken/backend/notes.py").read_text() == RAISES["backend/notes.py"]
    assert state(looked()) == ("accepted", [])


def test_what_the_store_refuses_has_failed_too(platform):
    platform.add("clinic")
    settings = Settings.load()
    permissions = plan(settings).plugins[0].manifest.permissions
    database = open_database(settings.database_url)
    database.migrate()
    Catalog(database).attach_permissions("legacy", permissions)
    (failure,) = apply(settings).failures
    assert state(recorded(), "clinic") == state(looked(), "clinic") == ("failed", [failure.problem.message])


def test_applying_again_asks_it_again_and_forgets_the_reason_where_it_can_be_attached(applied):
    assert [failure.problem.message for failure in plan(Settings.load()).failures] == [MESSAGE]
    assert [failure.problem.message for failure in apply(Settings.load()).failures] == [MESSAGE]
    applied.add("broken", files=MENDED)
    assert plan(Settings.load()).failures == apply(Settings.load()).failures == ()
    assert state(recorded()) == state(looked()) == ("accepted", [])


def test_what_failed_for_a_reason_outside_of_its_files_is_asked_again_too(applied):
    needs = (
        "import os\nfrom fastapi import APIRouter\nopen(os.environ['HONEYHOST_DATA_DIR'] + '/licence')\nrouter = APIRouter()\n"
    )
    applied.add("broken", files={"backend/notes.py": needs})
    apply(Settings.load())
    assert state(looked())[0] == "failed"
    applied.write(applied.data / "licence", "granted")
    assert apply(Settings.load()).failures == ()
    assert state(recorded()) == state(looked()) == ("accepted", [])


def test_one_that_is_taken_away_leaves_no_reason(applied):
    shutil.rmtree(applied.install / "plugins/broken")
    assert [entry["name"] for entry in looked()["plugins"]] == ["ledger"]
    apply(Settings.load())
    assert recorded() == looked()


def test_what_an_operator_switched_off_is_disabled_and_fails_once_it_is_wanted_again(applied):
    table = PluginTable(open_database(Settings.load().database_url))
    applied.add("broken", files=MENDED)
    apply(Settings.load())
    table.set_enabled("broken", False)
    applied.add("broken", files=RAISES)
    apply(Settings.load())
    assert state(recorded())[0] == state(looked())[0] == "disabled"
    table.set_enabled("broken", True)
    assert state(recorded()) == state(looked()) == ("failed", [MESSAGE])


def test_another_version_of_what_decides_knows_no_reason(applied, monkeypatch):
    monkeypatch.setattr("honeyhost.manager.snapshot.__version__", "9")
    assert recorded() is None
    assert state(looked()) == ("accepted", [])


def test_the_document_of_why_has_the_reason(applied):
    settings = Settings.load()
    assert explained(settings, "broken")["verdict"] == "accepted"
    assert explained(settings, "broken")["failed"]["message"] == MESSAGE
    assert "failed" not in explained(settings, "ledger")


def test_the_doctor_names_it_and_does_not_send_to_an_apply_that_fails_again(applied):
    checks = {check.id: check for check in examine(Settings.load())}
    assert (checks["attach"].status, checks["attach"].message) == ("error", MESSAGE)
    assert (checks["attach"].fix, checks["attach"].repair) == ("mend broken, then honeyhost apply", None)
    assert "plugins" not in checks
    assert (checks["snapshot"].status, checks["frontend"].status) == ("ok", "ok")


def test_the_doctor_does_not_expect_the_page_of_what_failed(applied):
    applied.add("broken", {"frontend_entry": "page.tsx"}, files=RAISES | {"page.tsx": "export default {}\n"})
    apply(Settings.load())
    assert [check.status for check in examine(Settings.load()) if check.id in ("snapshot", "frontend")] == ["ok", "ok"]


@pytest.mark.anyio
async def test_the_list_of_a_process_that_starts_from_it_says_so(applied):
    async with steering() as steered:
        rows = {row["slug"]: row for row in (await steered.ask("GET", "/plugins")).json()}
        why = (await steered.ask("GET", "/plugins/broken/why")).json()
    assert (rows["broken"]["state"], [reason["message"] for reason in rows["broken"]["reasons"]]) == ("failed", [MESSAGE])
    assert rows["ledger"]["state"] == "attached"
    assert why["failed"]["message"] == MESSAGE


def test_the_commands_say_it(applied, honeyhost):
    told = honeyhost("list")
    assert f"load-failed: {SAID}" in " ".join(told.stdout.split())
    assert "2 found: 1 failed, 1 accepted" in told.stderr
    assert "honeyhost why broken" in told.stderr
    assert state(json.loads(honeyhost("list", "--json").stdout)) == ("failed", [MESSAGE])
    why = honeyhost("why", "broken")
    assert f"broken 1.0.0 is accepted, and failed: {SAID}" in " ".join(why.stdout.split())
    assert "honeyhost explain load-failed" in why.stderr
