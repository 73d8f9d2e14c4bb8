from collections.abc import Callable

Ask = Callable[..., list[str]]


def widget(name: str = "a", **fields: object) -> dict[str, object]:
    return {"id": name, "title": "x", **fields}


def test_a_widget_is_drawn_by_a_function_or_by_a_block(ask: Ask):
    assert ask(widgets=[widget(handler=".a:f", refreshable=True, refresh_sec="30")]) == []
    assert ask(frontend_entry="src/index.tsx", widgets=[widget(block="PatientCount")]) == []
    assert ask(frontend_bundle="bundle", widgets=[widget(block="$default")]) == []


def test_a_widget_that_nothing_or_two_things_draw_is_refused(ask: Ask):
    hint = "name exactly one: a function, or an export of the frontend"
    assert ask(frontend_entry="a.tsx", widgets=[widget(), widget("b", handler=".a:f", block="B")]) == [
        f"error[widget-source] widgets[0]: the widget 'a' has neither of 'handler' and 'block' | {hint}",
        f"error[widget-source] widgets[1]: the widget 'b' has both of 'handler' and 'block' | {hint}",
    ]


def test_a_block_needs_a_frontend_that_exports_it(ask: Ask):
    assert ask(widgets=[widget(block="Count"), widget("b", block="a-b")]) == [
        (
            "error[widget-source] widgets[0].block: the block 'Count' comes from a frontend that the plugin does not have | "
            "add 'frontend_entry', or use 'handler'"
        ),
        "error[widget-source] widgets[1].block: 'a-b' is not the name of an export | write the name as the source exports it",
    ]


def test_widgets_are_told_apart(ask: Ask):
    assert ask(widgets=[widget(handler=".a:f"), widget(handler=".a:g")]) == [
        (
            "error[duplicate-id] widgets[1].id: the widget 'a' stands twice, first in widgets[0] | "
            "keep one, or name the other differently"
        )
    ]


def test_a_time_to_refresh_what_cannot_be_refreshed_is_doubted(ask: Ask):
    assert ask(widgets=[widget(handler=".a:f", refresh_sec=30)]) == [
        (
            "warning[widget-refresh] widgets[0].refresh_sec: 'refresh_sec: 30' has no effect on a widget that is not refreshable | "
            "add 'refreshable: true'"
        )
    ]
