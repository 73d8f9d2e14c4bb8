"""
The doctor over real platforms; each finding is caused, told, mended, and gone.
"""

from datetime import UTC, datetime, timedelta

import pytest

from honeyhost.applying import apply
from honeyhost.doctoring import examine
from honeyhost.doctoring.finding import Check
from honeyhost.settings import Settings
from honeyhost.store.instances import InstanceTable
from honeyhost.store.plugins import PluginTable
from honeyhost.store.records import InstanceReport, PluginRecord
from honeyhost.store.sql import text
from honeyhost.store.tokens import TokenTable
from honeyhost.wiring import open_database


def checks(name):
    return [check for check in examine(Settings.load()) if check.id == name]


def only(name):
    (check,) = checks(name)
    return check


@pytest.fixture
def applied(platform):
    platform.add("finance")
    apply(Settings.load())
    return platform


@pytest.fixture
def database(applied):
    return open_database(Settings.load().database_url)


def test_a_platform_in_order_has_nothing_to_mend(applied):
    found = examine(Settings.load())
    assert [check.id for check in found if check.status in ("warning", "error")] == []
    names = [check.id for check in found if check.status == "ok"]
    assert names == ["host", "data-folder", "extras", "database", "plugins", "snapshot", "frontend"]
    assert only("host").message.startswith("0.1.0 on Python 3.")
    assert only("database").message.startswith("sqlite, schema 00")
    assert only("instances").message == "no process reports"


def test_looking_changes_nothing(platform):
    platform.add("finance", files={"backend/notes.py": "raise RuntimeError('imported')"})
    before = sorted(platform.data.rglob("*"))
    assert only("snapshot").repair == "apply"
    assert only("database").message == "sqlite, no tables yet; honeyhost apply makes them"
    assert sorted(platform.data.rglob("*")) == before


def test_an_empty_platform_is_told_where_folders_would_be(platform):
    (platform.install / "plugins").rmdir()
    assert only("plugin-folders").status == "info"
    assert checks("snapshot") == []


def test_a_folder_that_cannot_be_written(platform, monkeypatch):
    platform.write(platform.install / "file", "no folder")
    monkeypatch.setenv("HONEYHOST_DATA_DIR", str(platform.install / "file" / "data"))
    check = only("data-folder")
    assert (check.status, check.message) == ("error", f"{platform.install}/file/data cannot be written")


def test_a_library_that_is_missing_is_told_with_the_line_that_installs_it(platform, monkeypatch):
    monkeypatch.setattr("honeyhost.doctoring.ground.find_spec", lambda name: None if name == "fastapi" else object())
    assert (only("extras").message, only("extras").fix) == (
        "the extras web are not installed",
        "pip install 'honeyhost[web]'",
    )
    monkeypatch.setenv("HONEYHOST_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=2")
    monkeypatch.setattr("honeyhost.doctoring.ground.find_spec", lambda name: None if name == "psycopg" else object())
    assert only("extras").fix == "pip install 'honeyhost[postgres]'"


def test_a_database_that_does_not_answer_shows_no_password(platform, monkeypatch):
    url = "postgresql+psycopg://nobody:hunter2@127.0.0.1:1/none?connect_timeout=2"
    monkeypatch.setenv("HONEYHOST_DATABASE_URL", url)
    found = examine(Settings.load())
    (check,) = [check for check in found if check.id == "database"]
    assert check.status == "error"
    assert check.fix == "see the setting database_url, and whether the server runs"
    assert "hunter2" not in repr(found)


def test_a_damaged_database(applied):
    file = applied.data / "honeyhost.db"
    open_database(Settings.load().database_url).close()
    data = bytearray(file.read_bytes())
    data[4096:8192] = b"\xff" * 4096
    file.write_bytes(bytes(data))
    file.with_name(f"{file.name}-wal").unlink(missing_ok=True)
    assert only("database").status == "error"


@pytest.mark.parametrize(("revision", "status", "repair"), [("0001", "warning", "migrate"), ("9999", "error", None)])
def test_tables_of_another_version(database, revision, status, repair):
    with database.transaction() as connection:
        connection.execute(text("UPDATE hh_alembic SET version_num = :revision"), {"revision": revision})
    check = only("database")
    assert (check.status, check.repair) == (status, repair)
    assert revision in check.message


def test_a_database_that_may_not_be_written(database, monkeypatch):
    monkeypatch.setattr("honeyhost.store.soundness.os.access", lambda *_: False)
    assert only("database").message.endswith("honeyhost.db cannot be written")


def test_what_is_wrong_with_plugins_is_told_with_the_command_that_says_more(platform):
    platform.add("healthcare", {"requires_host": ">=9"})
    platform.add("reports", {"host_permissions": [{"type": "config", "scope": ["mail"]}]})
    platform.add("notes")
    platform.add("notes", customer=True)
    platform.write(platform.install / "plugins" / "legacy-crm" / "plugin.yaml", "name: [1\n")
    assert (only("rejected").message, only("rejected").fix) == ("healthcare is rejected", "honeyhost why healthcare")
    assert only("grants").fix == "honeyhost grant reports"
    assert only("unreadable").fix == "honeyhost check legacy-crm"
    assert (only("finding").status, only("finding").fix) == ("warning", only("finding").fix)
    assert checks("plugins") == []


def test_a_plugin_that_could_not_be_applied(platform):
    platform.add("finance", files={"backend/notes.py": "raise RuntimeError('no licence')"})
    apply(Settings.load())
    assert only("attach").status == "error"
    assert only("attach").message.endswith("RuntimeError: no licence")
    assert (only("attach").fix, only("attach").repair) == ("mend finance, then honeyhost apply", None)
    assert checks("plugins") == []
    assert (only("snapshot").status, only("frontend").status) == ("ok", "ok")


def test_many_names_are_counted(platform):
    for number in range(7):
        platform.add(f"p{number}", {"requires_host": ">=9"})
    assert only("rejected").message == "p0, p1, p2, p3, p4 and 2 more are rejected"


def test_a_quarantined_plugin_is_an_error(database):
    quarantine = {"phase": "init", "count": 2, "error": "hung", "at": "2026-11-25T10:00:00+00:00"}
    record = PluginTable(database).get("finance")
    PluginTable(database).upsert(PluginRecord(slug="finance", quarantine=quarantine, revision=record.revision))
    check = only("quarantine")
    assert check.message == "plugin 'finance' stopped the host 2 times in the phase init, and is left out"
    assert (check.status, check.fix) == ("error", "mend it, then honeyhost release finance")


def test_a_change_since_the_last_apply(applied):
    applied.add("notes")
    assert (only("snapshot").status, only("snapshot").repair) == ("warning", "apply")
    apply(Settings.load())
    assert only("snapshot").status == "ok"


def test_a_generated_file_that_somebody_changed(applied):
    file = Settings.load().frontend_manifest
    file.write_text(file.read_text() + "// mine\n")
    assert (only("frontend").status, only("frontend").repair) == ("error", "apply")
    file.unlink()
    assert only("frontend").status == "error"
    apply(Settings.load())
    assert only("frontend").status == "ok"


def test_trust_that_is_off_is_worth_knowing(platform, monkeypatch):
    monkeypatch.setenv("HONEYHOST_TRUST", "off")
    assert only("trust").status == "info"


def test_node_is_worth_knowing(platform, monkeypatch):
    monkeypatch.setattr("honeyhost.doctoring.ground.shutil.which", lambda _: None)
    assert only("node").status == "info"
    monkeypatch.setattr("honeyhost.doctoring.ground.shutil.which", lambda _: "/usr/bin/node")
    assert checks("node") == []


def report(name, database, *, age=0, revision=None, plugins=None, snapshot=None):
    now = datetime.now(UTC)
    InstanceTable(database).report(
        InstanceReport(
            id=name,
            node="web",
            pid=1,
            started_at=now - timedelta(hours=1),
            seen_at=now - timedelta(seconds=age),
            host_version="0.1.0",
            python="3.11.7",
            revision=database.revision() if revision is None else revision,
            snapshot=snapshot,
            plugins=plugins or {},
        )
    )


def digest():
    return only("snapshot").message.partition(" ")[0]


def test_processes_that_are_behind_or_gone_or_have_a_failed_plugin(database):
    failed = {"finance": {"version": "1.0.0", "state": "failed", "error": "no such day"}}
    report("web-1", database, plugins=failed)
    report("web-2", database, revision=0)
    report("web-3", database, age=100)
    messages = [check.message for check in checks("instances")]
    assert f"web-1 runs what was not applied, wanted {digest()}" in messages
    assert (
        f"web-2 has taken up revision 0, wanted {database.revision()} and runs what was not applied, wanted {digest()}"
        in messages
    )
    assert messages[-1].startswith("web-3 was last heard of at 20")
    assert only("failed").message == "finance failed on 1 of 2: no such day"
    assert only("failed").status == "error"


def test_a_token_that_ends_soon(database):
    soon = datetime.now(UTC) + timedelta(days=2)
    issued = TokenTable(database).create("ci", scopes=["plugins.read"], expires_at=soon)
    TokenTable(database).create("later", expires_at=soon + timedelta(days=30))
    assert only("tokens").fix == "honeyhost token create ci"
    assert issued.record.id in only("tokens").message


def test_a_warning_without_a_way_out_is_a_bug():
    with pytest.raises(AssertionError):
        Check(id="host", status="warning", message="odd")


def test_the_shape_for_programs(platform):
    assert list(only("host").to_json()) == ["id", "status", "message", "fix"]


def test_the_unreachable_database_of_a_library_that_is_missing_is_told_once(platform, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("honeyhost.doctoring.ground.import_module", missing)
    monkeypatch.setattr("honeyhost.doctoring.running.import_module", missing)
    assert checks("database") == checks("instances") == []
