"""
The state of operators' decisions: exported as one document, taken up whole or not at all.
"""

import json
from collections.abc import Iterator
from copy import deepcopy

import pytest

from honeyhost.errors import UsageError
from honeyhost.names import MASK
from honeyhost.store import PluginDefaults
from honeyhost.store.audit import AuditTable
from honeyhost.store.catalog import Catalog
from honeyhost.store.changes import Changes
from honeyhost.store.database import Database
from honeyhost.store.plugins import PluginTable
from honeyhost.store.state import export_state
from honeyhost.store.state_import import unmasked

HEALTHCARE = PluginDefaults(slug="healthcare", version="0.1.0", sort=10, labels={"en": "Healthcare"})
FINANCE = PluginDefaults(slug="finance", kind="capability", version="1.2.0")


def masked(_slug, config):
    return {name: MASK if name == "password" and value else value for name, value in config.items()}


def export(database: Database) -> dict:
    return json.loads(json.dumps(export_state(database, masked)))


@pytest.fixture
def decided(database: Database, changes: Changes) -> dict:
    """
    The document of a platform on which somebody decided a lot.
    """
    PluginTable(database).register([HEALTHCARE, FINANCE])
    changes.set_enabled("finance", False)
    changes.arrange("healthcare", nav=False, labels={"en": "Clinic", "de": "Klinik"})
    config = {"password": "s3cret", "region": "eu"}
    changes.change_config("healthcare", lambda _stored: config, shown=lambda stored: masked("", stored))
    changes.set_grants("healthcare", {"db": ["read"]}, "sha256:1")
    changes.set_quarantine("healthcare", {"phase": "call"})
    changes.request_reload("healthcare")
    changes.create_group("doctors", {"en": "Doctors"})
    changes.grant("doctors", "plugins.manage")
    changes.add_member("doctors", "ada")
    return export(database)


@pytest.fixture
def elsewhere() -> Iterator[Database]:
    """
    Another platform, on which nobody decided anything yet.
    """
    database = Database("sqlite://")
    database.migrate()
    yield database
    database.close()


def take_up(database: Database, document, **given) -> tuple[str, ...]:
    return Changes(database, "cli:ada").import_state(document, **given)


def everything(database: Database):
    with database.reading():
        return PluginTable(database).read(), Catalog(database).state(), AuditTable(database).all()


def test_the_document_holds_what_was_decided_and_nothing_of_this_host(decided):
    assert decided == {
        "version": 1,
        "plugins": [
            {
                "slug": "finance",
                "kind": "capability",
                "version": "1.2.0",
                "enabled": False,
                "config": {},
                "edits": {},
                "grants": {},
                "grants_digest": None,
            },
            {
                "slug": "healthcare",
                "kind": "integration",
                "version": "0.1.0",
                "enabled": True,
                "config": {"password": "********", "region": "eu"},
                "edits": {"nav": False, "labels": {"en": "Clinic", "de": "Klinik"}},
                "grants": {"db": ["read"]},
                "grants_digest": "sha256:1",
            },
        ],
        "groups": [
            {
                "name": "doctors",
                "label": {"en": "Doctors"},
                "granted": [["plugins.manage", "host"]],
                "removed": [],
                "members": ["ada"],
            }
        ],
    }


def test_an_empty_store_makes_a_document_of_nothing_that_can_be_imported(database):
    document = export(database)

    assert document == {"version": 1, "plugins": [], "groups": []}
    assert take_up(database, document) == ()


def test_an_empty_store_takes_the_document_up_and_says_which_secret_it_lacks(decided, elsewhere):
    said = take_up(elsewhere, decided)

    lost = "plugin healthcare: password is a secret that was not exported and is not set here"
    assert said == ("plugin finance: recorded", "plugin healthcare: recorded", "group doctors: made", lost)
    again = deepcopy(decided)
    del again["plugins"][1]["config"]["password"]
    assert export(elsewhere) == again
    record = PluginTable(elsewhere).get("healthcare")
    assert (record.reloads, record.quarantine, record.edited) == (0, None, {"nav", "labels"})


def test_the_import_is_one_record_of_the_audit_without_the_configuration(decided, elsewhere):
    take_up(elsewhere, decided)

    (record,) = AuditTable(elsewhere).all()
    assert (record.actor, record.action, record.target) == ("cli:ada", "state.import", "state")
    assert record.details == {
        "changes": ["plugin finance: recorded", "plugin healthcare: recorded", "group doctors: made"],
        "lost": ["healthcare: password"],
    }


def test_importing_what_was_just_exported_says_and_writes_nothing(decided, database):
    before = everything(database)

    assert take_up(database, decided) == ()
    assert everything(database) == before


def test_importing_twice_changes_nothing_the_second_time_and_still_says_the_lost_secret(decided, elsewhere):
    take_up(elsewhere, decided)
    before = everything(elsewhere)

    said = take_up(elsewhere, decided)

    assert said == ("plugin healthcare: password is a secret that was not exported and is not set here",)
    assert everything(elsewhere) == before


def test_a_mask_keeps_the_secret_that_is_stored_here(decided, elsewhere):
    table = PluginTable(elsewhere)
    table.register([HEALTHCARE])
    Changes(elsewhere, "host").change_config(
        "healthcare", lambda _stored: {"password": "of here", "old": 1}, shown=lambda stored: masked("", stored)
    )

    said = take_up(elsewhere, decided)

    assert said[1] == "plugin healthcare: config, nav, labels, grants, grants_digest"
    assert table.get("healthcare").config == {"password": "of here", "region": "eu"}


def test_what_a_manifest_says_here_stays_and_an_edit_that_the_document_lacks_is_taken_back(decided, database, changes):
    PluginTable(database).register([PluginDefaults(slug="healthcare", version="0.2.0", sort=20, labels={"en": "Health"})])
    changes.arrange("healthcare", nav=True, sort=3)

    assert take_up(database, decided) == ("plugin healthcare: nav",)

    record = PluginTable(database).get("healthcare")
    assert (record.version, record.sort, record.nav, record.edited) == ("0.2.0", 20, False, {"nav", "labels"})


def test_taking_back_an_edit_alone_is_a_change(decided, database, changes):
    changes.arrange("finance", sort=3)

    assert take_up(database, decided) == ("plugin finance: edits",)
    assert PluginTable(database).get("finance").sort == 0


def test_an_edit_of_null_is_none(decided, database):
    document = deepcopy(decided)
    document["plugins"][0]["edits"] = {"nav": None, "sort": None, "labels": None}

    assert take_up(database, document) == ()


def test_the_digest_of_the_request_is_a_part_of_what_was_granted(decided, database):
    document = deepcopy(decided)
    document["plugins"][1]["grants_digest"] = "sha256:2"

    assert take_up(database, document) == ("plugin healthcare: grants_digest",)
    assert PluginTable(database).get("healthcare").grants_digest == "sha256:2"


def test_groups_take_the_place_of_those_here_and_others_stay(decided, database, changes):
    changes.create_group("nurses")
    changes.create_group("doctors", "Physicians")
    changes.revoke("doctors", "plugins.manage")
    changes.add_member("doctors", "grace")

    assert take_up(database, decided) == ("group doctors: label, granted, members",)

    document = export(database)
    assert [group["name"] for group in document["groups"]] == ["doctors", "nurses"]
    assert document["groups"][0] == decided["groups"][0]


def test_a_removed_seed_grant_travels_before_its_plugin_does(elsewhere):
    group = {"name": "viewers", "removed": [["patient.read", "healthcare"]]}

    take_up(elsewhere, {"version": 1, "groups": [group]})

    assert export(elsewhere)["groups"][0]["removed"] == [["patient.read", "healthcare"]]


def test_what_stands_twice_in_a_list_counts_once(elsewhere):
    pair = ["patient.read", "healthcare"]
    group = {"name": "viewers", "granted": [pair, pair], "members": ["ada", "ada"]}

    assert take_up(elsewhere, {"version": 1, "groups": [group]}) == ("group viewers: made",)
    assert take_up(elsewhere, {"version": 1, "groups": [group]}) == ()


def test_a_dry_run_says_the_same_and_changes_nothing(decided, elsewhere):
    before = everything(elsewhere)

    said = take_up(elsewhere, decided, dry_run=True)

    assert everything(elsewhere) == before
    assert take_up(elsewhere, decided) == said


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "version: field required"),
        ([], "the document: input should be an object"),
        ({"version": 2}, "version: input should be 1"),
        ({"version": 1, "tokens": []}, "tokens: extra inputs are not permitted"),
        ({"version": 1, "plugins": [{"slug": "Health Care"}]}, "plugins.0.slug: string should match pattern"),
        ({"version": 1, "plugins": [{"slug": "a", "enabled": "yes"}]}, "plugins.0.enabled: input should be a valid boolean"),
        (
            {"version": 1, "plugins": [{"slug": "a", "edits": {"sort": 2**31}}]},
            "plugins.0.edits.sort: input should be less than",
        ),
        ({"version": 1, "plugins": [{"slug": "a"}, {"slug": "a"}]}, "plugins: 'a' stands there twice"),
        ({"version": 1, "groups": [{"name": "a"}, {"name": "a"}]}, "groups: 'a' stands there twice"),
        ({"version": 1, "groups": [{"name": "a", "granted": [["patient.read"]]}]}, "groups.0.granted.0.1: field required"),
        (
            {"version": 1, "groups": [{"name": "a", "granted": [["b.c", "b"]], "removed": [["b.c", "b"]]}]},
            "groups.a: 'b.c' is granted and removed",
        ),
        ({"version": 1, "plugins": [{"slug": "a", "config": {"b": float("nan")}}]}, "the document: Out of range float values"),
        ({"version": 1, "plugins": [{"slug": "a", "config": {"b": object()}}]}, "the document: Object of type object"),
    ],
)
def test_what_is_no_exported_state_is_refused_with_the_place_and_without_its_values(elsewhere, document, said):
    before = everything(elsewhere)

    with pytest.raises(UsageError) as caught:
        take_up(elsewhere, document)

    assert caught.value.message.startswith(f"this is no exported state: {said}")
    assert caught.value.hint == "honeyhost state export FILE writes one"
    assert everything(elsewhere) == before


@pytest.mark.parametrize("group", [{"name": " "}, {"name": "a\u202eb"}, {"name": "x" * 101}, {"name": "a", "members": [""]}])
def test_names_are_as_bounded_as_everywhere(elsewhere, group):
    with pytest.raises(UsageError, match=r"a group|a member"):
        take_up(elsewhere, {"version": 1, "groups": [group]})

    assert export(elsewhere)["groups"] == []


def test_a_document_that_is_refused_half_way_changes_nothing(decided, elsewhere, monkeypatch):
    before = everything(elsewhere)

    def fail(*_args):
        raise RuntimeError("no")

    monkeypatch.setattr("honeyhost.store.audit.AuditTable.add", fail)
    with pytest.raises(RuntimeError):
        take_up(elsewhere, decided)

    assert everything(elsewhere) == before


def test_masks_are_found_at_any_depth():
    stored = {"mail": {"password": "a"}, "keys": ["b", {"secret": "c"}], "empty": ""}
    given = {
        "mail": {"password": MASK, "host": "h"},
        "keys": [MASK, {"secret": MASK}],
        "empty": MASK,
        "new": {"token": MASK},
        "list": [MASK, 1],
    }

    config, lost = unmasked(stored, given)

    assert config == {"mail": {"password": "a", "host": "h"}, "keys": ["b", {"secret": "c"}], "new": {}, "list": [1]}
    assert lost == ("empty", "new.token", "list[0]")


def test_masks_in_a_list_of_another_length_are_lost():
    assert unmasked({"keys": ["a", "b"]}, {"keys": [MASK]}) == ({"keys": []}, ("keys[0]",))


def test_masks_in_a_list_go_to_the_items_that_look_the_same_whatever_their_order():
    stored = {"mails": [{"host": "a", "password": "of a"}, {"host": "b", "password": "of b"}]}
    given = {"mails": [{"host": "b", "password": MASK}, {"host": "a", "password": MASK}]}

    assert unmasked(stored, given) == ({"mails": [stored["mails"][1], stored["mails"][0]]}, ())


def test_a_list_that_became_shorter_keeps_the_secrets_of_the_items_that_are_left():
    stored = {"mails": [{"host": "a", "password": "of a"}, {"host": "b", "password": "of b"}]}

    assert unmasked(stored, {"mails": [{"host": "b", "password": MASK}]}) == ({"mails": [stored["mails"][1]]}, ())


def test_a_secret_is_not_given_to_another_item_in_the_same_place():
    stored = {"mails": [{"host": "a", "password": "of a"}]}

    config, lost = unmasked(stored, {"mails": [{"host": "elsewhere", "password": MASK}]})

    assert (config, lost) == ({"mails": [{"host": "elsewhere"}]}, ("mails[0].password",))


def test_items_that_nobody_can_tell_apart_get_no_secret_where_their_number_changed():
    stored = {"mails": [{"host": "a", "password": "1"}, {"host": "a", "password": "2"}]}

    config, lost = unmasked(stored, {"mails": [{"host": "a", "password": MASK}]})

    assert (config, lost) == ({"mails": [{"host": "a"}]}, ("mails[0].password",))
