"""
plan and apply on a platform with real plugins.
"""

import json
import re
import subprocess
import sys

import pytest

BROKEN = "raise RuntimeError('no such day')\n"


@pytest.fixture
def furnished(platform):
    platform.add("finance")
    return platform


def test_plan_shows_each_change_and_the_digest_that_apply_takes(furnished, honeyhost):
    done = honeyhost("plan")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "+ finance 1.0.0"
    assert "    + permission  finance.read" in lines
    assert "    + route       GET /api/plugins/finance/notes   finance.read" in lines
    assert all(line.startswith("    + ") for line in lines[1:-1])
    total = re.fullmatch(r"plan: (\d+) add, 0 change, 0 remove   digest sha256:([0-9a-f]{8})", lines[-1])
    assert int(total[1]) == len(lines) - 2
    assert done.stderr == f"importing finance\nnext: honeyhost apply --digest {total[2]}\n"
    assert honeyhost("apply", "--digest", total[2]).returncode == 0


def test_plan_as_json_is_the_promised_shape_and_nothing_else_is_said(furnished, honeyhost):
    done = honeyhost("plan", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert list(document) == ["version", "digest", "changes", "failures"]
    assert re.fullmatch("sha256:[0-9a-f]{64}", document["digest"])
    assert {tuple(change) for change in document["changes"]} == {("action", "kind", "plugin", "summary", "details")}


def test_plan_changes_nothing(furnished, honeyhost):
    before = sorted(furnished.data.rglob("*"))
    honeyhost("plan")
    assert sorted(furnished.data.rglob("*")) == before


def test_check_is_one_as_long_as_something_would_change(furnished, honeyhost):
    assert honeyhost("plan", "--check").returncode == 1
    assert honeyhost("apply", "--check").returncode == 1
    assert not (furnished.data / "honeyhost.db").exists()
    assert honeyhost("apply").returncode == 0
    assert honeyhost("plan", "--check").returncode == 0
    done = honeyhost("apply", "--check")
    assert done.returncode == 0
    assert re.fullmatch(r"plan: nothing to change   digest sha256:[0-9a-f]{8}\n", done.stdout)
    assert done.stderr == "  1 plugin unchanged (--all lists them)\n"


def test_all_lists_the_unchanged_plugins(furnished, honeyhost):
    honeyhost("apply")
    assert honeyhost("plan", "--all").stdout.splitlines()[0] == "  finance 1.0.0  unchanged"


def test_detail_shows_the_fields(furnished, honeyhost):
    lines = honeyhost("plan", "--detail").stdout.splitlines()
    assert lines[lines.index("    + plugin      finance 1.0.0") + 1] == "        version: 1.0.0"


def test_apply_tells_what_was_attached_and_written(furnished, honeyhost):
    done = honeyhost("apply")
    assert done.returncode == 0
    first, wrote, total = done.stdout.splitlines()
    assert re.fullmatch(r"✓ finance  attached  \d+ contributions   imported in \d+ ms", first)
    assert wrote.startswith("wrote 1 permission, ")
    assert "pluginsManifest.ts" in wrote
    assert re.fullmatch(r"applied 1 of 1 plugins in [\d.]+ m?s   snapshot sha256:[0-9a-f]{8}", total)
    assert done.stderr == "importing finance\n"


def test_apply_as_json_tells_the_same(furnished, honeyhost):
    done = honeyhost("apply", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert list(document) == ["version", "digest", "changes", "attached", "failures", "written", "snapshot", "seconds"]
    assert document["attached"][0]["plugin"] == "finance"
    assert document["failures"] == []


def test_apply_refuses_another_digest_and_shows_the_plan_of_now(furnished, honeyhost):
    done = honeyhost("apply", "--digest", "0123456789")
    assert done.returncode == 1
    assert done.stdout.startswith("+ finance 1.0.0\n")
    assert done.stderr.splitlines()[-2].startswith("error[plan-changed]: ")
    assert done.stderr.splitlines()[-1].startswith("help: ")
    failed = json.loads(honeyhost("apply", "--digest", "0123456789", "--json").stdout)
    assert failed["error"]["code"] == "plan-changed"


def test_a_plugin_that_fails_is_told_and_left_out_and_the_others_go_on(furnished, honeyhost):
    furnished.add("reports", files={"backend/notes.py": BROKEN})
    planned = honeyhost("plan")
    assert planned.returncode == 0
    assert "✗ reports 1.0.0 cannot be attached: " in planned.stdout
    done = honeyhost("apply")
    assert done.returncode == 1
    rows = done.stdout.splitlines()
    assert rows[0].startswith("✓ finance  attached")
    assert rows[1].startswith("✗ reports  rolled back  ")
    assert "no such day" in rows[1]
    assert rows[-1].startswith("applied 1 of 2 plugins in ")
    assert done.stderr.splitlines()[-1].startswith("next: honeyhost explain ")
    assert json.loads(honeyhost("apply", "--json").stdout)["failures"][0]["plugin"] == "reports"


def test_a_rejected_plugin_is_no_failure(furnished, honeyhost):
    furnished.add("healthcare", {"requires_host": ">=9"})
    assert honeyhost("plan").returncode == 0
    assert honeyhost("apply").returncode == 0


def test_what_goes_and_what_changes_its_version_is_told_as_such(furnished, honeyhost):
    furnished.add("notes")
    honeyhost("apply")
    furnished.add("finance", {"version": "1.1.0"})
    (furnished.install / "plugins" / "notes" / "plugin.yaml").unlink()
    lines = honeyhost("plan").stdout.splitlines()
    assert lines[0] == "~ finance 1.0.0 -> 1.1.0"
    assert "- notes 1.0.0" in lines


@pytest.mark.parametrize("command", [["plan"], ["apply"], ["plan", "--json"]])
def test_without_the_extras_the_line_that_installs_them_is_told(furnished, command):
    code = "import sys; sys.modules['sqlalchemy'] = None\nfrom honeyhost.__main__ import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    said = done.stdout if "--json" in command else done.stderr
    assert "pip install 'honeyhost[store]'" in said
    assert "missing-extra" in said
    assert "Traceback" not in done.stderr
