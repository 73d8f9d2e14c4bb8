from collections.abc import Callable

import pytest

from honeyhost.resolver import PermissionForeign, PermissionReserved, PermissionUnknown

OWN = ["patient.read", "patient.edit"]


def test_a_misspelt_permission_is_found_with_its_near_miss(found: Callable, only: Callable) -> None:
    routers = [{"router": ".patients:router", "permission": "patient.raed"}]
    reason = only(found(permissions=OWN, routers=routers, lines={"routers[0].permission": (31, 5)}))
    assert isinstance(reason, PermissionUnknown)
    assert reason.to_json() == {
        "code": "permission-unknown",
        "params": {
            "permission": "patient.raed",
            "places": ("routers[0].permission",),
            "owner": None,
            "near": "patient.read",
        },
        "message": (
            "plugin 'healthcare' 0.3.0 names permission 'patient.raed' in routers[0].permission, "
            "and neither the plugin declares it nor the catalog has it"
        ),
        "hint": "did you mean 'patient.read'?",
    }
    assert (reason.source, reason.fact_source) == ("plugins/healthcare/plugin.yaml:31:5", "the host's permission catalog")
    assert (reason.wanted, reason.found) == ("permission patient.raed", "not declared; patient.read is")
    assert reason.change == "declare permission patient.raed or use patient.read"


HANDLER = {"handler": "f"}
GUARDED = {
    "routers": [{"router": ".a:router"}, {"router": ".b:router", "permission": "x.y"}],
    "routes": [{"method": "GET", "path": "/a", **HANDLER}, {"method": "GET", "path": "/b", "permission": "x.y", **HANDLER}],
    "nav": [{"label": "A", "path": "/healthcare/a"}, {"label": "B", "path": "/healthcare/b", "permission": "x.y"}],
    "widgets": [{"id": "a", "title": "A", **HANDLER}, {"id": "b", "title": "B", "permission": "x.y", **HANDLER}],
    "capabilities": [{"slug": "a", **HANDLER}, {"slug": "b", "permission": "x.y", **HANDLER}],
    "workflows": [
        {"name": "a", "steps": [{"id": "s", "capability": "c"}]},
        {"name": "b", "permission": "x.y", "steps": [{"id": "s", "capability": "c"}]},
    ],
    "menu_items": [{"id": "a", "label": "A"}, {"id": "b", "label": "B", "permission": "x.y"}],
}


@pytest.mark.parametrize("field", GUARDED)
def test_every_guard_is_looked_at(found: Callable, only: Callable, field: str) -> None:
    reason = only(found(permissions=OWN, **{field: GUARDED[field]}))
    assert (reason.code, reason.permission, reason.places) == ("permission-unknown", "x.y", (f"{field}[1].permission",))


def test_menus_are_looked_at_in_depth(found: Callable, only: Callable) -> None:
    child = {"id": "b", "label": "B", "permission": "x.y"}
    reason = only(found(menu_items=[{"id": "a", "label": "A", "children": [child]}]))
    assert reason.places == ("menu_items[0].children[0].permission",)


def test_one_unknown_permission_is_one_reason_however_often_it_is_named(found: Callable, only: Callable) -> None:
    reason = only(found(**GUARDED))
    assert len(reason.places) == 7
    assert reason.message == (
        "plugin 'healthcare' 0.3.0 names permission 'x.y' in routers[1].permission and 6 more, "
        "and neither the plugin declares it nor the catalog has it"
    )
    assert (reason.hint, reason.found, reason.change) == (
        "declare 'x.y' under permissions",
        "not declared",
        "declare permission x.y",
    )


def test_the_catalog_of_the_host_may_be_used(found: Callable, refuse: Callable) -> None:
    routers = [{"router": ".a:router", "permission": "host.audit.read"}]
    assert refuse(found(routers=routers), catalog={"host.audit.read": "host"}) == ()


def test_the_permissions_of_a_required_plugin_may_be_used(found: Callable, refuse: Callable) -> None:
    reports = found("reports", requires_plugins={"healthcare": ""}, routers=[{"router": ".a:r", "permission": "patient.read"}])
    assert refuse(reports, found(permissions=OWN)) == ()


def test_the_permissions_of_a_plugin_that_is_not_required_may_not(found: Callable, only: Callable) -> None:
    reports = found("reports", "1.0", routers=[{"router": ".a:r", "permission": "patient.read"}])
    reason = only(reports, found(permissions=OWN, lines={"permissions": (9, 3)}))
    assert reason.hint == "plugin 'healthcare' declares it: add healthcare to requires_plugins"
    assert (reason.found, reason.change) == ("declared by healthcare, which is not required", "require plugin healthcare")
    assert reason.fact_source == "plugins/healthcare/plugin.yaml:9:3"


def test_a_seed_group_holds_its_own_permissions_only(found: Callable, only: Callable) -> None:
    groups = [{"name": "clinical_admin", "permissions": ["patient.read", "host.audit.read"]}]
    lines = {"seed_groups[0].permissions[1]": (40, 9)}
    reason = only(found(permissions=OWN, seed_groups=groups, lines=lines), catalog={"host.audit.read": "host"})
    assert isinstance(reason, PermissionForeign)
    assert reason.to_json() == {
        "code": "permission-foreign",
        "params": {"permission": "host.audit.read", "group": "clinical_admin", "near": None},
        "message": (
            "plugin 'healthcare' 0.3.0 puts permission 'host.audit.read' into its group 'clinical_admin', "
            "and does not declare it; a seed group holds a plugin's own permissions only"
        ),
        "hint": "declare 'host.audit.read' under permissions, or take it out of the group",
    }
    assert reason.source == "plugins/healthcare/plugin.yaml:40:9"
    assert (reason.wanted, reason.found) == (
        "permission host.audit.read in group clinical_admin",
        "not declared by the plugin",
    )
    assert reason.change == "take permission host.audit.read out of group clinical_admin"


def test_a_misspelt_permission_of_a_group_has_a_near_miss(found: Callable, only: Callable) -> None:
    reason = only(found(permissions=OWN, seed_groups=[{"name": "g", "permissions": ["patient.raed"]}]))
    assert reason.hint == "did you mean 'patient.read'?"


@pytest.mark.parametrize(
    ("name", "prefix", "own"),
    [
        ("host.read", "host.", "home_care.read"),
        ("plugins.manage", "plugins.", "home_care.manage"),
        ("admin.a.b", "admin.", "home_care.a.b"),
    ],
)
def test_names_of_the_host_are_not_declared(found: Callable, only: Callable, name: str, prefix: str, own: str) -> None:
    reason = only(found("home-care", permissions=["visit.read", name], lines={"permissions[1]": (12, 5)}))
    assert isinstance(reason, PermissionReserved)
    assert reason.message == (
        f"plugin 'home-care' 0.3.0 declares permission '{name}', and names under '{prefix}' are the host's"
    )
    assert (reason.code, reason.params, reason.hint) == ("permission-reserved", {"permission": name}, f"call it '{own}'")
    assert reason.source == "plugins/home-care/plugin.yaml:12:5"
    assert (reason.wanted, reason.found) == (f"permission {name}", f"names under '{prefix}' are the host's")
    assert reason.change == f"rename permission {name}"
