"""
Changes of plugins' records: each is one transaction with its record in the audit.
"""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest

from honeyhost.errors import ConflictError, HoneyhostError, UnknownPluginError, UsageError
from honeyhost.store import PluginDefaults
from honeyhost.store.audit import AuditTable
from honeyhost.store.changes import Changes
from honeyhost.store.database import Database
from honeyhost.store.plugin_changes import changed_paths
from honeyhost.store.plugins import PluginTable

HEALTHCARE = PluginDefaults(slug="healthcare", version="0.1.0", sort=10, labels={"en": "Healthcare"})


@pytest.fixture
def table(database: Database) -> PluginTable:
    table = PluginTable(database)
    table.register([HEALTHCARE])
    return table


def shown(config):
    return {name: "********" if name == "password" else value for name, value in config.items()}


def set_config(changes, config, **given):
    return changes.change_config("healthcare", lambda _stored: config, shown=shown, **given)


CHANGES = {
    "plugin.disable": lambda changes: changes.set_enabled("healthcare", False),
    "plugin.configure": lambda changes: set_config(changes, {"region": "eu"}),
    "plugin.arrange": lambda changes: changes.arrange("healthcare", nav=False),
    "plugin.quarantine": lambda changes: changes.set_quarantine("healthcare", {"phase": "call", "count": 3}),
    "plugin.grant": lambda changes: changes.set_grants("healthcare", {"db": ["read"]}, "sha256:1"),
}


@pytest.mark.parametrize("action", CHANGES)
def test_a_change_writes_one_record_of_who_did_what_and_made_again_none(changes, table, audit, database, action):
    stored = CHANGES[action](changes)

    assert stored == table.get("healthcare")
    (record,) = audit.all()
    assert (record.actor, record.action, record.target) == ("cli:ada", action, "healthcare")
    revision = database.revision()
    assert CHANGES[action](changes) == stored
    assert database.revision() == revision
    assert len(audit.all()) == 1


@pytest.mark.parametrize("action", [*CHANGES, "plugin.reload"])
def test_a_change_whose_record_cannot_be_written_is_not_made(changes, table, audit, monkeypatch, action):
    before = table.read()

    def fail(*_args):
        raise RuntimeError("no")

    monkeypatch.setattr("honeyhost.store.audit.AuditTable.add", fail)
    with pytest.raises(RuntimeError):
        (CHANGES | {"plugin.reload": lambda changes: changes.request_reload("healthcare")})[action](changes)

    assert table.read() == before
    assert audit.all() == ()


def test_a_plugin_is_disabled_and_enabled(changes, table, audit, clock):
    assert changes.set_enabled("healthcare", False).enabled is False
    assert changes.set_enabled("healthcare", True).enabled is True

    written = [(record.action, record.at) for record in audit.all()]
    assert written == [("plugin.enable", clock.now), ("plugin.disable", clock.now)]


def test_toggling_turns_the_wish_round(changes, table, audit):
    assert changes.toggle("healthcare").enabled is False
    assert changes.toggle("healthcare").enabled is True
    assert [record.action for record in audit.all()] == ["plugin.enable", "plugin.disable"]


def test_the_audit_names_what_changed_in_the_configuration_and_masks_secrets(changes, table, audit):
    set_config(changes, {"password": "old", "mail": {"host": "a", "port": 25}, "region": "eu"})
    set_config(changes, {"password": "new", "mail": {"host": "b", "port": 25}, "region": "eu"})

    assert table.get("healthcare").config["password"] == "new"
    assert audit.all()[0].details == {
        "before": {"password": "********", "mail": {"host": "a", "port": 25}, "region": "eu"},
        "after": {"password": "********", "mail": {"host": "b", "port": 25}, "region": "eu"},
        "changed": ["mail.host", "password"],
    }
    assert "old" not in repr(audit.all())


def test_the_change_of_a_configuration_is_given_what_is_stored_and_may_refuse(changes, table, audit):
    set_config(changes, {"count": 1})
    changes.change_config("healthcare", lambda stored: {"count": stored["count"] + 1}, shown=shown)
    assert table.get("healthcare").config == {"count": 2}

    def refuse(_stored):
        raise UsageError("no such setting")

    with pytest.raises(UsageError, match=r"^no such setting$"):
        changes.change_config("healthcare", refuse, shown=shown)
    assert table.get("healthcare").config == {"count": 2}
    assert len(audit.all()) == 2


def test_a_name_is_no_deeper_than_what_may_be_shown():
    before, after = {"mail": {"password": "a"}, "gone": 1}, {"mail": {"password": "b"}, "come": 1}

    assert changed_paths(before, after, before, after) == ["come", "gone", "mail.password"]
    assert changed_paths(before, after, {"mail": "********"}, {"mail": "********"}) == ["mail"]


def test_an_arrangement_keeps_what_is_left_out_and_the_audit_has_what_moved(changes, table, audit):
    changes.arrange("healthcare", sort=3)
    stored = changes.arrange("healthcare", nav=False, labels={"en": "Clinic"})

    assert (stored.nav, stored.sort, stored.labels) == (False, 3, {"en": "Clinic"})
    assert stored.edited == {"nav", "sort", "labels"}
    assert audit.all()[0].details == {
        "before": {"nav": True, "labels": {"en": "Healthcare"}},
        "after": {"nav": False, "labels": {"en": "Clinic"}},
    }


@pytest.mark.parametrize("sort", [2**31, -(2**31)])
def test_a_sort_that_the_database_cannot_keep_is_refused(changes, table, sort):
    assert changes.arrange("healthcare", sort=2**31 - 1).sort == 2**31 - 1

    with pytest.raises(UsageError) as caught:
        changes.arrange("healthcare", sort=sort)

    assert caught.value.message == f"a sort of {sort} is out of bounds"
    assert caught.value.hint == "choose one between -2147483647 and 2147483647"


def test_every_request_to_reload_counts(changes, table, audit):
    changes.request_reload("healthcare")

    assert changes.request_reload("healthcare").reloads == 2
    assert [record.action for record in audit.all()] == ["plugin.reload", "plugin.reload"]


def test_a_plugin_is_taken_out_with_the_reason_and_let_in_again(changes, table, audit):
    reason = {"phase": "call", "count": 3, "error": "ValueError", "at": "2026-11-25T12:00:00Z"}

    assert changes.set_quarantine("healthcare", reason).quarantine == reason
    assert audit.all()[0].details == {"phase": "call", "count": 3}
    assert changes.set_quarantine("healthcare", None).quarantine is None
    assert changes.set_quarantine("healthcare", None).quarantine is None
    assert [record.action for record in audit.all()] == ["plugin.release", "plugin.quarantine"]


def test_grants_are_written_with_the_digest_of_the_request(changes, table, audit):
    changes.set_grants("healthcare", {"db": ["read"]}, "sha256:1")
    stored = changes.set_grants("healthcare", {"db": ["read"], "mail": []}, "sha256:2")

    assert (stored.grants, stored.grants_digest) == ({"db": ["read"], "mail": []}, "sha256:2")
    assert audit.all()[0].details == {"before": ["db"], "after": ["db", "mail"], "digest": "sha256:2"}


def test_forgetting_removes_the_record_once(changes, table, audit):
    assert changes.forget("healthcare") is True
    assert changes.forget("healthcare") is False

    assert table.get("healthcare") is None
    assert [record.action for record in audit.all()] == ["plugin.forget"]


WITH_REVISION: dict[str, Callable] = {
    "enable": lambda changes, **given: changes.set_enabled("healthcare", False, **given),
    "configure": lambda changes, **given: set_config(changes, {"a": 1}, **given),
    "arrange": lambda changes, **given: changes.arrange("healthcare", nav=False, **given),
}


@pytest.mark.parametrize("change", WITH_REVISION.values(), ids=WITH_REVISION)
def test_a_change_of_what_somebody_else_changed_meanwhile_is_a_conflict(changes, table, audit, change):
    read = table.get("healthcare")
    changes.arrange("healthcare", sort=3)

    with pytest.raises(ConflictError, match=r"revision 2 is stored, 1 was read$"):
        change(changes, revision=read.revision)

    assert len(audit.all()) == 1
    assert change(changes, revision=2).revision == 3


TO_UNKNOWN: dict[str, Callable] = {
    **WITH_REVISION,
    "toggle": lambda changes, **given: changes.toggle("healthcare", **given),
    "reload": lambda changes, **given: changes.request_reload("healthcare", **given),
    "quarantine": lambda changes, **given: changes.set_quarantine("healthcare", {"phase": "call"}, **given),
}


@pytest.mark.parametrize("change", TO_UNKNOWN.values(), ids=TO_UNKNOWN)
def test_a_plugin_that_was_never_applied_needs_the_defaults_of_its_manifest(changes, database, audit, change):
    table = PluginTable(database)
    with pytest.raises(UnknownPluginError, match=r"^the store has no plugin 'healthcare'$"):
        change(changes)
    assert table.all() == ()

    stored = change(changes, defaults=HEALTHCARE)

    assert (stored.version, stored.sort) == ("0.1.0", 10)
    assert table.all() == (stored,)
    assert len(audit.all()) == 1


def test_a_record_that_is_made_for_a_wish_that_it_holds_already_is_audited_too(changes, database, audit):
    before = database.revision()

    stored = changes.set_enabled("healthcare", True, defaults=HEALTHCARE)

    assert (stored.enabled, database.revision() > before) == (True, True)
    assert [record.action for record in audit.all()] == ["plugin.enable"]


def test_the_record_of_a_deleted_plugin_is_not_made_again_with_the_revision_of_old(changes, table):
    read = table.get("healthcare")
    changes.forget("healthcare")

    with pytest.raises(ConflictError, match=r"it was deleted meanwhile$"):
        changes.set_enabled("healthcare", False, revision=read.revision, defaults=HEALTHCARE)

    assert changes.set_enabled("healthcare", False, revision=0, defaults=HEALTHCARE).enabled is False


def test_grants_of_an_unknown_plugin_are_refused(changes):
    with pytest.raises(UnknownPluginError):
        changes.set_grants("healthcare", {}, None)


@pytest.mark.parametrize(("actor", "said"), [("", "an actor needs a name"), ("x" * 256, "256 characters; 255 are allowed")])
def test_somebody_who_acts_has_a_name(database, actor, said):
    with pytest.raises(UsageError, match=said):
        Changes(database, actor)


def test_several_changes_in_one_transaction_are_all_made_or_none(changes, table, audit, database):
    before = table.read()

    def change_both() -> None:
        with database.transaction():
            changes.set_enabled("healthcare", False)
            changes.set_enabled("finance", False)

    with pytest.raises(UnknownPluginError):
        change_both()

    assert table.read() == before
    assert audit.all() == ()


def test_of_two_who_change_one_record_at_once_one_wins_and_the_other_learns_it(shared_url):
    databases = [Database(shared_url, timeout=30), Database(shared_url, timeout=30)]
    databases[0].migrate()
    (read,) = PluginTable(databases[0]).register([HEALTHCARE])
    start, conflicts = Barrier(2), []

    def change(database: Database, name: str) -> None:
        start.wait()
        try:
            Changes(database, name).change_config(
                "healthcare", lambda stored: {**stored, name: 1}, shown=shown, revision=read.revision
            )
        except HoneyhostError as error:
            conflicts.append(error)

    threads = [Thread(target=change, args=pair) for pair in zip(databases, ("ada", "grace"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (winner,) = PluginTable(databases[0]).get("healthcare").config
    assert [type(error) for error in conflicts] == [ConflictError]
    assert [record.actor for record in AuditTable(databases[1]).all()] == [winner]
    for database in databases:
        database.close()


def test_changes_without_a_revision_that_are_made_at_once_lose_nothing(shared_url):
    databases = [Database(shared_url, timeout=30), Database(shared_url, timeout=30)]
    databases[0].migrate()
    PluginTable(databases[0]).register([HEALTHCARE])
    start = Barrier(2)

    def count_up(database: Database) -> None:
        changes = Changes(database, "host")
        start.wait()
        for _ in range(10):
            changes.change_config("healthcare", lambda stored: {"count": stored.get("count", 0) + 1}, shown=shown)

    threads = [Thread(target=count_up, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert PluginTable(databases[0]).get("healthcare").config == {"count": 20}
    for database in databases:
        database.close()
