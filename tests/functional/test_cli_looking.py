"""
list, check, why and config on a platform with real folders.
"""

import json
import os
import subprocess
import sys

import pytest

from honeyhost.store.database import Database
from honeyhost.store.plugins import PluginTable

HOSTILE = "Evil\x1b]0;pwned\x07\x1b[31m \u202egnirts\u2066"


@pytest.fixture
def mixed(platform):
    """
    A platform with one plugin that is fine, one that is rejected, one that nobody can read and one with an odd field.
    """
    platform.add("finance")
    platform.add("healthcare", {"requires_host": ">=2.1", "requires_plugins": {"billing": ">=1"}})
    platform.add("notes", {"dbt_workspce": "dbt/"})
    platform.write(platform.install / "plugins" / "legacy-crm" / "plugin.yaml", "name: legacy-crm\nversion: [1\n")
    return platform


LOOK = "from honeyhost.discovery import discover; assert len(discover()) == 1"


def test_list_shows_every_find_as_a_row_and_counts_beside_it(mixed, honeyhost):
    done = honeyhost("list")
    assert done.returncode == 0
    rows = done.stdout.splitlines()
    assert rows[0].split() == ["PLUGIN", "VERSION", "STATE", "FROM", "WHY"]
    assert rows[1].split() == ["✓", "finance", "1.0.0", "accepted", "folder"]
    assert rows[2] == ("✗ healthcare  1.0.0    rejected    folder  host-too-old (+1): needs host >=2.1, this host is 0.1.0")
    assert rows[3].startswith("? legacy-crm  -        unreadable  folder  yaml-")
    assert ": plugin.yaml:" in rows[3]
    assert rows[4].startswith("✓ notes       1.0.0    accepted    folder  unknown-field: plugin.yaml:")
    assert len(rows) == 5
    assert done.stderr == ("4 found: 2 accepted, 1 rejected, 1 unreadable\nnext: honeyhost why healthcare\n")


def test_list_as_json_is_one_document_of_the_promised_shape(mixed, honeyhost):
    done = honeyhost("list", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert list(document) == ["version", "host", "plugins", "failures", "findings"]
    assert set(document["host"]) == {"version", "python"}
    finance, healthcare, notes = document["plugins"]
    assert list(finance) == ["name", "version", "display_name", "origin", "state", "reasons", "problems"]
    assert finance["origin"] == {
        "kind": "directory",
        "location": str(mixed.install / "plugins" / "finance"),
        "distribution": None,
    }
    assert (finance["state"], finance["reasons"], finance["problems"]) == ("accepted", [], [])
    assert [reason["code"] for reason in healthcare["reasons"]] == ["host-too-old", "plugin-missing"]
    assert healthcare["reasons"][0] == {
        "code": "host-too-old",
        "params": {"required": ">=2.1", "actual": "0.1.0"},
        "message": "plugin 'healthcare' 1.0.0 needs host >=2.1, this host is 0.1.0",
        "hint": healthcare["reasons"][0]["hint"],
    }
    assert notes["problems"][0]["code"] == "unknown-field"
    assert document["failures"][0]["name"] == "legacy-crm"


def test_list_knows_who_is_disabled_without_opening_the_database(platform, honeyhost):
    platform.add("finance")
    assert honeyhost("apply").returncode == 0
    PluginTable(Database(f"sqlite:///{platform.data}/honeyhost.db")).set_enabled("finance", enabled=False)
    assert "○ finance  1.0.0    disabled" in honeyhost("list").stdout
    assert honeyhost("why", "finance").stdout.startswith("finance 1.0.0 is accepted, and disabled\n")


def test_an_empty_platform_says_where_plugins_would_be_looked_for(platform, honeyhost):
    done = honeyhost("list")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        f"no plugins in the environment, in {platform.install}/plugins or in {platform.data}/plugins",
        f"next: mkdir -p {platform.data}/plugins",
    ]


def test_what_belongs_to_no_plugin_is_a_warning_beside_the_rows(platform, honeyhost):
    platform.add("finance")
    platform.add("finance", {"version": "2.0.0"}, customer=True)
    done = honeyhost("list")
    assert [row.split()[1:4] for row in done.stdout.splitlines()[1:]] == [["finance", "2.0.0", "accepted"]]
    assert done.stderr.startswith("warning[plugin-shadowed]: plugin 'finance' in directory ")
    assert str(platform.install / "plugins" / "finance") in done.stderr


@pytest.mark.parametrize("command", [["list"], ["why", "healthcare"], ["check", "healthcare"], ["check"]])
def test_looking_imports_no_code_of_a_plugin_and_no_heavy_library(platform, honeyhost, command, tmp_path):
    marker = tmp_path / "imported"
    platform.add(
        "healthcare",
        files={"__init__.py": f"open({str(marker)!r}, 'w')", "backend/__init__.py": f"open({str(marker)!r}, 'w')"},
    )
    code = (
        "import sys; from honeyhost.__main__ import main; main(sys.argv[1:]);"
        "print('heavy:', sorted({'fastapi', 'sqlalchemy', 'rich', 'uvicorn'} & set(sys.modules)), file=sys.stderr)"
    )
    platform.write(tmp_path / "probe.py", code)
    done = subprocess.run([sys.executable, tmp_path / "probe.py", *command], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "heavy: []"
    assert not marker.exists()


@pytest.mark.parametrize("command", [["list"], ["why", "healthcare"], ["check"], ["plan"], ["apply"]])
def test_looking_runs_nothing_that_a_library_finds_in_a_distribution(platform, tmp_path, command):
    platform.add("healthcare")
    marker, site = tmp_path / "imported", tmp_path / "site"
    platform.write(site / "watching.py", f"open({str(marker)!r}, 'w')\nplugin = None\n")
    platform.write(site / "watching-1.dist-info" / "METADATA", "Metadata-Version: 2.1\nName: watching\nVersion: 1\n")
    platform.write(site / "watching-1.dist-info" / "entry_points.txt", "[pydantic]\nwatching = watching:plugin\n")
    environment = {**os.environ, "PYTHONPATH": str(site)}
    words = [sys.executable, "-m", "honeyhost", *command]
    subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    assert not marker.exists()
    subprocess.run([sys.executable, "-c", LOOK], check=True, env=environment)
    assert not marker.exists()


def test_why_shows_wanted_found_places_and_the_smallest_change(mixed, honeyhost):
    done = honeyhost("why", "healthcare")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("healthcare 1.0.0 is rejected: 2 of ")
    assert lines[1].split() == ["✗", "host-too-old", "wanted", "host", ">=2.1", "found", "0.1.0"]
    assert lines[2].strip().startswith(f"{mixed.install}/plugins/healthcare/plugin.yaml:8:16 | ")
    assert lines[-1].startswith("smallest change: host 2.1 or newer")
    assert done.stderr == "next: honeyhost explain host-too-old\n"


def test_why_as_json_is_the_promised_shape(mixed, honeyhost):
    document = json.loads(honeyhost("why", "healthcare", "--json").stdout)
    assert list(document) == ["version", "name", "verdict", "checks", "smallest_change"]
    assert (document["name"], document["verdict"]) == ("healthcare", "rejected")
    assert {tuple(check) for check in document["checks"]} == {("rule", "passed", "fact", "source", "message")}
    assert document["smallest_change"].startswith("host 2.1 or newer")


def test_why_of_something_unreadable_tells_its_errors(mixed, honeyhost):
    done = honeyhost("why", "legacy-crm")
    assert done.returncode == 0
    assert done.stdout.startswith(f"legacy-crm is unreadable: 1 error\n  directory {mixed.install}/plugins/legacy-crm\nerror[")
    document = json.loads(honeyhost("why", "legacy-crm", "--json").stdout)
    assert document["verdict"] == "rejected"
    assert [(check["rule"], check["passed"]) for check in document["checks"]] == [("manifest", False)]


def test_a_misspelt_plugin_is_answered_with_the_one_that_was_meant(mixed, honeyhost):
    done = honeyhost("why", "healthcar")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error[unknown-plugin]: there is no plugin 'healthcar' on this host\nhelp: did you mean healthcare?\n"
    )
    failed = json.loads(honeyhost("why", "zzz", "--json").stdout)
    assert failed["version"] == 1
    assert failed["error"]["hint"] == "honeyhost list shows every plugin that was found"


def test_check_quotes_the_line_and_puts_a_caret_under_the_word(platform, honeyhost):
    root = platform.add("healthcare", {"routers": [{"router": ".backend.notes:ruter", "permission": "patient.raed"}]})
    done = honeyhost("check", str(root))
    assert done.returncode == 1
    assert "4 |" not in done.stdout.splitlines()[0]
    reference = next(number for number, line in enumerate(done.stdout.splitlines()) if "ruter" in line)
    lines = done.stdout.splitlines()[reference:]
    assert lines[0].startswith("error[")
    assert lines[1].startswith(f"  --> {root}/plugin.yaml:6:11   routers[0].router")
    assert lines[2] == "6 | - router: .backend.notes:ruter"
    assert lines[3] == "  |           ^^^^^^^^^^^^^^^^^^^^"
    assert done.stderr.splitlines()[-1].startswith("next: honeyhost explain ")
    assert done.stderr.splitlines()[0].startswith("healthcare: ")


def test_check_tells_all_errors_at_once_also_what_a_broken_manifest_points_at(platform, honeyhost):
    root = platform.add("healthcare", {"sort": "many", "dbt_workspace": "nowhere/"})
    codes = {
        problem["code"]: problem["path"]
        for problem in json.loads(honeyhost("check", str(root), "--json").stdout)["results"][0]["problems"]
    }
    assert "sort" in codes.values()
    assert any(path and path.startswith("dbt_workspace") for path in codes.values())


def test_check_is_satisfied_with_warnings_unless_strict(mixed, honeyhost):
    assert honeyhost("check", "notes").returncode == 0
    done = honeyhost("check", "notes", "--strict")
    assert done.returncode == 1
    assert done.stdout.startswith("warning[unknown-field]: ")
    assert "did you mean" in done.stdout
    assert done.stderr.splitlines()[0] == "notes: 1 warning"


def test_check_of_a_good_plugin_says_so_beside_an_empty_answer(mixed, honeyhost):
    done = honeyhost("check", "finance")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "finance: no problems\n")


def test_check_without_a_target_checks_everything_found(mixed, honeyhost):
    done = honeyhost("check", "--json")
    assert done.returncode == 1
    results = json.loads(done.stdout)["results"]
    assert [(result["target"], result["valid"]) for result in results] == [
        ("finance", True),
        ("healthcare", True),
        ("legacy-crm", False),
        ("notes", True),
    ]
    assert [sorted(result) for result in results[:1]] == [["name", "problems", "target", "valid"]]


def test_the_verdict_of_this_host_is_no_error_of_check_but_that_of_another_is_asked(mixed, honeyhost):
    assert honeyhost("check", "healthcare").returncode == 0
    done = honeyhost("check", "healthcare", "--host-version", "2.0")
    assert done.returncode == 1
    assert "error[host-too-old]: plugin 'healthcare' 1.0.0 needs host >=2.1, this host is 2.0" in done.stdout
    assert "8 | requires_host: '>=2.1'" in done.stdout
    assert "host-too-old" not in honeyhost("check", "healthcare", "--host-version", "2.1").stdout


def test_a_host_version_that_is_none_is_wrong_use(mixed, honeyhost):
    done = honeyhost("check", "--host-version", "latest")
    assert done.returncode == 2
    assert done.stderr == (
        "error[settings-invalid]: the host version 'latest' is not a version (PEP 440)\nhelp: it comes from: --host-version\n"
    )


def test_check_has_forms_for_editors_and_for_pull_requests(mixed, honeyhost):
    place = f"{mixed.install}/plugins/notes/plugin.yaml"
    concise = honeyhost("check", "notes", "--format", "concise")
    assert concise.stdout.startswith(f"{place}:8:1: warning[unknown-field]: ")
    assert concise.stderr == ""
    annotations = honeyhost("check", "notes", "--format", "github").stdout
    assert annotations.startswith(f"::warning title=unknown-field,file={place},line=8,col=1::")


def test_check_of_what_is_neither_path_nor_plugin_is_an_error_with_a_suggestion(mixed, honeyhost):
    done = honeyhost("check", "finanse")
    assert done.returncode == 1
    assert done.stdout == (
        "error[target-not-found]: 'finanse' is neither a path nor the name of a plugin\nhelp: did you mean 'finance'?\n"
    )


def test_what_lies_outside_the_plugin_is_never_quoted(platform, honeyhost, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("root:hunter2\n")
    root = platform.install / "plugins" / "healthcare"
    root.mkdir()
    (root / "plugin.yaml").symlink_to(secret)
    done = honeyhost("check", str(root))
    assert done.returncode == 1
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "command", [["list"], ["list", "--json"], ["check"], ["check", "--format", "github"], ["why", "evil", "-v"]]
)
def test_hostile_text_of_a_plugin_never_reaches_the_screen_as_it_is(platform, honeyhost, command):
    platform.add("evil", {"display_name": HOSTILE, f"odd\x1b[2J{chr(0x202E)}": "x", "requires_host": ">=99"})
    done = honeyhost(*command)
    for screen in (done.stdout, done.stderr):
        assert not set(screen) & set("\x1b\x07\u202e\u2066\x9b")


def test_hostile_text_is_whole_in_json(platform, honeyhost):
    platform.add("evil", {"display_name": "a\u202eb"})
    found = json.loads(honeyhost("list", "--json").stdout)
    shown = [*found["plugins"], *found["failures"]]
    assert "\u202e" in json.dumps(shown, ensure_ascii=False)


def test_config_shows_each_setting_with_its_source_and_masks_secrets(platform, honeyhost):
    environ = {"HONEYHOST_ADMIN_TOKEN": "hunter2hunter2", "HONEYHOST_HOST_VERSION": "1.9.4"}
    done = honeyhost("config", environ=environ)
    assert done.returncode == 0
    rows = [row.split() for row in done.stdout.splitlines()]
    assert rows[0] == ["SETTING", "FROM", "VALUE"]
    assert ["host_version", "HONEYHOST_HOST_VERSION", "1.9.4"] in rows
    assert ["trust", "default", "warn"] in rows
    document = honeyhost("config", "--json", environ=environ).stdout
    assert "hunter2" not in done.stdout + document
    settings = {setting["name"]: setting for setting in json.loads(document)["settings"]}
    assert settings["host_version"] == {"name": "host_version", "value": "1.9.4", "source": "HONEYHOST_HOST_VERSION"}


def test_a_setting_that_cannot_be_used_ends_every_command_with_two(platform, honeyhost):
    for command in ("list", "config", "check"):
        done = honeyhost(command, environ={"HONEYHOST_TRUST": "maybe"})
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error[settings-invalid]: ")
        assert "HONEYHOST_TRUST" in done.stderr


def test_schema_is_a_json_schema_in_lines_or_on_one(honeyhost):
    lines = honeyhost("schema").stdout
    assert json.loads(lines)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert lines.count("\n") > 100
    compact = honeyhost("schema", "--json").stdout
    assert compact.count("\n") == 1
    assert json.loads(compact) == json.loads(lines)


def test_names_of_plugins_are_completed(mixed, honeyhost):
    environ = {"_HONEYHOST_COMPLETE": "complete_bash", "COMP_WORDS": "honeyhost why h", "COMP_CWORD": "2"}
    assert honeyhost(environ=environ).stdout.split() == ["healthcare"]


def test_a_stream_in_ascii_gets_ascii(mixed, honeyhost):
    done = honeyhost("list", environ={"PYTHONIOENCODING": "ascii"})
    assert [row[:2] for row in done.stdout.splitlines()] == ["  ", "+ ", "x ", "? ", "+ "]


def test_accessible_output_has_no_glyphs(mixed, honeyhost):
    rows = honeyhost("list", "--accessible").stdout.splitlines()
    assert rows[0].startswith("PLUGIN")
    assert rows[1].split() == ["finance", "1.0.0", "accepted", "folder"]
