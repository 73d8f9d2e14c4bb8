"""
The verbs in this process; tests/functional starts them as a shell does.
"""

import json
import os
import pwd
from dataclasses import replace

import pytest

from honeyhost.cli.changing import record_json
from honeyhost.cli.keyboard import actor
from honeyhost.cli.taking_up import taken_up
from honeyhost.store.records import PluginRecord
from honeyhost.store.stores import Stores

SCHEMA = {
    "type": "object",
    "properties": {
        "from": {"type": "string", "format": "email"},
        "key": {"type": "string", "writeOnly": True},
        "smtp": {"type": "object", "properties": {"port": {"type": "integer"}}},
    },
    "additionalProperties": False,
}
NOBODY = "no process reports; it holds from the next start on\n"
ME = f"cli:{pwd.getpwuid(os.getuid()).pw_name}"


@pytest.fixture
def finance(platform):
    platform.add("finance")
    return platform


@pytest.fixture
def newsletter(platform):
    platform.add("newsletter", {"config_schema": "config.json"}, files={"config.json": json.dumps(SCHEMA)})
    return platform


def test_a_plugin_that_was_never_applied_is_disabled_and_enabled(finance, plugins, said):
    assert said("disable", "finance") == (0, "○ finance is disabled\n", NOBODY)
    assert plugins.get("finance").enabled is False
    assert said("disable", "finance") == (0, "○ finance is disabled already\n", "")
    assert said("enable", "finance") == (0, "✓ finance is enabled\n", NOBODY)
    assert said("enable", "finance") == (0, "✓ finance is enabled already\n", "")
    assert plugins.get("finance").enabled is True
    assert plugins.get("finance").version == "1.0.0"


def test_enabling_the_first_time_makes_the_record(finance, plugins, said):
    assert said("enable", "finance") == (0, "✓ finance is enabled\n", NOBODY)
    assert plugins.get("finance").enabled is True


def test_for_programs_the_record_is_told_and_whether_it_changed(finance, plugins, said):
    code, out, err = said("disable", "finance", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert list(document) == ["version", "plugin", "changed", "processes"]
    assert document["plugin"] == record_json(plugins.get("finance"))
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


def test_a_record_whose_plugin_is_gone_can_still_be_switched_and_meant(plugins, said):
    plugins.upsert(PluginRecord(slug="ledger"))
    assert said("disable", "ledger") == (0, "○ ledger is disabled\n", NOBODY)
    assert said("disable", "ledgr")[2].endswith("help: did you mean ledger?\n")


def test_a_plugin_that_cannot_be_read_has_no_record_to_switch(platform, said):
    platform.write(platform.install / "plugins" / "legacy-crm" / "plugin.yaml", "name: [1\n")
    code, out, err = said("disable", "legacy-crm")
    assert (code, out) == (2, "")
    assert err.startswith("error[unknown-plugin]: ")


def test_a_reload_is_asked_for(finance, plugins, said):
    assert said("reload", "finance") == (0, "✓ finance is loaded anew by every running host\n", NOBODY)
    said("reload", "finance", "--json")
    assert plugins.get("finance").reloads == 2


def test_a_quarantined_plugin_is_listed_explained_and_released(finance, plugins, said):
    said("enable", "finance")
    facts = {"phase": "load", "count": 3, "error": "no such day", "at": "2026-11-25T10:00:00+00:00"}
    plugins.upsert(replace(plugins.get("finance"), quarantine=facts))
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
    assert said("release", "finance") == (0, "✓ finance is released\n", NOBODY)
    assert said("release", "finance") == (0, "✓ finance was not quarantined\n", "")
    said("disable", "finance")
    assert said("release", "finance")[2] == "next: honeyhost enable finance\n"
    assert plugins.get("finance").quarantine is None


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


def test_a_configuration_is_merged_and_shown_without_its_secrets(newsletter, plugins, said):
    assert said("configure", "newsletter") == (0, "", "nothing is configured\n")
    code, out, err = said("configure", "newsletter", "from=news@acme.example", "key=hunter2", "smtp.port=25")
    assert (code, err) == (0, NOBODY)
    assert out.splitlines() == [
        "✓ newsletter is configured",
        "KEY        VALUE",
        "from       news@acme.example",
        "key        ********",
        "smtp.port  25",
    ]
    assert plugins.get("newsletter").config == {"from": "news@acme.example", "key": "hunter2", "smtp": {"port": 25}}
    said("configure", "newsletter", "smtp.port=26", "--unset", "from")
    assert plugins.get("newsletter").config == {"key": "hunter2", "smtp": {"port": 26}}
    assert said("configure", "newsletter", "smtp.port=26")[1].startswith("✓ newsletter is configured so already\n")
    assert said("configure", "newsletter")[1].splitlines() == ["KEY        VALUE", "key        ********", "smtp.port  26"]


def test_a_configuration_that_the_schema_refuses_is_told_without_its_values(newsletter, plugins, said):
    code, out, err = said("configure", "newsletter", "smtp.port=hunter2", "odd=hunter3")
    assert (code, out) == (1, "")
    assert "error[config-invalid]: plugin 'newsletter' cannot be configured so: " in err
    assert "smtp.port" in err
    assert "hunter" not in err
    assert plugins.get("newsletter") is None or plugins.get("newsletter").config == {}


def test_a_configuration_as_json_answers_in_json(newsletter, plugins, said, monkeypatch):
    code, out, err = said("configure", "newsletter", "--json", '{"key": "hunter2"}')
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert (document["plugin"]["config"], document["changed"]) == ({"key": "********"}, True)
    assert json.loads(said("configure", "newsletter", "--json", '{"key": "********"}')[1])["changed"] is False
    assert plugins.get("newsletter").config == {"key": "hunter2"}
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


class TestTakingUp:
    """
    The processes that serve are told of beside the answer.
    """

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch):
        monkeypatch.setattr("honeyhost.cli.changing.PATIENCE", 0.0)

    def test_processes_that_have_taken_it_up_are_counted(self, finance, report, said):
        report("web-1", behind=-9)
        report("web-2", behind=-9)
        assert said("disable", "finance") == (0, "○ finance is disabled\n", "taken up by 2 of 2 processes\n")
        assert said("disable", "finance")[2] == ""
        assert json.loads(said("enable", "finance", "--json")[1])["processes"] == {"serving": 2, "current": 2}
        assert said("configure", "finance", "a=1")[2] == "taken up by 2 of 2 processes\n"

    def test_whoever_is_late_is_no_failure_and_whoever_is_gone_is_not_counted(self, finance, report, said):
        report("web-1")
        report("web-2", behind=-9)
        report("web-3", age=120)
        assert said("disable", "finance") == (
            0,
            "○ finance is disabled\n",
            "taken up by 1 of 2 processes so far\nnext: honeyhost status\n",
        )

    def test_a_reload_is_only_heard_of_so_far(self, finance, report, said):
        report("web-1", behind=-9)
        assert said("reload", "finance")[2] == "heard by 1 of 1 process\nnext: honeyhost status\n"

    def test_a_plugin_that_is_enabled_and_fails_says_so(self, finance, report, said):
        said("disable", "finance")
        report("web-1", behind=-9, plugins={"finance": {"version": "1.0.0", "state": "failed", "error": "no licence"}})
        assert said("enable", "finance")[2] == (
            "taken up by 1 of 1 process\nwarning: it failed on 1 of 1: no licence\nnext: honeyhost doctor\n"
        )
        said("disable", "finance")
        assert said("enable", "finance", "--json")[2] == ""


def test_reports_are_waited_for_until_all_have_taken_it_up(database, report):
    report("web-1")
    wanted = database.revision() + 1
    rests = []

    def sleep(seconds):
        rests.append(seconds)
        if len(rests) == 3:
            report("web-1", behind=-1)

    found = taken_up(Stores(database), wanted, seconds=2.0, clock=lambda: 0.0, sleep=sleep)
    assert found.to_json() == {"serving": 1, "current": 1}
    assert len(rests) == 3


def test_nobody_is_waited_for_longer_than_it_may_take(database, report):
    report("web-1")
    moments = iter(range(9))
    found = taken_up(Stores(database), database.revision() + 1, seconds=2.0, clock=lambda: next(moments), sleep=lambda _: None)
    assert found.to_json() == {"serving": 1, "current": 0}
    assert next(moments) == 3


def test_an_empty_value_is_seen(newsletter, said):
    assert said("configure", "newsletter", "key=")[1].splitlines()[-1] == 'key  ""'


class TestWithoutTheStore:
    """
    What only looks goes on without the database, and says what it cannot know; what shows decisions does not guess.
    """

    @pytest.fixture(autouse=True)
    def unreachable(self, finance, said, monkeypatch):
        said("apply")
        monkeypatch.setenv("HONEYHOST_DATABASE_URL", "postgresql+psycopg://ada:hunter2@127.0.0.1:9/nothing")

    def test_the_list_and_the_verdict_warn(self, said):
        code, out, err = said("list")
        assert (code, out.splitlines()[1].split()[:4]) == (0, ["✓", "finance", "1.0.0", "accepted"])
        assert err.startswith("warning[store-unavailable]: what operators have decided is not known: the database ")
        assert err.endswith("\nnext: honeyhost doctor\n")
        (finding,) = json.loads(said("list", "--json")[1])["findings"]
        assert (finding["severity"], finding["code"]) == ("warning", "store-unavailable")
        code, _, err = said("why", "finance")
        assert code == 0
        assert err.startswith("warning[store-unavailable]: what operators have decided is not known")

    @pytest.mark.parametrize("words", [["configure", "finance"], ["grant", "finance"], ["disable", "finance"], ["status"]])
    def test_the_others_could_not_run(self, said, words):
        code, out, err = said(*words)
        assert (code, out) == (2, "")
        assert err.startswith("error[store-unavailable]: ")
        assert "hunter2" not in err
