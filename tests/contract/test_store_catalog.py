"""
The permission catalog and the groups, wherever they live.
"""

from dataclasses import dataclass

import pytest

from honeyhost.errors import RefusedError
from honeyhost.manifest.model import PluginManifest
from honeyhost.store import GroupGrant, GroupRecord, Member, PermissionRecord
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


HEALTHCARE = (
    [
        Declared("patient.read", label={"en": "Read patients", "ar": "قراءة"}, description="See records"),
        Declared("patient.edit"),
    ],
    [
        Seeded("clinical_admin", ("patient.read", "patient.edit"), "Clinical admin"),
        Seeded("viewers", ("patient.read",), "Viewers"),
    ],
)
FINANCE = ([Declared("invoice.read")], [Seeded("viewers", ("invoice.read",), "Book keepers")])


def seed(permission: str, owner: str) -> GroupGrant:
    return GroupGrant(permission=permission, owner=owner, source="seed")


def by_operator(permission: str, owner: str) -> GroupGrant:
    return GroupGrant(permission=permission, owner=owner, source="operator")


@pytest.fixture
def catalog(database: Database) -> Catalog:
    return Catalog(database)


def group(catalog: Catalog, name: str) -> GroupRecord | None:
    return next((record for record in catalog.groups() if record.name == name), None)


def held(catalog: Catalog, name: str) -> list[str]:
    return [grant.permission for grant in group(catalog, name).permissions]


def test_the_permissions_of_a_plugin_join_the_catalog_with_their_owner_and_labels(catalog):
    catalog.attach_permissions("healthcare", HEALTHCARE[0])

    assert catalog.permissions() == (
        PermissionRecord(id="patient.edit", owner="healthcare"),
        PermissionRecord(
            id="patient.read", owner="healthcare", label={"en": "Read patients", "ar": "قراءة"}, description="See records"
        ),
    )


def test_seed_groups_hold_their_permissions_with_owner_and_source(catalog):
    catalog.attach("healthcare", *HEALTHCARE)

    assert catalog.groups() == (
        GroupRecord(
            name="clinical_admin",
            label="Clinical admin",
            permissions=(seed("patient.edit", "healthcare"), seed("patient.read", "healthcare")),
        ),
        GroupRecord(name="viewers", label="Viewers", permissions=(seed("patient.read", "healthcare"),)),
    )


def test_a_group_of_two_plugins_is_the_union_and_each_takes_away_its_own_part(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.attach("finance", *FINANCE)
    assert group(catalog, "viewers").permissions == (seed("invoice.read", "finance"), seed("patient.read", "healthcare"))

    catalog.detach("healthcare")

    assert catalog.groups() == (
        GroupRecord(name="viewers", label="Book keepers", permissions=(seed("invoice.read", "finance"),)),
    )


def test_the_label_of_a_shared_group_is_the_first_plugins_by_slug_in_whatever_order_they_came(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.attach("finance", *FINANCE)

    assert group(catalog, "viewers").label == "Book keepers"


def test_a_plugin_that_gives_no_label_leaves_the_naming_to_the_next(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.attach("audit", [], [Seeded("viewers", ())])

    assert group(catalog, "viewers").label == "Viewers"


def test_attach_detach_attach_is_the_identity_on_the_tables(catalog):
    catalog.attach("finance", *FINANCE)
    without = catalog.state()
    catalog.attach("healthcare", *HEALTHCARE)
    attached = catalog.state()

    catalog.detach("healthcare")
    assert catalog.state() == without
    catalog.attach("healthcare", *HEALTHCARE)
    assert catalog.state() == attached


def test_it_is_the_identity_also_where_an_operator_changed_things(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.revoke("clinical_admin", "patient.edit")
    catalog.grant("night_shift", "patient.read")
    catalog.label_group("viewers", "Readers")
    catalog.add_member("viewers", "ada")
    attached = catalog.state()

    catalog.detach("healthcare")
    catalog.attach("healthcare", *HEALTHCARE)

    assert catalog.state() == attached


def test_detaching_everything_leaves_nothing(catalog):
    empty = catalog.state()
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.attach("finance", *FINANCE)

    catalog.detach("finance")
    catalog.detach("healthcare")

    assert catalog.state() == empty
    assert catalog.groups() == ()


def test_detaching_leaves_an_empty_group_only_where_an_operator_edited_it_or_somebody_is_in_it(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.attach("finance", [Declared("invoice.read")], [Seeded("accounting", ("invoice.read",))])
    catalog.label_group("viewers", "Readers")
    catalog.add_member("accounting", "ada")

    catalog.detach("healthcare")
    catalog.detach("finance")

    assert catalog.groups() == (GroupRecord(name="accounting"), GroupRecord(name="viewers", label="Readers"))


@pytest.mark.parametrize("edit", ["grant", "revoke"])
def test_a_group_that_an_operator_gave_or_took_a_permission_is_an_edited_one(catalog, edit):
    catalog.attach("healthcare", *HEALTHCARE)
    getattr(catalog, edit)("viewers", {"grant": "patient.edit", "revoke": "patient.read"}[edit])

    catalog.detach("healthcare")

    assert [record.name for record in catalog.groups()] == ["viewers"]


def test_the_undo_of_a_first_attach_is_a_detach(catalog):
    before = catalog.state()
    undo = catalog.attach("healthcare", *HEALTHCARE)

    undo()
    undo()

    assert catalog.state() == before


def test_the_undo_of_an_upgrade_brings_the_old_version_back(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    before = catalog.state()

    undo = catalog.attach(
        "healthcare", [Declared("patient.read"), Declared("doctor.read")], [Seeded("doctors", ("doctor.read",))]
    )
    assert [permission.id for permission in catalog.permissions()] == ["doctor.read", "patient.read"]
    assert [record.name for record in catalog.groups()] == ["doctors"]

    undo()
    assert catalog.state() == before


def test_the_undo_of_a_detach_brings_the_plugin_back(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    before = catalog.state()

    catalog.detach("healthcare")()

    assert catalog.state() == before


def test_permissions_and_groups_can_be_attached_and_undone_one_by_one(catalog):
    before = catalog.state()
    undo_permissions = catalog.attach_permissions("healthcare", HEALTHCARE[0])
    undo_groups = catalog.attach_seed_groups("healthcare", HEALTHCARE[1])

    undo_groups()
    undo_permissions()

    assert catalog.state() == before


def test_attaching_the_same_again_writes_nothing(catalog, database):
    catalog.attach("healthcare", *HEALTHCARE)
    revision = database.revision()

    catalog.attach("healthcare", *HEALTHCARE)
    catalog.detach("finance")

    assert database.revision() == revision


def test_a_declaration_made_twice_counts_once(catalog):
    catalog.attach(
        "healthcare",
        [Declared("patient.read"), Declared("patient.read")],
        [Seeded("viewers", ("patient.read", "patient.read")), Seeded("viewers", ("patient.read",))],
    )

    assert group(catalog, "viewers").permissions == (seed("patient.read", "healthcare"),)


def test_a_permission_of_another_plugin_cannot_be_declared(catalog):
    catalog.attach("healthcare", *HEALTHCARE)

    with pytest.raises(RefusedError) as caught:
        catalog.attach("my-finance", [Declared("patient.read")], [])

    assert (
        caught.value.message
        == "plugin 'my-finance' cannot declare the permission 'patient.read', which belongs to plugin 'healthcare'"
    )
    assert caught.value.hint == "permissions of a plugin start best with its name: 'my_finance.…'"


def test_a_permission_of_the_host_cannot_be_declared(catalog):
    with pytest.raises(RefusedError) as caught:
        catalog.attach_permissions("healthcare", [Declared("plugins.manage")])

    assert (
        caught.value.message == "plugin 'healthcare' cannot declare the permission 'plugins.manage', which belongs to the host"
    )


def test_a_seed_group_cannot_hold_what_the_plugin_does_not_declare_and_nothing_is_written(catalog):
    catalog.attach("finance", *FINANCE)
    before = catalog.state()

    with pytest.raises(RefusedError) as caught:
        catalog.attach("healthcare", HEALTHCARE[0], [Seeded("viewers", ("patient.raed",))])

    assert caught.value.message == "plugin 'healthcare' cannot put 'patient.raed' into group 'viewers': it does not declare it"
    assert caught.value.hint == "did you mean 'patient.read'?"
    assert catalog.state() == before
    with pytest.raises(RefusedError, match=r"plugin 'healthcare' cannot put 'invoice\.read' into group 'viewers'"):
        catalog.attach("healthcare", HEALTHCARE[0], [Seeded("viewers", ("invoice.read",))])


def test_a_permission_that_an_operator_took_out_stays_out_after_an_upgrade(catalog):
    catalog.attach("healthcare", *HEALTHCARE)

    catalog.revoke("clinical_admin", "patient.edit")
    catalog.attach(
        "healthcare",
        [*HEALTHCARE[0], Declared("doctor.read")],
        [Seeded("clinical_admin", ("patient.read", "patient.edit", "doctor.read"))],
    )

    assert group(catalog, "clinical_admin").removed == (seed("patient.edit", "healthcare"),)
    assert held(catalog, "clinical_admin") == ["doctor.read", "patient.read"]


def test_a_permission_that_was_taken_out_can_be_put_back(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.revoke("clinical_admin", "patient.edit")

    catalog.grant("clinical_admin", "patient.edit")

    assert group(catalog, "clinical_admin").permissions == (
        seed("patient.edit", "healthcare"),
        seed("patient.read", "healthcare"),
    )
    assert group(catalog, "clinical_admin").removed == ()


def test_taking_out_twice_and_taking_out_what_is_not_there_change_nothing(catalog, database):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.revoke("viewers", "patient.read")
    revision = database.revision()

    catalog.revoke("viewers", "patient.read")
    catalog.revoke("viewers", "patient.edit")
    catalog.revoke("nobody", "patient.read")

    assert database.revision() == revision


def test_a_permission_that_an_operator_added_survives_an_upgrade(catalog):
    catalog.attach("healthcare", *HEALTHCARE)

    catalog.grant("viewers", "patient.edit")
    catalog.attach("healthcare", HEALTHCARE[0], [Seeded("viewers", ())])

    assert group(catalog, "viewers").permissions == (by_operator("patient.edit", "healthcare"),)


def test_granting_what_is_in_force_changes_nothing(catalog, database):
    catalog.attach("healthcare", *HEALTHCARE)
    revision = database.revision()

    catalog.grant("viewers", "patient.read")

    assert database.revision() == revision


def test_an_added_permission_can_be_taken_out_again(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.grant("viewers", "patient.edit")

    catalog.revoke("viewers", "patient.edit")

    assert group(catalog, "viewers") == GroupRecord(
        name="viewers", label="Viewers", permissions=(seed("patient.read", "healthcare"),)
    )


def test_a_grant_sleeps_while_its_plugin_is_away_and_wakes_with_it(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.grant("night_shift", "patient.read")

    catalog.detach("healthcare")
    assert group(catalog, "night_shift") == GroupRecord(
        name="night_shift", dormant=(by_operator("patient.read", "healthcare"),)
    )

    catalog.attach("healthcare", *HEALTHCARE)
    assert group(catalog, "night_shift").permissions == (by_operator("patient.read", "healthcare"),)


def test_a_sleeping_grant_can_be_taken_out(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.grant("night_shift", "patient.read")
    catalog.detach("healthcare")

    catalog.revoke("night_shift", "patient.read")

    assert group(catalog, "night_shift") == GroupRecord(name="night_shift")


def test_a_permission_of_the_same_name_by_another_plugin_inherits_nothing(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.revoke("viewers", "patient.read")
    catalog.grant("night_shift", "patient.read")
    catalog.add_member("night_shift", "ada")
    catalog.detach("healthcare")

    catalog.attach("clinic", [Declared("patient.read")], [Seeded("viewers", ("patient.read",))])

    assert catalog.permissions_of("ada") == frozenset()
    assert held(catalog, "viewers") == ["patient.read"]
    catalog.grant("night_shift", "patient.read")
    assert group(catalog, "night_shift") == GroupRecord(
        name="night_shift",
        permissions=(by_operator("patient.read", "clinic"),),
        dormant=(by_operator("patient.read", "healthcare"),),
    )


def test_an_operators_label_survives_an_upgrade_and_can_be_taken_back(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.label_group("viewers", {"en": "Readers", "ar": "قراء"})
    catalog.attach("healthcare", HEALTHCARE[0], [Seeded("viewers", ("patient.read",), "Onlookers")])
    assert group(catalog, "viewers").label == {"en": "Readers", "ar": "قراء"}

    catalog.label_group("viewers", None)

    assert group(catalog, "viewers").label == "Onlookers"


def test_an_operator_can_grant_the_hosts_own_permissions(catalog):
    catalog.grant("operators", "plugins.manage")
    catalog.add_member("operators", "ada")

    assert catalog.permissions_of("ada") == {"plugins.manage"}
    assert group(catalog, "operators").permissions == (by_operator("plugins.manage", "host"),)


def test_an_unknown_permission_cannot_be_granted_and_the_near_miss_is_named(catalog):
    catalog.attach("healthcare", *HEALTHCARE)

    with pytest.raises(RefusedError) as caught:
        catalog.grant("viewers", "patient.raed")

    assert caught.value.message == "no attached plugin declares the permission 'patient.raed'"
    assert caught.value.hint == "did you mean 'patient.read'?"
    with pytest.raises(RefusedError) as caught:
        catalog.grant("viewers", "weather.forecast")
    assert caught.value.hint is None


def test_members_hold_the_permissions_of_their_groups_and_of_those_that_are_vouched_for(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.attach("finance", *FINANCE)
    catalog.add_member("clinical_admin", "ada")

    assert catalog.groups_of("ada") == {"clinical_admin"}
    assert catalog.permissions_of("ada") == {"patient.read", "patient.edit"}
    assert catalog.permissions_of("ada", groups=["viewers", "unheard-of"]) == {"patient.read", "patient.edit", "invoice.read"}
    assert catalog.permissions_of("grace") == frozenset()


def test_members_lose_what_is_taken_out_or_detached(catalog):
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.add_member("clinical_admin", "ada")

    catalog.revoke("clinical_admin", "patient.edit")
    assert catalog.permissions_of("ada") == {"patient.read"}
    catalog.detach("healthcare")
    assert catalog.permissions_of("ada") == frozenset()


def test_members_come_and_go(catalog, database):
    catalog.add_member("viewers", "ada")
    catalog.add_member("admins", "grace")
    revision = database.revision()
    catalog.add_member("viewers", "ada")

    assert database.revision() == revision
    assert catalog.members() == (Member(group="admins", subject="grace"), Member(group="viewers", subject="ada"))
    assert catalog.remove_member("viewers", "ada") is True
    assert catalog.remove_member("viewers", "ada") is False
    assert catalog.members() == (Member(group="admins", subject="grace"),)


def test_every_change_is_seen_in_the_revision(catalog, database):
    seen = [database.revision()]
    for change in (
        lambda: catalog.attach("healthcare", *HEALTHCARE),
        lambda: catalog.grant("viewers", "patient.edit"),
        lambda: catalog.revoke("viewers", "patient.edit"),
        lambda: catalog.label_group("viewers", "Readers"),
        lambda: catalog.add_member("viewers", "ada"),
        lambda: catalog.remove_member("viewers", "ada"),
        lambda: catalog.detach("healthcare"),
    ):
        change()
        seen.append(database.revision())

    assert seen == sorted(set(seen))


def test_several_plugins_can_be_attached_in_one_transaction(catalog, database):
    before = catalog.state()

    with pytest.raises(RefusedError), database.transaction():
        _attach_two_that_clash(catalog)

    assert catalog.state() == before


def _attach_two_that_clash(catalog: Catalog) -> None:
    catalog.attach("healthcare", *HEALTHCARE)
    catalog.attach("clinic", [Declared("patient.read")], [])


def test_the_declarations_of_a_manifest_can_be_handed_over_as_they_are(catalog):
    manifest = PluginManifest.model_validate(
        {
            "name": "healthcare",
            "version": "0.1.0",
            "permissions": ["patient.read"],
            "seed_groups": [{"name": "clinical_viewer", "permissions": ["patient.read"], "label": {"en": "Viewer"}}],
        }
    )

    catalog.attach(manifest.name, manifest.permissions, manifest.seed_groups)

    assert catalog.groups() == (
        GroupRecord(name="clinical_viewer", label={"en": "Viewer"}, permissions=(seed("patient.read", "healthcare"),)),
    )
