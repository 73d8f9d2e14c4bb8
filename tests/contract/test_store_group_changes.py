"""
Changes of groups: each is one transaction with its record in the audit.
"""

from dataclasses import dataclass

import pytest

from honeyhost.errors import RefusedError, UsageError
from honeyhost.store.catalog import Catalog
from honeyhost.store.database import Database


@dataclass(frozen=True)
class Declared:
    id: str
    label: object = None
    description: object = None


@dataclass(frozen=True)
class Seeded:
    name: str
    permissions: tuple[str, ...]
    label: object = None


@pytest.fixture
def catalog(database: Database) -> Catalog:
    catalog = Catalog(database)
    declared = [Declared("patient.read"), Declared("patient.edit")]
    catalog.attach("healthcare", declared, [Seeded("viewers", ("patient.read",))])
    catalog.add_member("night_shift", "grace")
    return catalog


def held(catalog, name: str) -> list[str]:
    return [grant.permission for record in catalog.groups() if record.name == name for grant in record.permissions]


CHANGES = {
    "group.create": ("doctors", lambda changes: changes.create_group("doctors"), {"label": None}),
    "group.label": (
        "viewers",
        lambda changes: changes.create_group("viewers", {"en": "Readers"}),
        {"label": {"en": "Readers"}},
    ),
    "group.delete": ("night_shift", lambda changes: changes.delete_group("night_shift"), {}),
    "group.grant": (
        "viewers",
        lambda changes: changes.grant("viewers", "patient.edit"),
        {"permission": "patient.edit"},
    ),
    "group.revoke": (
        "viewers",
        lambda changes: changes.revoke("viewers", "patient.read"),
        {"permission": "patient.read"},
    ),
    "group.add-member": ("viewers", lambda changes: changes.add_member("viewers", "ada"), {"subject": "ada"}),
    "group.remove-member": (
        "night_shift",
        lambda changes: changes.remove_member("night_shift", "grace"),
        {"subject": "grace"},
    ),
}


@pytest.mark.parametrize("action", CHANGES)
def test_a_change_says_that_it_differed_and_writes_one_record_and_made_again_none(changes, catalog, audit, database, action):
    target, change, details = CHANGES[action]

    assert change(changes) is True

    (record,) = audit.all()
    assert (record.actor, record.action, record.target, record.details) == ("cli:ada", action, target, details)
    revision = database.revision()
    assert change(changes) is False
    assert database.revision() == revision
    assert len(audit.all()) == 1


@pytest.mark.parametrize("action", CHANGES)
def test_a_change_whose_record_cannot_be_written_is_not_made(changes, catalog, monkeypatch, action):
    before = catalog.state()

    def fail(*_args):
        raise RuntimeError("no")

    monkeypatch.setattr("honeyhost.store.audit.AuditTable.add", fail)
    with pytest.raises(RuntimeError):
        CHANGES[action][1](changes)

    assert catalog.state() == before


def test_a_group_that_is_there_stays_as_it_is_where_no_label_is_given(changes, catalog, audit):
    changes.create_group("doctors", "Doctors")

    assert changes.create_group("doctors") is False
    assert next(record.label for record in catalog.groups() if record.name == "doctors") == "Doctors"
    assert changes.create_group("viewers") is False
    assert len(audit.all()) == 1


def test_granting_and_revoking_change_what_members_hold(changes, catalog):
    changes.add_member("viewers", "ada")
    changes.grant("viewers", "patient.edit")
    changes.revoke("viewers", "patient.read")

    assert held(catalog, "viewers") == ["patient.edit"]
    assert catalog.permissions_of("ada") == {"patient.edit"}
    changes.remove_member("viewers", "ada")
    assert catalog.permissions_of("ada") == frozenset()


def test_a_permission_that_nobody_declares_is_refused(changes, catalog, audit):
    with pytest.raises(RefusedError, match=r"^no attached plugin declares the permission 'patient\.raed'$"):
        changes.grant("viewers", "patient.raed")

    assert audit.all() == ()


def test_a_group_that_a_plugin_seeds_is_not_deleted(changes, catalog, audit):
    with pytest.raises(RefusedError) as caught:
        changes.delete_group("viewers")

    assert caught.value.message == "the group 'viewers' belongs to plugin 'healthcare', which brings it along"
    assert caught.value.hint == "take its permissions and members out of it instead"
    assert audit.all() == ()


WITH_NAMES = {
    "a group": [
        lambda changes, name: changes.create_group(name),
        lambda changes, name: changes.delete_group(name),
        lambda changes, name: changes.grant(name, "patient.edit"),
        lambda changes, name: changes.revoke(name, "patient.edit"),
        lambda changes, name: changes.add_member(name, "ada"),
        lambda changes, name: changes.remove_member(name, "ada"),
    ],
    "a permission": [
        lambda changes, name: changes.grant("viewers", name),
        lambda changes, name: changes.revoke("viewers", name),
    ],
    "a member": [
        lambda changes, name: changes.add_member("viewers", name),
        lambda changes, name: changes.remove_member("viewers", name),
    ],
}
LONGEST = {"a group": 100, "a permission": 200, "a member": 255}


@pytest.mark.parametrize("what", WITH_NAMES)
def test_a_name_that_cannot_be_kept_is_refused_before_anything_is_asked_of_the_database(changes, audit, what):
    longest = LONGEST[what]
    said = {
        " ": f"{what} needs a name",
        "x" * (longest + 1): f"the name of {what} has {longest + 1} characters; {longest} are allowed",
        "a\0b": f"the name of {what}, ",
        "a\u202eb": f"the name of {what}, ",
    }
    for change in WITH_NAMES[what]:
        for name, message in said.items():
            with pytest.raises(UsageError) as caught:
                change(changes, name)
            assert caught.value.message.startswith(message)
    assert audit.all() == ()
