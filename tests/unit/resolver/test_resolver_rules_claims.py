from collections.abc import Callable

from honeyhost.resolver import CapabilityConflict, NavConflict, PermissionConflict, TemplateConflict


def test_a_permission_of_the_host_is_not_declared_again(found: Callable, only: Callable) -> None:
    reason = only(
        found(permissions=["a.b", "patient.read"], lines={"permissions[1]": (9, 5)}), catalog={"patient.read": "host"}
    )
    assert isinstance(reason, PermissionConflict)
    assert reason.to_json() == {
        "code": "permission-conflict",
        "params": {"others": ("host",), "permission": "patient.read"},
        "message": "plugin 'healthcare' 0.3.0 declares permission 'patient.read', which is in the host's own catalog",
        "hint": "use it without declaring it, or choose a name of your own",
    }
    assert (reason.source, reason.fact_source) == ("plugins/healthcare/plugin.yaml:9:5", "the host's permission catalog")
    assert (reason.wanted, reason.found) == ("permission patient.read of its own", "in the host's catalog")
    assert reason.change == "take patient.read out of permissions"


def test_a_catalog_that_has_it_from_this_plugin_is_no_conflict(found: Callable, refuse: Callable) -> None:
    assert refuse(found(permissions=["patient.read"]), catalog={"patient.read": "healthcare"}) == ()


def test_a_catalog_that_has_it_from_another_plugin_names_that_one(found: Callable, only: Callable) -> None:
    reason = only(found(permissions=["patient.read"]), catalog={"patient.read": "clinic"})
    assert reason.message == "plugin 'healthcare' 0.3.0 declares permission 'patient.read', and so does plugin 'clinic'"


def test_two_plugins_with_one_permission_are_both_refused_and_name_each_other(found: Callable, decide: Callable) -> None:
    one = found("clinic", "1.0", permissions=["patient.read"], lines={"permissions[0]": (7, 5)})
    two = found("healthcare", "0.3.0", permissions=["a.b", "patient.read"], lines={"permissions[1]": (9, 5)})
    resolution = decide(one, two)
    assert resolution.accepted == ()
    (first,) = resolution.reasons_of(one)
    assert first.message == "plugin 'clinic' 1.0 declares permission 'patient.read', and so does plugin 'healthcare'"
    assert first.hint == "rename it in one of them, or uninstall healthcare"
    assert (first.source, first.fact_source) == ("plugins/clinic/plugin.yaml:7:5", "plugins/healthcare/plugin.yaml:9:5")
    assert first.found == "declared by plugin 'healthcare'"
    assert first.change == "rename permission patient.read or uninstall healthcare"
    (second,) = resolution.reasons_of(two)
    assert second.others == ("clinic",)


def test_many_who_claim_one_name_are_counted(found: Callable, refuse: Callable) -> None:
    plugins = [found(name, permissions=["patient.read"]) for name in ("a", "b", "c", "d", "e", "f")]
    (reason,) = refuse(*plugins)
    assert reason.message == ("plugin 'a' 0.3.0 declares permission 'patient.read', and so do plugins 'b', 'c', 'd' and 2 more")
    assert reason.others == ("b", "c", "d", "e", "f")
    assert reason.change == "rename permission patient.read or uninstall b, c, d and 2 more"


def test_a_plugin_refused_for_other_reasons_shuts_nobody_out_and_hears_of_the_conflict(
    found: Callable, decide: Callable
) -> None:
    sound = found("clinic", permissions=["patient.read"])
    broken = found("healthcare", permissions=["patient.read"], min_host_version="9")
    resolution = decide(sound, broken)
    assert resolution.accepted == (sound,)
    assert [reason.code for reason in resolution.reasons_of(broken)] == ["host-too-old", "permission-conflict"]


def test_a_plugin_whose_need_is_refused_shuts_nobody_out(found: Callable, decide: Callable) -> None:
    sound = found("clinic", permissions=["patient.read"])
    needy = found("healthcare", permissions=["patient.read"], requires_plugins={"ledger": ""})
    ledger = found("ledger", requires_plugins={"missing": ""})
    resolution = decide(sound, needy, ledger)
    assert resolution.accepted == (sound,)
    assert [reason.code for reason in resolution.reasons_of(needy)] == ["permission-conflict", "dependency-rejected"]


def test_a_conflict_takes_along_who_needs_one_of_the_two(found: Callable, decide: Callable) -> None:
    reports = found("reports", requires_plugins={"clinic": ""})
    resolution = decide(reports, found("clinic", permissions=["a.b"]), found("health", permissions=["a.b"]))
    (reason,) = resolution.reasons_of(reports)
    assert (reason.code, reason.cause.code) == ("dependency-rejected", "permission-conflict")


def test_an_archive_hears_of_conflicts_and_makes_none(found: Callable, decide: Callable) -> None:
    installed = found("clinic", permissions=["patient.read"])
    packed = found("healthcare", kind="archive", permissions=["patient.read"])
    resolution = decide(installed, packed)
    assert resolution.accepted == (installed,)
    assert [reason.code for reason in resolution.reasons_of(packed)] == ["permission-conflict"]


def test_an_archive_does_not_clash_with_its_own_installed_version(found: Callable, decide: Callable) -> None:
    fields = {"permissions": ["patient.read"], "capabilities": [{"slug": "healthcare.find", "handler": "f"}]}
    packed = found("healthcare", "0.4.0", kind="archive", **fields)
    assert decide(found("healthcare", **fields), packed).installable == (packed,)


def test_an_entry_with_the_id_of_another_plugins_entry(found: Callable, decide: Callable) -> None:
    one = found("clinic", "1.0", nav=[{"id": "patients", "label": "P", "path": "/clinic/p"}], lines={"nav[0].id": (5, 5)})
    child = {"id": "patients", "label": "P"}
    two = found("healthcare", menu_items=[{"id": "a", "label": "A", "children": [child]}])
    (reason,) = decide(one, two).reasons_of(one)
    assert isinstance(reason, NavConflict)
    assert reason.to_json() == {
        "code": "nav-conflict",
        "params": {"others": ("healthcare",), "id": "patients"},
        "message": "plugin 'clinic' 1.0 uses the id 'patients' for an entry of its navigation, and so does plugin 'healthcare'",
        "hint": "give one of them another id, or uninstall healthcare",
    }
    assert reason.source == "plugins/clinic/plugin.yaml:5:5"
    assert (reason.wanted, reason.found) == ("entry patients", "also an entry of plugin 'healthcare'")
    assert reason.change == "another id for entry patients or uninstall healthcare"


def test_entries_without_an_id_are_told_apart_by_their_page(found: Callable, decide: Callable) -> None:
    one = found("clinic", nav=[{"label": "P", "path": "/clinic/p"}])
    two = found("healthcare", nav=[{"label": "P", "path": "/healthcare/p"}])
    assert len(decide(one, two).accepted) == 2


def test_two_entries_of_one_plugin_with_one_id(found: Callable, only: Callable) -> None:
    nav = [{"id": "p", "label": "P", "path": "/healthcare/p"}, {"label": "Q", "path": "/healthcare/q"}]
    menu = [{"id": "p", "label": "R"}]
    reason = only(found(nav=nav, menu_items=menu, lines={"nav[0].id": (5, 7), "menu_items[0].id": (9, 7)}))
    assert reason.message == "plugin 'healthcare' 0.3.0 has two entries with the id 'p' in nav and menu_items"
    assert (reason.hint, reason.found) == ("give one of them another id", "there twice")
    assert reason.change == "another id for entry p"
    assert (reason.source, reason.fact_source) == (
        "plugins/healthcare/plugin.yaml:9:7",
        "plugins/healthcare/plugin.yaml:5:7",
    )


def test_entries_of_an_archive_are_looked_at_too(found: Callable, decide: Callable) -> None:
    packed = found(kind="archive", menu_items=[{"id": "a", "label": "A"}, {"id": "a", "label": "B"}])
    assert [reason.code for reason in decide(packed).reasons_of(packed)] == ["nav-conflict"]


def test_two_plugins_with_one_capability(found: Callable, decide: Callable) -> None:
    one = found("blog", "1.0", capabilities=[{"slug": "mail.send", "handler": "f"}], lines={"capabilities[0].slug": (6, 11)})
    two = found("shop", capabilities=[{"slug": "mail.send", "handler": "f"}])
    resolution = decide(one, two)
    assert resolution.accepted == ()
    (reason,) = resolution.reasons_of(one)
    assert isinstance(reason, CapabilityConflict)
    assert reason.to_json() == {
        "code": "capability-conflict",
        "params": {"others": ("shop",), "capability": "mail.send", "owned": False},
        "message": "plugin 'blog' 1.0 declares capability 'mail.send', and so does plugin 'shop'",
        "hint": "begin its name with the plugin's own: 'blog.send'",
    }
    assert reason.source == "plugins/blog/plugin.yaml:6:11"
    assert (reason.wanted, reason.found) == ("capability mail.send", "declared by plugin 'shop'")
    assert reason.change == "rename capability mail.send or uninstall shop"


def test_a_capability_in_the_name_of_another_plugin_refuses_only_the_one_that_took_it(
    found: Callable, decide: Callable
) -> None:
    owner = found("newsletter", capabilities=[{"slug": "newsletter.send", "handler": "f"}], lines={"name": (1, 7)})
    thief = found("blog", "1.0", capabilities=[{"slug": "newsletter.send", "handler": "f"}])
    resolution = decide(owner, thief)
    assert resolution.accepted == (owner,)
    (reason,) = resolution.reasons_of(thief)
    assert reason.message == (
        "plugin 'blog' 1.0 declares capability 'newsletter.send', and that name belongs to plugin 'newsletter'"
    )
    assert (reason.found, reason.fact_source) == ("a name of plugin 'newsletter'", "plugins/newsletter/plugin.yaml:1:7")


def test_the_whole_slug_of_another_plugin_is_its_name_too(found: Callable, only: Callable) -> None:
    reason = only(found("blog", capabilities=[{"slug": "newsletter", "handler": "f"}]), found("newsletter"))
    assert (reason.code, reason.owned) == ("capability-conflict", True)


def test_two_plugins_override_one_template_with_one_priority(found: Callable, decide: Callable) -> None:
    entry = {"name": "base.html", "path": "templates/base.html", "override": True, "priority": 5}
    one = found("blog", "1.0", templates=[{"name": "x.html", "path": "x.html"}, entry], lines={"templates[1]": (8, 5)})
    two = found("shop", templates=[entry])
    resolution = decide(one, two)
    assert resolution.accepted == ()
    (reason,) = resolution.reasons_of(one)
    assert isinstance(reason, TemplateConflict)
    assert reason.to_json() == {
        "code": "template-conflict",
        "params": {"others": ("shop",), "template": "base.html", "priority": 5},
        "message": "plugin 'blog' 1.0 overrides template 'base.html' with priority 5, and so does plugin 'shop'",
        "hint": "give one of them a higher priority, or uninstall shop",
    }
    assert reason.source == "plugins/blog/plugin.yaml:8:5"
    assert (reason.found, reason.change) == (
        "overridden by plugin 'shop'",
        "another priority for template base.html or uninstall shop",
    )


def test_priorities_and_plain_templates_do_not_clash(found: Callable, decide: Callable) -> None:
    entry = {"name": "base.html", "path": "templates/base.html"}
    one = found("blog", templates=[{**entry, "override": True, "priority": 1}])
    two = found("shop", templates=[{**entry, "override": True, "priority": 2}])
    three = found("wiki", templates=[entry])
    assert len(decide(one, two, three).accepted) == 3
