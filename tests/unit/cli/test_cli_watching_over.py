"""
status and doctor in this process.
"""

import json
from dataclasses import replace

import pytest

from honeyhost.settings import Settings
from honeyhost.store.sql import text


@pytest.fixture
def applied(platform, said):
    platform.add("finance")
    platform.add("notes")
    assert said("apply")[0] == 0
    return platform


def test_where_nothing_runs_what_is_wanted_is_told(applied, said):
    code, out, err = said("status")
    assert code == 0
    assert out.splitlines() == [
        "  PLUGIN   WANTED         RUNS",
        "✓ finance  enabled 1.0.0  no process reports",
        "✓ notes    enabled 1.0.0  no process reports",
    ]
    assert err.startswith("no process reports; store revision ")


def test_before_the_first_apply_nothing_is_wanted(platform, said):
    assert said("status")[1:] == ("", "no process reports; store revision 0, nothing applied\n")


def test_wanted_and_actual_stand_side_by_side(applied, report, said):
    snapshot = json.loads(said("status", "--json")[1])["snapshot"]
    said("disable", "notes")
    running = {"finance": {"version": "1.0.0", "state": "running"}}
    report("web-1", snapshot=snapshot, plugins=running)
    report("web-2", behind=1, snapshot="sha256:0123456789", plugins={"finance": {"version": "0.9.0", "state": "failed"}})
    report("web-3", age=120, plugins=running)
    _, out, err = said("status")
    rows = out.splitlines()
    assert rows[1] == "✓ finance  enabled 1.0.0   failed 0.9.0 on 1 of 2, running 1.0.0 on 1 of 2"
    assert rows[2] == "○ notes    disabled 1.0.0  nowhere"
    assert rows[4].split()[:3] == ["✓", "web-1", "current"]
    revision = json.loads(said("status", "--json")[1])["revision"]
    assert rows[5].startswith("! web-2  behind   20")
    assert rows[5].endswith(
        f"has taken up revision {revision - 1}, wanted {revision}; runs snapshot 01234567, wanted {snapshot[7:15]}"
    )
    assert rows[6].startswith("? web-3  stale ")
    assert err.startswith("3 processes: 1 current, 1 behind, 1 stale; store revision ")
    assert err.endswith("next: honeyhost doctor\n")


def test_a_newer_one_that_could_not_take_the_place_of_the_old_is_told(applied, report, said):
    snapshot = json.loads(said("status", "--json")[1])["snapshot"]
    report("web-1", snapshot=snapshot, plugins={"finance": {"version": "1.0.0", "state": "running", "left": "no licence"}})
    report("web-2", snapshot=snapshot, plugins={"finance": {"version": "1.0.0", "state": "running"}})
    _, out, err = said("status")
    assert out.splitlines()[1] == ("! finance  enabled 1.0.0  running 1.0.0 on 2 of 2, not taken up anew on 1 of 2: no licence")
    assert err.endswith("next: honeyhost doctor\n")
    code, out, err = said("doctor")
    assert code == 1
    assert "✗ left         finance goes on as it was on 1 of 2: no licence\n" in out
    assert err.endswith("next: mend it, then honeyhost reload finance\n")


def test_what_was_reloaded_and_not_applied_is_mended_by_an_apply(applied, report, said):
    report("web-1")
    assert "fix: honeyhost apply, or restart web-1" in said("doctor")[1]
    report("web-1", behind=1)
    assert "fix: restart web-1" in said("doctor")[1]


def test_the_status_for_programs(applied, report, said):
    report("web-1", plugins={"finance": {"version": "1.0.0", "state": "running"}})
    code, out, err = said("status", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert list(document) == ["version", "revision", "snapshot", "plugins", "instances"]
    assert document["plugins"][0] == {
        "slug": "finance",
        "wanted": {"enabled": True, "version": "1.0.0"},
        "quarantine": None,
        "actual": [{"version": "1.0.0", "state": "running", "instances": 1}],
    }
    (instance,) = document["instances"]
    assert (instance["id"], instance["state"]) == ("web-1", "behind")
    assert instance["plugins"] == {"finance": {"version": "1.0.0", "state": "running"}}


def test_a_process_that_is_current_needs_no_doctor(applied, report, said):
    report("web-1", snapshot=json.loads(said("status", "--json")[1])["snapshot"])
    assert said("status")[2].startswith("1 process: 1 current; store revision ")
    assert "next:" not in said("status")[2]


def test_a_quarantined_plugin_stands_out(applied, plugins, said):
    quarantine = {"phase": "init", "count": 2, "error": "hung"}
    plugins.upsert(replace(plugins.get("finance"), quarantine=quarantine))
    assert said("status")[1].splitlines()[1].startswith("! finance  quarantined 1.0.0")


def test_the_doctor_tells_every_finding_and_what_to_do_first(applied, said):
    file = Settings.load().frontend_manifest
    code, out, err = said("doctor")
    assert code == 0
    assert out.splitlines()[0].startswith("✓ host         0.1.0 on Python 3.")
    assert err == "7 passed\n"
    file.write_text("mine")
    applied.add("healthcare", {"requires_host": ">=9"})
    code, out, err = said("doctor")
    assert code == 1
    rows = out.splitlines()
    at = rows.index(f"✗ frontend     {file} is not what apply would write")
    assert rows[at + 1] == "               fix: honeyhost apply"
    assert "! rejected     healthcare is rejected" in rows
    assert err == "1 error, 2 warnings, 4 passed\nnext: honeyhost doctor --fix\n"


def test_the_doctor_for_programs(applied, said):
    document = json.loads(said("doctor", "--json")[1])
    assert list(document) == ["version", "checks"]
    assert {tuple(check) for check in document["checks"]} == {("id", "status", "message", "fix")}


def test_fix_says_what_it_will_do_and_does_it(applied, database, said):
    file = Settings.load().frontend_manifest
    wanted = file.read_text()
    file.write_text("mine")
    code, out, err = said("doctor", "--fix")
    assert code == 0
    assert "✓ frontend     pluginsManifest.ts is what apply would write" in out.splitlines()
    assert err == "will apply the plan (mends frontend)\n7 passed\n"
    assert file.read_text() == wanted
    with database.transaction() as connection:
        connection.execute(text("UPDATE hh_alembic SET version_num = '0001'"))
    assert json.loads(said("doctor", "--json")[1])["checks"][3]["fix"] == "honeyhost doctor --fix"


def test_fix_for_programs_says_what_was_mended(platform, said):
    platform.add("finance")
    document = json.loads(said("doctor", "--fix", "--json")[1])
    assert document["mended"] == ["apply"]
    assert [check["status"] for check in document["checks"] if check["id"] == "snapshot"] == ["ok"]


def test_fix_leaves_decisions_to_people(applied, said):
    applied.add("reports", {"host_permissions": [{"type": "config", "scope": ["mail"]}]})
    said("apply")
    code, _, err = said("doctor", "--fix")
    assert code == 0
    assert err == ("nothing can be mended without a decision of yours\n1 warning, 6 passed\nnext: honeyhost grant reports\n")


def test_for_a_listener_the_status_is_a_word(applied, said):
    assert said("doctor", "--accessible")[1].startswith("ok: host ")
