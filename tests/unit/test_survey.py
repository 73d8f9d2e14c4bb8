import json

import pytest

from honeyhost.settings import Settings
from honeyhost.store.database import Database
from honeyhost.store.plugins import PluginTable
from honeyhost.store.protocol import PluginDefaults
from honeyhost.survey import survey


@pytest.fixture
def found(platform):
    platform.add("finance", {"display_name": {"en": "Finance", "ar": "المالية"}, "tested_up_to": "0.0"})
    platform.add("healthcare", {"requires_host": ">=9"})
    platform.write(platform.install / "plugins" / "broken" / "plugin.yaml", "[")
    return survey(Settings.load())


def named(found, slug):
    (plugin,) = found.inventory.named(slug)
    return plugin


def test_without_a_store_every_accepted_plugin_is_wanted(found):
    assert (found.standing.known, found.standing.records) == (True, {})
    assert found.state_of(named(found, "finance")) == "accepted"


def test_a_rejected_plugin_is_rejected_whatever_is_wished(found, platform):
    database = Database(f"sqlite:///{platform.data}/honeyhost.db")
    database.migrate()
    table = PluginTable(database)
    table.register([PluginDefaults(slug="finance"), PluginDefaults(slug="healthcare")])
    table.set_enabled("finance", enabled=False)
    table.set_enabled("healthcare", enabled=False)
    database.close()
    again = survey(Settings.load())
    assert again.state_of(named(again, "finance")) == "disabled"
    assert again.state_of(named(again, "healthcare")) == "rejected"


def test_problems_are_those_of_the_manifest_and_the_warnings_of_the_resolver(found):
    assert [problem.code for problem in found.problems_of(named(found, "finance"))] == ["tested-up-to"]


def test_the_profile_says_where_the_host_version_came_from(platform, monkeypatch):
    monkeypatch.setenv("HONEYHOST_HOST_VERSION", "1.9.4")
    profile = survey(Settings.load()).profile
    assert (profile.host_version, profile.host_version_source) == ("1.9.4", "HONEYHOST_HOST_VERSION")


def test_the_document_holds_everything_found_and_is_json(found, platform):
    document = json.loads(json.dumps(found.to_json()))
    finance, healthcare = document["plugins"]
    assert document["version"] == 1
    assert finance["display_name"] == "Finance"
    assert finance["origin"]["location"] == str(platform.install / "plugins" / "finance")
    assert [problem["code"] for problem in finance["problems"]] == ["tested-up-to"]
    assert [reason["code"] for reason in healthcare["reasons"]] == ["host-too-old"]
    assert [failure["name"] for failure in document["failures"]] == ["broken"]
    assert document["findings"] == []
