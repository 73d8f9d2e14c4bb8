from collections.abc import Callable

import pytest

Ask = Callable[..., list[str]]


def entry(name: str, **fields: object) -> dict[str, object]:
    return {"id": name, "label": name, "path": f"/demo/{name}", **fields}


@pytest.mark.parametrize("icon", ["users", "book-open", "heart-2", "a", "a" * 64])
def test_an_icon_is_a_name(ask: Ask, icon: str):
    assert ask(nav=[{"label": "x", "path": "/demo", "icon": icon}]) == []
    assert ask(menu_items=[entry("a", icon=icon)]) == []


@pytest.mark.parametrize("icon", ["Users", "users\n", "a b", "https://x/y.svg", "../x", "-a", "a--b", "", "1a"])
def test_nothing_else_is_an_icon(ask: Ask, icon: str):
    end = f"'{icon}' is not the name of an icon | write a name of the Lucide set, as users or book-open; markup and addresses are not read"
    assert ask(nav=[{"label": "x", "path": "/demo", "icon": icon}]) == [f"error[icon-invalid] nav[0].icon: {end}"]
    assert ask(menu_items=[entry("a", icon=icon)]) == [f"error[icon-invalid] menu_items[0].icon: {end}"]


def test_a_long_icon_name_is_refused_and_quoted_in_part(ask: Ask):
    (line,) = ask(nav=[{"label": "x", "path": "/demo", "icon": "a" * 65}])
    assert line.startswith(f"error[icon-invalid] nav[0].icon: '{'a' * 59}…' is not the name of an icon")


def test_entries_of_the_sidebar_are_told_apart_by_id_or_path(ask: Ask):
    nav = [
        {"label": "a", "path": "/demo/x"},
        {"label": "b", "path": "/plugins/demo/x"},
        {"label": "c", "path": "/demo/x", "id": "c"},
        {"label": "d", "path": "/demo/y", "id": "c"},
    ]
    assert ask(nav=nav) == [
        (
            "error[duplicate-id] nav[1]: the entry '/plugins/demo/x' stands twice, first in nav[0] | "
            "keep one, or name the other differently"
        ),
        "error[duplicate-id] nav[3]: the entry 'c' stands twice, first in nav[2] | keep one, or name the other differently",
    ]


def test_entries_of_all_menus_share_their_ids(ask: Ask):
    menus = [entry("a"), entry("b", children=[entry("a"), entry("c")])]
    assert ask(nav=[{"label": "c", "path": "/demo", "id": "c"}], menu_items=menus) == [
        "error[duplicate-id] menu_items[1].children[0].id: the entry 'a' stands twice | keep one, or name the other differently",
        "error[duplicate-id] menu_items[1].children[1].id: the entry 'c' stands twice | keep one, or name the other differently",
    ]


def test_every_entry_leads_to_a_page_of_this_plugin(ask: Ask):
    hint = "write '/demo/…' or '/plugins/demo/…'"
    menus = [entry("a", children=[entry("b", path="/finance/x")]), entry("c", path="//evil")]
    assert ask(menu_items=menus, landing_page={"path": "/admin"}) == [
        f"error[page-foreign] menu_items[0].children[0].path: '/finance/x' is not a page of plugin 'demo' | {hint}",
        f"error[page-unsafe] menu_items[1].path: '//evil' does not lead to a page inside the platform | {hint}",
        f"error[page-foreign] landing_page.path: '/admin' is not a page of plugin 'demo' | {hint}",
    ]
    assert ask(landing_page={"path": "/demo/start"}) == []


def test_four_levels_are_a_menu_and_five_are_not(ask: Ask):
    four = entry("a", children=[entry("b", children=[entry("c", children=[entry("d")])])])
    assert ask(menu_items=[four]) == []
    assert ask(menu_items=[entry("z", children=[four])]) == [
        (
            "error[menu-too-deep] menu_items[0].children[0].children[0].children[0].children[0]: the entry 'd' stands 5 levels deep, "
            "and menus have at most 4 | move it up"
        )
    ]


def test_an_entry_has_one_place(ask: Ask):
    assert ask(menu_items=[entry("a", children=[entry("b", parent="settings")])]) == [
        (
            "error[menu-parent-invalid] menu_items[0].children[0].parent: the entry 'b' stands under another one and names a parent as "
            "well | keep one of the two"
        )
    ]


def test_parents_lead_up_and_not_in_a_circle(ask: Ask):
    assert ask(menu_items=[entry("a", parent="settings"), entry("b", parent="a")]) == []
    menus = [
        entry("a", parent="b"),
        entry("b", parent="c"),
        entry("c", parent="a"),
        entry("d", parent="a"),
        entry("e", parent="e"),
    ]
    assert ask(menu_items=menus) == [
        f"error[menu-parent-invalid] menu_items[{index}].parent: the parents of the entry '{name}' lead back to it | "
        "let one of them stand at the top"
        for index, name in ((0, "a"), (1, "b"), (2, "c"), (4, "e"))
    ]


def test_an_entry_cannot_stand_under_its_own_child(ask: Ask):
    assert ask(menu_items=[entry("a", parent="c", children=[entry("b", children=[entry("c")])]), entry("d", parent="c")]) == [
        "error[menu-parent-invalid] menu_items[0].parent: the parents of the entry 'a' lead back to it | let one of them stand at the top"
    ]


def test_an_entry_that_leads_nowhere_is_doubted(ask: Ask):
    assert ask(menu_items=[{"id": "a", "label": "x"}, {"id": "b", "label": "x", "children": [entry("c")]}]) == [
        (
            "warning[menu-empty] menu_items[0]: the entry 'a' has neither a path nor children | "
            "add 'path', unless other entries name it as their parent"
        )
    ]


def test_an_entry_is_hidden_once(ask: Ask):
    assert ask(hide_menu_items=["reports", "reports"]) == [
        "warning[duplicate-id] hide_menu_items[1]: the entry 'reports' stands twice, first in hide_menu_items[0] | keep one"
    ]
