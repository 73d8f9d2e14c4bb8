from datetime import UTC, datetime

import pytest

from honeyhost.settings import Settings
from honeyhost.standing import Standing, read_standing
from honeyhost.store.audit import AuditTable
from honeyhost.store.database import Database
from honeyhost.store.deciders import Decision
from honeyhost.store.plugins import PluginTable
from honeyhost.store.protocol import PluginDefaults, PluginRecord
from honeyhost.survey import policy_of, survey

MOMENT = datetime(2026, 11, 22, 9, tzinfo=UTC)
QUARANTINE = {"phase": "load", "count": 3, "error": "RuntimeError: no such day", "at": MOMENT.isoformat()}


def standing(**record):
    return Standing(
        records={"fleet": PluginRecord(slug="fleet", **record)}, decisions={"fleet": Decision(actor="cli:ada", at=MOMENT)}
    )


def test_a_plugin_without_a_record_is_wanted():
    assert (Standing().wish("fleet"), Standing().reasons("fleet")) == ("accepted", [])
    assert standing().reasons("fleet") == []


def test_a_disabled_plugin_tells_who_disabled_it_and_when():
    found = standing(enabled=False, quarantine=QUARANTINE)
    assert found.wish("fleet") == "disabled"
    assert found.reasons("fleet") == [
        {
            "code": "disabled",
            "params": {"by": "cli:ada", "at": "2026-11-22T09:00:00+00:00"},
            "message": "plugin 'fleet' is disabled by cli:ada",
            "hint": "honeyhost enable fleet",
        }
    ]
    (unknown,) = Standing(records=found.records).reasons("fleet")
    assert (unknown["params"], unknown["message"]) == ({}, "plugin 'fleet' is disabled")


@pytest.mark.parametrize(("count", "times"), [(1, "once"), (3, "3 times")])
def test_a_quarantined_plugin_tells_how_often_it_stopped_the_host_and_where(count, times):
    found = standing(quarantine={**QUARANTINE, "count": count})
    assert found.wish("fleet") == "quarantined"
    (reason,) = found.reasons("fleet")
    assert reason["code"] == "quarantined"
    assert reason["params"]["error"] == "RuntimeError: no such day"
    assert reason["message"] == f"plugin 'fleet' stopped the host {times} in the phase load"
    assert reason["hint"] == "mend it, then honeyhost release fleet"


def filled(database):
    table = PluginTable(database)
    table.register([PluginDefaults(slug="fleet"), PluginDefaults(slug="finance")])
    with database.transaction():
        table.set_enabled("fleet", enabled=False)
        for actor, action in (("cli:ada", "plugin.disable"), ("cli:eve", "plugin.configure")):
            AuditTable(database, now=lambda: MOMENT).add(actor, action, "fleet")


def test_an_sqlite_file_is_read_with_who_decided_last(platform):
    assert read_standing(Settings.load()) == Standing()
    database = Database(f"sqlite:///{platform.data}/honeyhost.db")
    database.migrate()
    filled(database)
    found = read_standing(Settings.load())
    assert set(found.records) == {"fleet", "finance"}
    assert found.decisions == {"fleet": Decision(actor="cli:ada", at=MOMENT)}
    PluginTable(database).set_enabled("fleet", enabled=True)
    assert read_standing(Settings.load()).decisions == {}
    database.close()


def test_a_database_that_cannot_be_reached_is_not_known_and_nobody_is_asked(platform):
    settings = Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=2")
    found = read_standing(settings)
    assert not found.known
    assert policy_of(settings, found).consents is None


def test_a_plugin_that_asks_waits_until_its_request_is_answered(platform):
    platform.add("finance", {"host_permissions": [{"type": "config", "scope": ["mail"]}]})
    found = survey(Settings.load())
    (plugin,) = found.inventory.plugins
    assert [reason.code for reason in found.resolution.reasons_of(plugin)] == ["grant-missing"]
    database = Database(f"sqlite:///{platform.data}/honeyhost.db")
    database.migrate()
    PluginTable(database).upsert(PluginRecord(slug="finance", grants={"config:mail": {"by": "cli:ada"}}))
    assert survey(Settings.load()).resolution.rejected == ()
    database.close()
