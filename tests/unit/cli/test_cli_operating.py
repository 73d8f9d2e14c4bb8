"""
The verbs in this process; tests/functional starts them as a shell does.
"""

import json
import os
import pwd

import pytest

from honeyhost.cli.app import run
from honeyhost.cli.changing import record_json
from honeyhost.cli.keyboard import actor
from honeyhost.settings import Settings
from honeyhost.store.plugins import PluginTable
from honeyhost.store.records import PluginRecord
from honeyhost.wiring import open_database

SCHEMA = {
    "type": "object",
    "properties": {
        "from": {"type": "string", "format": "email"},
        "key": {"type": "string", "writeOnly": True},
        "smtp": {"type": "object", "properties": {"port": {"type": "integer"}}},
    },
    "additionalProperties": False,
}
ME = f"cli:{pwd.getpwuid(os.getuid()).pw_name}"


@pytest.fixture
def said(capsys):
    """
    Runs a command; the exit code and both streams.
    """

    def command(*words):
        code = run(words)
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def finance(platform):
    platform.add("finance")
    return platform


@pytest.fixture
def newsletter(platform):
    platform.add("newsletter", {"config_schema": "config.json"}, files={"config.json": json.dumps(SCHEMA)})
    return platform


def record(slug):
    return PluginTable(open_database(Settings.load().database_url)).get(slug)


def quarantine(slug):
    table = PluginTable(open_database(Settings.load().database_url))
    facts = {"phase": "load", "count": 3, "error": "no such day", "at": "2026-11-25T10:00:00+00:00"}
    table.upsert(PluginRecord(slug=slug, quarantine=facts, revision=table.get(slug).revision))


def test_a_plugin_that_was_never_applied_is_disabled_and_enabled(finance, said):
    assert said("disable", "finance") == (0, "○ finance is disabled\n", "")
    assert record("finance").enabled is False
    assert said("disable", "finance") == (0, "○ finance is disabled already\n", "")
    assert said("enable", "finance") == (0, "✓ finance is enabled\n", "")
    assert said("enable", "finance") == (0, "✓ finance is enabled already\n", "")
    assert record("finance").enabled is True
    assert record("finance").version == "1.0.0"


def test_enabling_the_first_time_makes_the_record(finance, said):
    assert said("enable", "finance") == (0, "✓ finance is enabled\n", "")
    assert record("finance").enabled is True


def test_for_programs_the_record_is_told_and_whether_it_changed(finance, said):
    code, out, err = said("disable", "finance", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert list(document) == ["version", "plugin", "changed"]
    assert document["plugin"] == record_json(record("finance"))
    assert (document["plugin"]["enabled"], document["changed"]) == (False, True)
    assert json.loads(said("disable", "finance", "--json")[1])["changed"] is False


def test_no_verb_shows_a_configuration(finance, said):
    assert said("configure", "finance", "greeting=hello")[0] == 0
    assert "hello" not in said("enable", "finance", "--json")[1]


@pytest.mark.parametrize("command", ["enable", "disable", "reload", "release"])
def test_a_plugin_that_is_not_there_is_told_with_the_one_that_was_meant(finance, said, command):
    assert said(command, "finanse") == (
        2,
        "",
        "error[unknown-plugin]: there is no plugin 'finanse' on this host\nhelp: did you mean finance?\n",
    )
    assert json.loads(said(command, "zzz", "--json")[1])["error"]["code"] == "unknown-plugin"


def test_a_record_whose_plugin_is_gone_can_still_be_switched_and_meant(platform, said):
    table = PluginTable(open_database(Settings.load().database_url))
    table.upsert(PluginRecord(slug="ledger"))
    assert said("disable", "ledger") == (0, "○ ledger is disabled\n", "")
    assert said("disable", "ledgr")[2].endswith("help: did you mean ledger?\n")


def test_a_plugin_that_cannot_be_read_has_no_record_to_switch(platform, said):
    platform.write(platform.install / "plugins" / "legacy-crm" / "plugin.yaml", "name: [1\n")
    code, out, err = said("disable", "legacy-crm")
    assert (code, out) == (2, "")
    assert err.startswith("error[unknown-plugin]: ")


def test_a_reload_is_asked_for(finance, said):
    assert said("reload", "finance") == (0, "✓ finance is loaded anew by every running host\n", "next: honeyhost status\n")
    said("reload", "finance", "--json")
    assert record("finance").reloads == 2


def test_a_quarantined_plugin_is_listed_explained_and_released(finance, said):
    said("enable", "finance")
    quarantine("finance")
    assert said("enable", "finance") == (0, "✓ finance is enabled already\n", "next: honeyhost release finance\n")
    _, out, err = said("list")
    assert out.splitlines()[1] == (
        "! finance  1.0.0    quarantined  folder  stopped the host 3 times in the phase load: no such day"
    )
    assert err == "1 found: 1 quarantined\nnext: honeyhost why finance\n"
    (entry,) = json.loads(said("list", "--json")[1])["plugins"]
    assert (entry["state"], [reason["code"] for reason in entry["reasons"]]) == ("quarantined", ["quarantined"])
    _, out, err = said("why", "finance")
    assert out.startswith(
        "finance 1.0.0 is accepted, and quarantined: stopped the host 3 times in the phase load: no such day\n"
    )
    assert err == "next: honeyhost release finance\n"
    assert said("release", "finance") == (0, "✓ finance is released\n", "")
    assert said("release", "finance") == (0, "✓ finance was not quarantined\n", "")
    assert record("finance").quarantine is None


def test_who_disabled_a_plugin_stands_in_the_list(finance, said):
    said("disable", "finance")
    assert f"○ finance  1.0.0    disabled  folder  by {ME}, 20" in said("list")[1]
    assert said("why", "finance")[1].startswith(f"finance 1.0.0 is accepted, and disabled by {ME}, 20")
    (entry,) = json.loads(said("list", "--json")[1])["plugins"]
    assert entry["reasons"][0]["params"]["by"] == ME


def test_the_recorded_listing_says_the_same(finance, said):
    said("apply")
    said("disable", "finance")
    (entry,) = json.loads(said("list", "--json")[1])["plugins"]
    assert (entry["state"], entry["reasons"][0]["code"]) == ("disabled", "disabled")
    said("enable", "finance")
    (entry,) = json.loads(said("list", "--json")[1])["plugins"]
    assert (entry["state"], entry["reasons"]) == ("accepted", [])


def test_a_configuration_is_merged_and_shown_without_its_secrets(newsletter, said):
    assert said("configure", "newsletter") == (0, "", "nothing is configured\n")
    code, out, err = said("configure", "newsletter", "from=news@acme.example", "key=hunter2", "smtp.port=25")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "✓ newsletter is configured",
        "KEY        VALUE",
        "from       news@acme.example",
        "key        ********",
        "smtp.port  25",
    ]
    assert record("newsletter").config == {"from": "news@acme.example", "key": "hunter2", "smtp": {"port": 25}}
    said("configure", "newsletter", "smtp.port=26", "--unset", "from")
    assert record("newsletter").config == {"key": "hunter2", "smtp": {"port": 26}}
    assert said("configure", "newsletter", "smtp.port=26")[1].startswith("✓ newsletter is configured so already\n")
    assert said("configure", "newsletter")[1].splitlines() == ["KEY        VALUE", "key        ********", "smtp.port  26"]


def test_a_configuration_that_the_schema_refuses_is_told_without_its_values(newsletter, said):
    code, out, err = said("configure", "newsletter", "smtp.port=hunter2", "odd=hunter3")
    assert (code, out) == (1, "")
    assert "error[config-invalid]: plugin 'newsletter' cannot be configured so: " in err
    assert "smtp.port" in err
    assert "hunter" not in err
    assert record("newsletter") is None or record("newsletter").config == {}


def test_a_configuration_as_json_answers_in_json(newsletter, said, monkeypatch):
    code, out, err = said("configure", "newsletter", "--json", '{"key": "hunter2"}')
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert (document["plugin"]["config"], document["changed"]) == ({"key": "********"}, True)
    assert json.loads(said("configure", "newsletter", "--json", '{"key": "********"}')[1])["changed"] is False
    assert record("newsletter").config == {"key": "hunter2"}
    assert json.loads(said("configure", "newsletter", "--json", "{}")[1])["plugin"]["config"] == {"key": "********"}
    read, write = os.pipe()
    os.write(write, b'{"key": null}')
    os.close(write)
    with os.fdopen(read) as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert json.loads(said("configure", "newsletter", "--json", "-")[1])["plugin"]["config"] == {}


def test_wrong_configurations_are_wrong_use(newsletter, said):
    assert said("configure", "newsletter", "from")[0] == 2
    code, out, _ = said("configure", "newsletter", "a=1", "--json", "{}")
    assert (code, json.loads(out)["error"]["message"]) == (2, "both --json and assignments are given")
    assert json.loads(said("configure", "newsletter", "--json", "[]")[1])["error"]["code"] == "wrong-use"


def test_a_configuration_whose_schema_cannot_be_read_stays_unseen(newsletter, said):
    said("configure", "newsletter", "key=hunter2")
    (newsletter.install / "plugins" / "newsletter" / "config.json").unlink()
    code, out, err = said("configure", "newsletter")
    assert (code, out) == (1, "")
    assert "hunter2" not in err
    assert json.loads(said("state", "export")[1])["version"] == 1
    assert "hunter2" not in said("state", "export")[1]


def test_the_person_at_the_keyboard_is_the_one_that_the_system_knows(monkeypatch):
    monkeypatch.setenv("LOGNAME", "somebody-else")
    monkeypatch.setenv("USER", "somebody-else")
    assert actor() == ME
    monkeypatch.setattr("os.getuid", lambda: 4242424)
    assert actor() == "cli:4242424"
